#!/usr/bin/env bash
# Makes one Python environment for each list of requirements, so that no library decides what another one gets.
# Usage: install-peers.sh FOLDER LISTS
# LISTS/NAME.txt is installed into FOLDER/NAME; LISTS/NAME.build.txt before it, where something is compiled on installing.
# What cannot be installed on this machine leaves the reason in FOLDER/NAME/unavailable and does not stop the rest.
set -euo pipefail

folder=$1
lists=$2

install() {
  local name=$1 environment=$folder/$1
  python3 -m venv --clear "$environment"
  local install=("$environment/bin/python" -m pip install --quiet --disable-pip-version-check)
  # What compiles itself calls pip and python3 by their names.
  PATH=$(cd "$environment/bin" && pwd):$PATH
  if [ -e "$lists/$name.build.txt" ]; then
    "${install[@]}" --requirement "$lists/$name.build.txt" || return
    install+=(--no-build-isolation)
  fi
  "${install[@]}" --requirement "$lists/$name.txt"
}

mkdir -p "$folder"
for list in "$lists"/*.txt; do
  name=$(basename "$list" .txt)
  [ "${name%.build}" = "$name" ] || continue
  echo "installing the peer $name"
  if ! (install "$name") 2>"$folder/$name.log"; then
    mkdir -p "$folder/$name"
    (grep -iE 'error|no matching' "$folder/$name.log" || cat "$folder/$name.log") | tail -n 1 \
      >"$folder/$name/unavailable"
    echo "$name cannot be installed: $(cat "$folder/$name/unavailable")"
  fi
done
