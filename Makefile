# Everything lives in .venv; both targets work on a machine with nothing but Python 3.11-3.13.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test lint clean

run: .venv/.models
	$(BIN)/evalkit run configs/channel.yaml

test: .venv/.dev lint
	$(BIN)/python -m pytest -q

lint: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.models: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable ".[models]"
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable ".[models,dev]"
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info
