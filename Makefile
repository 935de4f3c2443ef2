# `make` lists what there is to make.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
DEMO_ARGS ?=
LOCK_ARGS ?=
COVERAGE_ARGS ?=
SAVED_MODELS_ARGS ?=

LOCK := requirements/lock.txt
BIN := $(VENV)/bin
export TF_CPP_MIN_LOG_LEVEL ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo install test test-fast lint format docs coverage hooks dist saved-models lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "VENV=DIR uses another environment, PYTHON=python3.12 another interpreter."

demo: $(VENV)/.installed-demo ## creates .venv, installs, trains on real data, exports, recommends (DEMO_ARGS)
	$(BIN)/tfrec-dl demo $(DEMO_ARGS)

test: $(VENV)/.installed-all ## the test suite (PYTEST_ARGS)
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

test-fast: override PYTEST_ARGS += -m unit
test-fast: test ## the tests that build no network and start no process

lint: $(VENV)/.installed-all ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-all ## applies ruff's fixes and its layout
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install: $(VENV)/.installed-all ## the package with all extras, editable, in the versions of the lock

docs: $(VENV)/.installed-all ## the documentation site, in site/; warnings are errors
	$(BIN)/python -m mkdocs build --strict

coverage: $(VENV)/.installed-all ## tests with coverage: the least covered files here, lines in htmlcov/ (COVERAGE_ARGS=tests/runs)
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report= $(COVERAGE_ARGS)
	$(BIN)/coverage html --quiet
	$(BIN)/coverage report --sort=cover | head -n 32
	@echo "All files: $$($(BIN)/coverage report --format=total) %; line by line in htmlcov/index.html."

hooks: $(VENV)/.installed-all ## installs the checks that git runs before each commit
	$(BIN)/pre-commit install

dist: $(VENV)/.dist-tools ## source archive and wheel in dist/, checked as PyPI will read them
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*

saved-models: $(VENV)/.installed-demo ## trains small models on the demo data into saved_models/ (SAVED_MODELS_ARGS)
	$(BIN)/python -m benchmarks.make_saved_models $(SAVED_MODELS_ARGS)

# The lock is a constraint: an extra installs what it needs, in exactly these versions.
$(VENV)/.installed-%: setup.cfg pyproject.toml $(LOCK) | $(BIN)/python
	$(BIN)/python -m pip install --constraint $(LOCK) --editable '.[$*]'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "tfrec_dl needs Python 3.10 to 3.13, but $(PYTHON) is $$($(PYTHON) -V 2>&1): make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

# One file for Python 3.10 to 3.13 on Linux; only markers that tell these apart are kept.
lock: $(VENV)/.installed-uv ## resolves requirements/lock.txt anew (LOCK_ARGS=--upgrade for the newest versions)
	$(BIN)/uv pip compile --universal --python-version 3.10 --all-extras --no-annotate --no-header --no-emit-index-url \
	  $(LOCK_ARGS) --output-file $(LOCK) setup.cfg >/dev/null
	sed -i -E -e "s/ and (sys_platform|platform_machine|platform_python_implementation) [!=]= '[a-zA-Z0-9]+'//g" \
	  -e "s/(python_full_version < '3.14'|platform_machine != '[a-z0-9]+') and //g; s/ and python_full_version < '3.14'//g" \
	  -e "s/ ; (python_full_version < '3.14'|platform_machine != '[a-z0-9]+')$$//" $(LOCK)

$(VENV)/.dist-tools: $(LOCK) | $(BIN)/python
	$(BIN)/python -m pip install --constraint $(LOCK) build twine
	@touch $@

$(VENV)/.installed-uv: | $(BIN)/python
	$(BIN)/python -m pip install uv
	@touch $@

clean: ## removes the environment and all that tools left
	rm -rf $(VENV) build dist site htmlcov .coverage *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
