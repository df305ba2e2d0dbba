# The commands of the project. Everything a fresh Debian 12 lacks is installed by scripts/setup.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
python := .venv/bin/python

.PHONY: help
help: ## Print these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## Set up, build, and show the main job on 336,776 flights
	scripts/demo

.PHONY: build
build: ## Set up and build lathe and lathe-kernel for use, with a link at bin/lathe
	scripts/setup run
	swift build -c release --product lathe-kernel
	swift build -c release --product lathe
	@mkdir -p bin
	@ln -sfn "$$(realpath --relative-to=bin "$$(swift build -c release --show-bin-path)/lathe")" bin/lathe

.PHONY: test
test: ## Set up, build and run the tests, but for the slow ones
	scripts/setup build
	scripts/test

.PHONY: test-slow
test-slow: ## Run the tests that take minutes: every fault of a provider, recorded roundtables, a thousand calls
	scripts/setup dev
	swift build --build-tests
	$(python) -m pytest -q -n 2 --dist loadfile -m slow

.PHONY: test-live
test-live: ## Ask the embedded model one real question, if its weights are there
	scripts/test-live

.PHONY: escape
escape: ## Try to break out of a kernel in a hundred ways; as root, also as an ordinary user
	scripts/setup dev
	scripts/escape

.PHONY: fuzz
fuzz: ## Feed frames, sockets, messages and JSON to their readers for FUZZ_SECONDS
	scripts/setup run
	scripts/fuzz

.PHONY: sanitize
sanitize: ## Run the tests of frames and kernels under ThreadSanitizer and AddressSanitizer
	scripts/setup dev
	scripts/sanitize

.PHONY: soak
soak: ## Work at random for SOAK_SECONDS, an hour, and see that nothing is left behind
	@scripts/setup dev >&2
	@scripts/soak

.PHONY: faults
faults: ## End processes at FAULTS_POINTS points of a task, damage its files, and see that it comes to the same end
	@scripts/setup dev >&2
	@scripts/faults

.PHONY: check
check: ## Check format, layering, and Python's rules and types
	scripts/setup dev
	scripts/check

.PHONY: format
format: ## Format everything
	scripts/setup dev
	swift format --in-place --parallel --recursive Package.swift Sources Tests
	.venv/bin/ruff check --fix-only --quiet
	.venv/bin/ruff format

.PHONY: bench
bench: ## Set up, build and measure against ipykernel, one JSON line per figure
	@scripts/setup dev >&2
	@scripts/bench bench $(BENCH_OPTIONS)

.PHONY: bench-kernel
bench-kernel: ## Measure kernels and slices against ipykernel, ray, joblib and others; BENCH_OPTIONS="--only NAME"
	@scripts/setup bench >&2
	@scripts/bench kernel $(BENCH_OPTIONS)

.PHONY: bench-durable
bench-durable: ## Measure what it costs that nothing is forgotten, against bare SQLite, dill, joblib and Parquet
	@scripts/setup bench >&2
	@scripts/bench durable $(BENCH_OPTIONS)

.PHONY: bench-library
bench-library: ## Measure searches of 100, 1,000 and 10,000 capabilities, and whether the right one is found
	@scripts/setup dev >&2
	@scripts/bench library $(BENCH_OPTIONS)

.PHONY: bench-tools
bench-tools: ## Measure tokens of 0 to 10,000 tools against other frameworks, a document's way, and calls
	@scripts/setup bench-tools >&2
	@scripts/bench tools $(BENCH_OPTIONS)

.PHONY: collect-tools
collect-tools: ## Ask servers from PyPI for their tools again, for make bench-tools; needs the network
	scripts/setup dev
	scripts/collect-tools

.PHONY: bench-memory
bench-memory: ## Measure searches of 10,000 recollections, and whether tasks are told what fits them
	@scripts/setup dev >&2
	@scripts/bench memory $(BENCH_OPTIONS)

.PHONY: bench-orchestration
bench-orchestration: ## Measure turns, and subtasks by the hundred and the thousand, against other frameworks
	@scripts/setup bench-orchestration >&2
	@scripts/bench orchestration $(BENCH_OPTIONS)

.PHONY: clean
clean: ## Remove what was built; .venv and sessions stay
	rm -rf .build bin
