# Everything runs in .venv, which is made on first use; a fresh machine needs Python and make only.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Passed on to the program that a target runs: make demo ARGS="--json report.json"
ARGS ?=
# Where a benchmark also writes its figures: make bench-proving JSON=figures.json
JSON ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.PHONY: help venv demo test check bench bench-proving bench-dispute clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

venv: $(VENV)/test.stamp  ## Set up .venv with all that development needs

demo: $(VENV)/run.stamp  ## Settle one program twice, by fraud proof and by validity proof
	$(BIN)/tandem demo $(ARGS)

test: $(VENV)/test.stamp  ## Run the tests (ARGS="-k transfer" chooses among them)
	$(BIN)/pytest -n 2 $(ARGS)

check: $(VENV)/test.stamp  ## Check lint, format, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/test.stamp  ## Measure execution: native beside the plain interpreter (JSON=FILE writes it)
	$(BIN)/python -m benchmarks.execution $(if $(JSON),--json $(JSON)) $(ARGS)

bench-proving: $(VENV)/test.stamp  ## Measure proving beside zksnake, snarkjs and arkworks (JSON=FILE writes it)
	$(BIN)/python -m benchmarks.proving $(if $(JSON),--json $(JSON)) $(ARGS)

bench-dispute: $(VENV)/test.stamp  ## Measure disputes on L1 by the number of steps and of attackers (JSON=FILE writes it)
	$(BIN)/python -m benchmarks.disputes $(if $(JSON),--json $(JSON)) $(ARGS)

clean:  ## Remove .venv, caches and what builds left behind
	rm -rf $(VENV) .tools .tandem build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/run.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/test.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/run.stamp

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) not found; install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
		echo "error: Tandem needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is $$($(PYTHON) --version 2>&1); name another: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
