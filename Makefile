# Everything on a fresh machine with Python 3.11, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOGS ?= sample_logs

.PHONY: run test check lint types contracts wheel clean

$(BIN)/.trainmon: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install -qq --editable .
	touch $@

$(BIN)/.dev: $(BIN)/.trainmon pyproject.toml
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

run: $(BIN)/.trainmon  ## set up and watch sample_logs/ (LOGS=... for others); without a terminal: print the status
	@$(BIN)/trainmon $(LOGS)

test: $(BIN)/.dev  ## all tests
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(BIN)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(BIN)/.dev
	$(BIN)/mypy

contracts: $(BIN)/.dev
	$(BIN)/lint-imports

check: lint types contracts test  ## what a change must pass

wheel: $(BIN)/.dev  ## sdist -> wheel, and the tests against it without the sources
	.ci/wheel

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
