# Two commands: `make run` and `make test`. Both make the environment from the lock file first; that costs nothing when it is current.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST ?= -n 2 --dist loadfile
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run setup setup-dev test check lock clean

run: setup
	$(BIN)/factdesk demo

setup: $(VENV)/.setup-run

setup-dev: $(VENV)/.setup-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Factdesk needs Python 3.11 or newer (make PYTHON=python3.11 …)."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }

$(VENV)/.setup-run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) from requirements.lock (a minute or two, once)…"
	@$(PIP) install --no-compile --require-hashes -r requirements.lock
	@$(PIP) install --no-compile --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.setup-dev: requirements-dev.lock $(VENV)/.setup-run
	@echo "Adding what the tests need from requirements-dev.lock…"
	@$(PIP) install --no-compile --require-hashes -r requirements-dev.lock
	@touch $@

test: setup-dev
	$(BIN)/python -m pytest $(PYTEST)

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/docs

lock: setup-dev
	$(BIN)/uv pip compile pyproject.toml --extra setup --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra setup --extra dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements-dev.lock

clean:
	rm -rf $(VENV) .data
