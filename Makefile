# make demo     creates .venv, installs, trains on real data, exports, recommends
# make test     the test suite (PYTEST_ARGS='-m "not slow"' for the quick ones)
# make lint     ruff, mypy, import-linter;  make format  applies ruff's fixes
# make saved-models  trains small models on the demo data into saved_models/
# make lock     resolves requirements/lock.txt anew (LOCK_ARGS=--upgrade for the newest versions)
#
# VENV=DIR uses another environment, PYTHON=python3.12 another interpreter.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
DEMO_ARGS ?=
LOCK_ARGS ?=
SAVED_MODELS_ARGS ?=

LOCK := requirements/lock.txt
BIN := $(VENV)/bin
export TF_CPP_MIN_LOG_LEVEL ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test lint format install saved-models lock clean

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile

demo: $(VENV)/.installed-demo
	$(BIN)/tfrec-dl demo $(DEMO_ARGS)

test: $(VENV)/.installed-all
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

lint: $(VENV)/.installed-all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-all
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install: $(VENV)/.installed-all

saved-models: $(VENV)/.installed-demo
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
lock: $(VENV)/.installed-uv
	$(BIN)/uv pip compile --universal --python-version 3.10 --all-extras --no-annotate --no-header --no-emit-index-url \
	  $(LOCK_ARGS) --output-file $(LOCK) setup.cfg >/dev/null
	sed -i -e "s/ and sys_platform == 'linux'//g; s/ and \(platform_python_\)\?implementation\(_name\)\? != 'PyPy'//" \
	  -e "s/ and python_full_version < '3.14'//g; s/python_full_version < '3.14' and //; s/ ; python_full_version < '3.14'$$//" $(LOCK)

$(VENV)/.installed-uv: | $(BIN)/python
	$(BIN)/python -m pip install uv
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
