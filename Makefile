# Tanheng 碳衡. `make report` and `make test` need Python 3.11 or later and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UI := src/tanheng/charts/ui
BUNDLE := src/tanheng/report/static/charts.js
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
DOCS := $(VENV)/.installed-docs
# A worker a core, each on one thread: a file's tests stay together, and so do the things they share.
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist loadfile
PIP := $(BIN)/python -m pip install -qq -c constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DELETE_ON_ERROR:
.PHONY: help report test test-all check bench serve docs clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

report: $(RUN) $(BUNDLE) ## the report on the embedded world, into out/
	$(BIN)/tanheng report --out out

test: $(DEV) $(BUNDLE) ## the tests, without the slow ones
	$(PYTEST) -m "not slow" $(ARGS)

test-all: $(DEV) $(BUNDLE) ## all tests
	$(PYTEST) $(ARGS)

check: $(DEV) ## style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV) ## speed, against the peer and against the machine
	$(BIN)/python bench/run.py

serve: report ## the report, at 127.0.0.1:8321
	$(BIN)/python -m http.server 8321 --bind 127.0.0.1 --directory out

docs: $(DOCS) ## the documentation, into docs/_build/html
	$(BIN)/python -m sphinx -q -W -b html docs docs/_build/html

clean: ## remove everything that was made, .venv too
	rm -rf $(VENV) out build dist docs/_build bench/out $(dir $(BUNDLE)) $(UI)/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "tanheng needs Python 3.11 or later, and $(PYTHON) is not; say: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Installing into $(VENV) (once; a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -e .
	@touch $@

$(DEV): $(RUN)
	@echo "Installing the development tools ..."
	@$(PIP) -e '.[dev]'
	@touch $@

$(DOCS): $(RUN)
	@echo "Installing the documentation tools ..."
	@$(PIP) -e '.[docs]'
	@touch $@

$(BUNDLE): tools/build_ui.py $(UI)/build.mjs $(UI)/package.json $(UI)/package-lock.json $(UI)/src/charts.js | $(RUN)
	@echo "Building the charts ..."
	@$(BIN)/python tools/build_ui.py
