# The only commands a newcomer needs: demo, test. The rest is for those who work on the toolkit.
.DEFAULT_GOAL := help
.PHONY: help install demo test fuzz crash coverage package compat vulnerabilities licences spark property incremental lint sample docs notebooks bench accuracy lock clean

# bytecode is kept, whatever the environment says: tests start the command often
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
DEV    := $(VENV)/.installed-dev
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(STAMP) requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

install: $(STAMP)

demo: $(STAMP)  ## install into .venv, audit data/sample/planted, write out/
	$(BIN)/fulfil audit data/sample/planted --policy tiktok-us --out out

COVERED := --cov --cov-branch --cov-report=term:skip-covered --cov-report=html:build/coverage --cov-fail-under=90

# each worker begins with tests that stand together, and takes over what the other has not begun
BOTH := -n 2 --dist worksteal

test: $(DEV) lint  ## everything: lint, types, contracts, tests (MEASURE=1: what they reach, too)
	$(BIN)/python -m pytest $(BOTH) $(if $(MEASURE),$(COVERED))

spark: $(DEV)  ## every rule example and whole audits on Spark's local-cluster against DuckDB (minutes)
	$(BIN)/python -m pytest -q tests/spark/full_parity.py tests/spark/full_driver.py

property: $(DEV)  ## deadlines of 209,000 random orders under every policy against a day-by-day oracle (minutes)
	FULFIL_ORACLE_ORDERS=9500 $(BIN)/python -m pytest -q tests/sla/test_against_oracle.py

incremental: $(DEV)  ## stores audited again after random new exports against full runs, SPLITS (12) random splits (minutes)
	FULFIL_SPLITS=$(or $(SPLITS),12) $(BIN)/python -m pytest -q tests/audit/test_again.py

fuzz: $(DEV)  ## mutants of every sample file, FUZZ rounds of some 4,000 (FUZZ=20 SEED=1); what breaks is kept in build/fuzz
	@mkdir -p build/fuzz
	FULFIL_FUZZ=$(or $(FUZZ),20) FULFIL_SEED=$(or $(SEED),1) FULFIL_KEEP=$(CURDIR)/build/fuzz $(BIN)/python -m pytest -q tests/hostile/test_fuzz.py

crash: $(DEV)  ## kill load, audit, pack, report and purge at fifty random moments each, re-run after every one (half an hour)
	FULFIL_KILLS=$(or $(KILLS),50) $(BIN)/python -m pytest -q tests/crash/test_kill.py

coverage: $(DEV)  ## lines and branches that the tests reach; fails below 90 %
	$(BIN)/python -m pytest $(BOTH) $(COVERED)

package: $(DEV)  ## build wheel and sdist, run the demo from each in a bare virtual environment
	$(BIN)/python tests/packaging/bare_venv.py package

compat: $(DEV)  ## smoke tests with the lowest and the newest dependency versions allowed (needs uv)
	$(BIN)/python tests/packaging/bare_venv.py compat

vulnerabilities: $(DEV)  ## ask PyPI for known vulnerabilities of what is locked (needs the network; before a release)
	$(PYTHON) -m venv build/pip-audit && build/pip-audit/bin/python -m pip install --quiet pip-audit
	build/pip-audit/bin/pip-audit -r requirements.lock --require-hashes --disable-pip --strict

licences: $(DEV)  ## refuse a dependency whose licence is not on the list
	$(BIN)/python -m pytest -q tests/packaging/test_licences.py

lint: $(DEV)  ## ruff, mypy strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

accuracy: $(DEV)  ## recall and precision of every rule on generated data: bench/ACCURACY.md
	$(BIN)/python bench/accuracy.py

sample: $(STAMP)  ## make data/sample anew
	$(BIN)/python -m fulfil_analytics.sample data/sample

docs: $(DEV)  ## write the made pages anew and build the site: build/site/index.html
	$(BIN)/python -m fulfil_analytics.policy.docs docs/policies
	$(BIN)/python -m fulfil_analytics.rulebook.pages docs/rules
	$(BIN)/python -m fulfil_analytics.schemas.pages docs/reference/tables.md
	$(BIN)/python -m fulfil_analytics.sources.pages docs/reference/layouts.md
	$(BIN)/python -m fulfil_analytics.cli.pages docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	$(BIN)/python -m pytest tests/docs

notebooks: $(DEV)  ## open Jupyter Lab on notebooks/
	$(BIN)/python -m jupyterlab notebooks

bench: $(DEV)  ## measure time and memory on made-up exports: bench/RESULTS.md, bench/DEADLINES.md (BENCH_SIZES=100000,1000000)
	$(BIN)/python bench/run.py
	$(BIN)/python -m bench.deadlines --libraries --write

LOCK := uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-strip-extras --no-header --no-annotate --upgrade

lock:  ## write both lock files anew (needs uv): one for users, one for those who test
	$(LOCK) --extra build -o requirements.lock
	$(LOCK) --extra dev --constraint requirements.lock -o requirements-dev.lock

clean:  ## remove what the commands made
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache
