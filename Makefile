# The table of contents: `make` alone prints it. Everything that is built goes to .build.
SHELL := /bin/bash
SWIFT_FILES = git ls-files -z --cached --others --exclude-standard '*.swift'

# Tests that start whole services or break servers; the fast tier leaves them out. Matches `Target.Suite/test`.
SLOW_TESTS := SystemTests|ClientsTests|CutoverTests|Fault|Volume|NewModuleBuild

.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-bench run test test-fast bench load format lint module clean

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what building and running need (Debian packages; nothing if all is there)
	@Scripts/setup

setup-test:
	@Scripts/setup test
	@Scripts/python-env

setup-bench:
	@Scripts/setup bench

run: setup ## Build for release and serve on http://127.0.0.1:8080, with a Postgres of its own
	swift build -c release --product vibe
	@exec .build/release/vibe serve

test: setup-test ## Run all tests; the last line says how many passed and failed
	@Scripts/test

test-fast: setup-test ## Run the tests that take seconds
	@Scripts/test --skip '$(SLOW_TESTS)'

bench: setup-bench ## Measure speed against pgbench and a bare Hummingbird
	@Scripts/bench

load: setup-bench ## The load test: 100 people at once
	@Scripts/load

format: ## Format all Swift files
	@$(SWIFT_FILES) | xargs -0 --no-run-if-empty swift format --in-place --parallel

lint: ## Check the format of all Swift files
	@$(SWIFT_FILES) | xargs -0 --no-run-if-empty swift format lint --strict --parallel

module: ## Lay out a new module: make module NAME=Polls
	@Scripts/new-module '$(NAME)'

clean: ## Remove everything that was built
	rm -rf .build
