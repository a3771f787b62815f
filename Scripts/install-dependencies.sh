#!/usr/bin/env bash
# Installs the Debian packages named on the command line that are missing, and says why each is needed.
# Usage: install-dependencies.sh PACKAGE=REASON ...
# Does nothing when nothing is missing; needs root or sudo only when something is.
set -euo pipefail

if ! command -v dpkg-query >/dev/null; then
  echo "not a Debian system: make sure that these are installed by their names here:"
  printf '  %s\n' "$@"
  exit 0
fi

missing=()
for item in "$@"; do
  package=${item%%=*}
  if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
    missing+=("$package")
    echo "missing: $package, ${item#*=}"
  fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "error: run as root, or install sudo: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing with apt: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
