# Two commands do all set-up on a Debian machine that has the Swift toolchain: `make run` and `make test`.

# release or debug
CONFIGURATION ?= release
# Options for the command, such as ARGUMENTS='--epochs 5 --seed 2'
ARGUMENTS ?=

COMPILER_PACKAGES = \
  "libopenblas-dev=the dense products (OpenBLAS)" \
  "liblapacke-dev=linked beside OpenBLAS (LAPACKE)" \
  "zlib1g-dev=compressed data files (zlib)"
PEER_PACKAGES = "python3-venv=the environments of the peers (PyTorch and others)"
DATA_PACKAGES = "dataset-fashion-mnist=the images of the main experiment (Fashion-MNIST)"

# OpenBLAS chooses its kernels well by itself; these variables hold it to others.
PLAIN_ENVIRONMENT = env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE

SWIFT_SOURCES = Package.swift Sources Tests Benchmarks

# The build without any C BLAS has a folder of its own, so that the two never rebuild each other.
WITHOUT_BLAS = --disable-default-traits --scratch-path .build-reference

.PHONY: run build test test-openblas test-reference bench bench-peers build-benchmarks lint format clean dependencies data

## Builds in release and runs the main experiment on Fashion-MNIST.
run: data build
	$(PLAIN_ENVIRONMENT) .build/release/espalier run $(ARGUMENTS)

## Builds the command in release.
build: dependencies
	swift build -c release --product espalier

## Runs all tests with OpenBLAS, and again without any C BLAS.
test: test-openblas test-reference

test-openblas: dependencies
	swift test -c $(CONFIGURATION)

# PKG_CONFIG_LIBDIR hides every library from pkg-config; ldd shows that no BLAS is linked.
test-reference: dependencies
	PKG_CONFIG_LIBDIR=/nonexistent swift build -c $(CONFIGURATION) $(WITHOUT_BLAS) --product espalier
	! ldd .build-reference/$(CONFIGURATION)/espalier | grep -iE 'blas|lapack'
	PKG_CONFIG_LIBDIR=/nonexistent swift test -c $(CONFIGURATION) $(WITHOUT_BLAS)

## Measures everything on this machine; ARGUMENTS='--quick --suite step' and the like choose.
bench: data build-benchmarks
	$(PLAIN_ENVIRONMENT) .build/release/espalier-benchmarks $(ARGUMENTS)

## Does the same work in other libraries and here, in turn, and prints what was asked and what is reached.
bench-peers: data build-benchmarks .build-peers/installed
	$(PLAIN_ENVIRONMENT) .build/release/espalier-benchmarks --goals --peers .build-peers $(ARGUMENTS)

# The only thing in the project that needs Python. Debian keeps the part that makes environments in a package of its own.
.build-peers/installed: Scripts/install-peers.sh $(wildcard Benchmarks/peers/requirements/*.txt)
	@python3 -c 'import ensurepip, venv' 2>/dev/null || Scripts/install-dependencies.sh $(PEER_PACKAGES)
	Scripts/install-peers.sh .build-peers Benchmarks/peers/requirements
	touch $@

build-benchmarks: build
	swift build -c release --product espalier-benchmarks

## Checks the formatting.
lint:
	swift format lint --strict -r $(SWIFT_SOURCES)

## Formats the sources.
format:
	swift format format -i -r $(SWIFT_SOURCES)

## Installs what the compiler needs, if it is missing.
dependencies:
	@Scripts/install-dependencies.sh $(COMPILER_PACKAGES)

## Installs the data set of the main experiment, if it is missing.
data:
	@Scripts/install-dependencies.sh $(DATA_PACKAGES)

clean:
	rm -rf .build .build-*
