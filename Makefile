# Everything runs in .venv, which is made on first use: only Python 3.11 or later is needed.
# Another interpreter: make test PYTHON=python3.12 VENV=.venv-3.12

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
BIN = $(VENV)/bin
NOTES = docs/examples/notes.py

.PHONY: help venv demo test lint docs bench bench-scaling bench-gradbench bench-compare clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    the worked example: table, generated code, gradient, proof"
	@echo "make test    the tests"
	@echo "make lint    ruff and mypy"
	@echo "make docs    the documentation, in docs/_build"
	@echo "make bench   the benchmarks; make bench-gradbench   those of GradBench"
	@echo "make bench-scaling   how time and memory grow with size"
	@echo "make bench-compare   what is slower in GradBench's than when they were saved"
	@echo "make venv    $(VENV) with symdiff and the tools for working on it"

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "symdiff needs Python 3.11 or later, with venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/symdiff-installed: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install -q -e .
	@touch $@

$(VENV)/tools-installed: $(VENV)/symdiff-installed
	$(BIN)/python -m pip install -q -e '.[dev]'
	@touch $@

venv: $(VENV)/tools-installed

demo: $(VENV)/symdiff-installed
	@echo "$$ cat $(NOTES)"; cat $(NOTES)
	@echo; echo "$$ symdiff table $(NOTES):f"; $(BIN)/symdiff table $(NOTES):f
	@echo; echo "$$ symdiff grad $(NOTES):f"; $(BIN)/symdiff grad $(NOTES):f
	@echo; echo "$$ python $(NOTES)"; $(BIN)/python $(NOTES)
	@echo; echo "$$ symdiff check $(NOTES):f"; $(BIN)/symdiff check $(NOTES):f

test: $(VENV)/tools-installed
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/tools-installed
	$(BIN)/ruff check symdiff tests benchmarks docs
	$(BIN)/mypy

docs: $(VENV)/tools-installed
	$(BIN)/python docs/make_pages.py
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build

bench: $(VENV)/tools-installed
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.arrays

bench-scaling: $(VENV)/tools-installed
	$(BIN)/python -m benchmarks.scaling

bench-gradbench: $(VENV)/tools-installed
	$(BIN)/python -m benchmarks.gradbench

bench-compare: $(VENV)/tools-installed
	$(BIN)/python -m benchmarks.gradbench --quick --no-rivals --compare

clean:
	rm -rf .venv .venv-* build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
