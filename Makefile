# The front doors. Each sets up what it needs; only Python 3.11+ and make are presumed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
STAMP := $(VENV)/.installed
BI := .venv-bi
BI_STAMP := $(BI)/.installed
UV_VERSION := 0.13.9
WORKERS ?= 2
export UV_LINK_MODE ?= copy
# Packages are fetched, as the lock says; never a Python.
export UV_PYTHON_DOWNLOADS := never
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## Virtual environment, uv inside it, the hashed lock, the project itself

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(STAMP): requirements/pipeline.txt pyproject.toml | $(UV)
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/pipeline.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

screens: setup $(BI_STAMP) ## Superset in an environment of its own, for civic up

$(BI_STAMP): requirements/bi.txt superset_assets/server/words_zh.yaml superset_assets/server/translations.py | $(UV)
	test -x $(BI)/bin/python || $(PYTHON) -m venv --without-pip $(BI)
	$(UV) pip sync --quiet --compile-bytecode --python $(BI)/bin/python --require-hashes requirements/bi.txt
	PYTHONPATH=. $(BI)/bin/python -m superset_assets.server.translations
	@touch $@

demo: setup ## The whole way on a made-up city of 50,000 people
	$(BIN)/civic demo

test: screens lint ## Lint, types, layers, then every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

bench: setup ## Every line of the targets, written to benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

lint: setup ## ruff, mypy, layering of the rooms, sqlfluff, Dagster's definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	PYTHONWARNINGS=ignore $(BIN)/sqlfluff lint --nocolor dbt/models
	$(BIN)/python -m dagster_project dg check defs

format: setup ## Let ruff put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: | $(UV) ## Renew the hashed locks of both environments
	$(COMPILE) --group pipeline -o requirements/pipeline.txt
	$(COMPILE) --group bi -o requirements/bi.txt

clean: ## Remove the virtual environment, caches and what dbt built; var/ stays
	rm -rf $(VENV) $(BI) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf *.egg-info build dbt/target dbt/logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup screens demo test bench lint format lock clean
