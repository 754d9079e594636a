# Everything a person or a machine does with this repository. `make` alone lists the targets.

PYTHON ?= python3
VENV := build/venv
BIN := $(VENV)/bin
SOURCES := $(shell find Cargo.toml Cargo.lock core python -type f \( -name '*.rs' -o -name '*.py' -o -name '*.pyi' \
	-o -name '*.toml' -o -name '*.lock' -o -name 'py.typed' -o -name '*.md' \) 2>/dev/null)
# The cryptography of processors that have no instructions for it; once more in the form that `ffi/device.toml` chooses.
SOFT := --cfg sha2_backend="soft" --cfg aes_backend="soft"
# The families of events, each a Cargo feature.
FAMILIES := $(shell sed -n '/^events = \[/,/^]/s/[^a-z_]/ /gp' core/Cargo.toml | tail -n +2)
# Tools that are programs of Rust, built here.
CARGO_DENY := cargo-deny@0.20.2
CARGO_FUZZ := cargo-fuzz@0.13.2
DENY = build/tools/bin/cargo-deny --locked --workspace --config .deny.toml
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
# For programs that load something instrumented. Python frees nothing at its end, and its own allocator hides what is freed.
ASAN = LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc
# The Python tests of what the extension does, for which they start no servers.
SANITIZED := $(patsubst %,tests/python/test_%.py,catalogue corpus late model processes random_usage receiver \
	receiver_async records threads unknown webhook_corpus)
PY_FILES := python $(addprefix tests/,bench c $(addprefix corpus/,corpus.py crypto.py rfc8259.py rfc8259_documents.py \
	webhook.py) firmware fuzz instrumented.py interop lark_platform.py load python)

.PHONY: help demo test test-rust test-python test-c test-interop test-load sanitize fuzz lint lock deny audit bench bench-check bench-baseline firmware firmware-table header toolchain tools clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/package ## decode the sample events, and receive some: signed and encrypted, and over the long connection
	$(BIN)/lark-event decode --event-type corehr.process.node.updated_v2 tests/corpus/samples/*.json
	$(BIN)/python python/tools/demo.py

test: lint test-rust test-python test-c test-interop test-load ## run every test and lint

# The reader of processors without vectors has turns of its own, but for what takes longest.
test-rust: tools ## the Rust tests, with those in the documentation
	cargo test --locked
	cargo test --locked --release -p lark-event --test corpus
	LARK_EVENT_WITHOUT_VECTORS=1 cargo test --locked --target-dir target/words -p lark-event \
		--lib --test catalogue --test corpus --test rfc8259 \
		-- --skip damage:: --skip pointer::every_value --skip what_an_envelope_held
	for compact in "" '--cfg sha2_backend_soft="compact" --cfg aes_backend_soft="compact" --cfg cpubits="16"'; do \
		RUSTFLAGS='$(SOFT)'" $$compact" cargo test --locked --lib --no-default-features --features webhook \
			--target host-tuple --target-dir target/soft -p lark-event || exit; \
	done

test-python: $(VENV)/package ## the Python tests
	$(BIN)/python -m pytest -q tests/python

test-c: $(VENV)/package ## the C and C++ tests
	$(BIN)/python -m pytest -q tests/c

test-interop: $(VENV)/package build/node/ready ## webhook requests to and from the official SDKs, and the long connection with the official client
	$(BIN)/python -m pytest -q tests/interop

test-load: $(VENV)/bench ## receivers that take 50,000 events with forgeries between them, a long connection with all that goes wrong, and whether the benchmarks run
	cargo test --locked -p lark-event-load
	$(BIN)/python -m pytest -q tests/load

# What loads the library into Python is apart: the runtime does not get along with all that the other tests load. Much runs
# under valgrind in `make test-c` already; here is the rest, the corpus above all.
sanitize: build/address/lark_event ## the C, C++ and Python tests with library and extension built for AddressSanitizer, and the corpus under valgrind
	$(BIN)/python -m pytest -q tests/c --sanitize=address
	$(ASAN) $(BIN)/python -m pytest -q tests/c/test_webhook_cases.py tests/c/test_webhook_receive.py --sanitize=address
	$(BIN)/python -m pytest -q tests/c/test_catalogue.py tests/c/test_memory.py --sanitize=valgrind
	$(ASAN) PYTHONPATH=build/address $(BIN)/python -c 'import lark_event; assert "build/address" in lark_event.__file__'
	$(ASAN) PYTHONPATH=build/address LARK_RANDOM_OPERATIONS=1000 $(BIN)/python -m pytest -q $(SANITIZED)

fuzz: build/tools/$(CARGO_FUZZ) ## fuzz every way in, each for SECONDS=30, or only TARGET=; see tests/fuzz/README.md
	$(PYTHON) tests/fuzz/run.py --seconds $(or $(SECONDS),30) $(if $(TARGET),--target $(TARGET))

# Clippy links nothing, so it needs no libFuzzer and no time to build it.
lint: $(VENV)/package ## formatting, lints, types, documentation and everything generated
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	for features in "" $(FAMILIES) webhook dedup connection; do \
		cargo clippy --locked -p lark-event --no-default-features --features "$$features" -- -D warnings || exit; \
	done
	cargo clippy --locked -p lark-event-ffi --lib --no-default-features --features std,process -- -D warnings
	cargo fmt --check --manifest-path tests/firmware/Cargo.toml
	cargo fmt --check --manifest-path tests/fuzz/Cargo.toml
	CUSTOM_LIBFUZZER_PATH=none/libfuzzer.a cargo clippy --locked --all-targets \
		--manifest-path tests/fuzz/Cargo.toml --target-dir target/fuzz -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps -p lark-event -p lark-event-derive -p lark-event-ffi
	$(BIN)/ruff format --check --config python/pyproject.toml $(PY_FILES)
	$(BIN)/ruff check --config python/pyproject.toml $(PY_FILES)
	cd python && ../$(BIN)/mypy lark_event tools
	cd build && venv/bin/python -m mypy.stubtest lark_event
	$(BIN)/python python/tools/generate.py --check
	$(PYTHON) tests/corpus/build.py --check
	$(BIN)/python tests/corpus/rfc8259.py --check
	$(BIN)/python tests/corpus/webhook.py --check
	$(BIN)/python tests/fuzz/seeds.py --check

deny: build/tools/$(CARGO_DENY) ## licences, duplicates, features, build scripts and sources of what users get linked
	$(DENY) --exclude-dev --exclude lark-event-bench --exclude lark-event-load check licenses bans sources

audit: build/tools/$(CARGO_DENY) $(VENV)/ready ## known vulnerabilities of all that is built and tested with: it asks the databases of RustSec, PyPI and npm
	$(DENY) check advisories
	$(DENY) --manifest-path tests/firmware/Cargo.toml check advisories
	$(DENY) --manifest-path tests/fuzz/Cargo.toml check advisories
	$(BIN)/uv tool run --quiet pip-audit@2.10.0 --strict --require-hashes --disable-pip -r tests/requirements.txt -r tests/bench/requirements.txt
	cd tests/interop && npm audit --package-lock-only

# What the tests need is pinned with its hashes, and so is all that it needs.
lock: $(VENV)/ready ## pin again what tests and benchmarks need, after a change of tests/requirements.in or tests/bench/requirements.in
	$(LOCK) --extra serve --extra connection tests/requirements.in python/pyproject.toml -o tests/requirements.txt
	$(LOCK) -c tests/requirements.txt tests/bench/requirements.in -o tests/bench/requirements.txt

bench: $(VENV)/bench ## compare the speed with other libraries, and write tables and plot of the README
	$(BIN)/python tests/bench/run.py

bench-check: $(VENV)/bench ## count instructions, and tell what has risen since the baseline
	$(BIN)/python tests/bench/instructions.py

bench-baseline: $(VENV)/bench ## the same, and make the counts the baseline
	$(BIN)/python tests/bench/instructions.py --update

firmware: toolchain $(VENV)/ready ## run the corpus on an emulated Cortex-M4, and measure flash, RAM, stack and instructions
	$(BIN)/python tests/firmware/run.py

firmware-table: toolchain $(VENV)/ready ## the same, and write the table of the README
	$(BIN)/python tests/firmware/run.py --update

header: $(VENV)/package ## write what is generated: the C header, the Python stub, the tables of the README
	UPDATE_HEADER=1 cargo test -q --locked -p lark-event-ffi --test header
	$(BIN)/python python/tools/generate.py

clean: ## remove everything built
	rm -rf build target

# Installs what building for a microcontroller needs, as root of a Debian.
toolchain:
	@command -v $(PYTHON) >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $(PYTHON); }
	$(PYTHON) tests/firmware/toolchain.py

tools:
	@for tool in cargo cc c++ $(PYTHON); do \
		command -v $$tool >/dev/null || { echo "missing: $$tool (a Rust toolchain, a C and a C++ compiler and Python 3.11 or newer are needed)" >&2; exit 1; }; \
	done
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "missing: Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Name another with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "missing: the venv module of $(PYTHON) (Debian: apt-get install python3-venv)" >&2; exit 1; }

# A virtual environment with the tools of tests/requirements.txt.
$(VENV)/ready: tests/requirements.txt | tools
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@

# Programs of Rust, each of one version: another may do it in another way.
build/tools/$(CARGO_DENY) build/tools/$(CARGO_FUZZ): | tools
	cargo install --locked --quiet --root build/tools $(@F)
	@touch $@

# The official Node SDK.
build/node/ready: tests/interop/package.json tests/interop/package-lock.json
	@command -v npm >/dev/null || { echo "missing: npm (Debian: apt-get install nodejs npm)" >&2; exit 1; }
	mkdir -p build/node
	cp $^ build/node
	npm ci --prefix build/node --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# The Python package, built and installed as users do, but with the maturin and the libraries that are pinned.
$(VENV)/package: $(VENV)/ready $(SOURCES)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation './python[serve,connection]'
	@touch $@

# The package with an extension that is built for AddressSanitizer.
build/address/lark_event: $(VENV)/ready $(SOURCES)
	$(BIN)/python tests/instrumented.py build/address
	@touch $@

# The package, and what the benchmarks compare it with.
$(VENV)/bench: $(VENV)/package tests/bench/requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r tests/bench/requirements.txt
	@touch $@
