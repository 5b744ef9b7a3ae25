# `make demo` and `make test` work on a bare machine with Python 3.11 or newer: each sets up .venv first.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test check lint types clean constraints

demo: $(STAMP)
	@$(BIN)/scrapy demo

test: $(STAMP)
	@$(BIN)/python -m pytest -n auto --dist loadscope
	@echo "make test: all tests passed"

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

check: lint types test

$(STAMP): constraints.txt
	@test -n "$(PYTHON)" || { echo "Broadsheet needs Python 3.11 or newer; none was found. Install one, or: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version) (once; about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	@touch $@

# The pins, for every Python from 3.11 on: versions and hashes, no addresses.
constraints: $(STAMP)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--extra dev --upgrade --custom-compile-command "make constraints" -o constraints.txt pyproject.toml

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
