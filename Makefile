# Set-up, demo and tests on a machine with Python 3.11 or later and git. A stage that is up to date is skipped.

# Without UTF-8 the package's name is lost, and hatchling builds an empty wheel without an error.
export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
SERVER := src/fællesledelse/server
LOG := .venv/setup.log
# The last lines of the log are what one needs when a stage fails.
LOGGED := >> $(LOG) 2>&1 || { tail -n 30 $(LOG); echo "This stage failed. The whole log: $(LOG)"; exit 1; }

.PHONY: help setup demo test system bench requirements clean

help:
	@echo "make demo          set everything up and start a demo with constructed people"
	@echo "make test          set everything up and run every check"
	@echo "make bench         measure how fast saving is"
	@echo "make requirements  renew requirements.txt from pyproject.toml"
	@echo "make clean         remove what set-up made"

setup: .venv/.vendor .venv/.package

demo: setup
	@$(BIN)/faellesledelse demo

test: setup system
	@echo "· Style: ruff"
	@$(BIN)/ruff check src tests notebooks
	@echo "· Types: mypy"
	@$(BIN)/mypy
	@echo "· Tests: pytest"
	@$(BIN)/python -m pytest --ignore=tests/bench --cov --cov-report=term

bench: setup system
	@$(BIN)/python -m pytest tests/bench -s

requirements: .venv/.requirements
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --group dev --output-file requirements.txt pyproject.toml

clean:
	@rm -rf .venv node_modules $(SERVER)/static/vendor

.venv/.python:
	@echo "· Python environment in .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed. Name one: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@rm -rf .venv && mkdir .venv
	@$(PYTHON) -m venv .venv $(LOGGED)
	@touch $@

.venv/.requirements: requirements.txt | .venv/.python
	@echo "· Python packages (one to three minutes the first time)"
	@$(BIN)/python -m pip install --quiet --progress-bar off --require-hashes -r requirements.txt $(LOGGED)
	@touch $@

.venv/.package: pyproject.toml .venv/.requirements
	@echo "· This package"
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable . $(LOGGED)
	@touch $@

.venv/.npm: package-lock.json .venv/.requirements
	@echo "· Design system and widgets from npm"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund $(LOGGED)
	@touch $@

.venv/.vendor: .venv/.npm .venv/.package package.json $(SERVER)/assets.py $(wildcard $(SERVER)/browser/*.js)
	@echo "· Styles, fonts and scripts for the pages"
	@$(BIN)/python -m fællesledelse.server.assets node_modules $(LOGGED)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm run --silent bundle $(LOGGED)
	@touch $@

# What the tests need of the machine: a browser and a database server.
system: .venv/.requirements
	@if ! command -v chromium > /dev/null || ! ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1; then \
	  if command -v apt-get > /dev/null && { [ "$$(id -u)" = 0 ] || sudo -n true 2> /dev/null; }; then \
	    echo "· Chromium and PostgreSQL from Debian"; \
	    root="$$([ "$$(id -u)" = 0 ] || echo sudo)"; \
	    { $$root apt-get update && $$root env DEBIAN_FRONTEND=noninteractive apt-get install --yes \
	      --no-install-recommends chromium postgresql; } $(LOGGED); \
	  else \
	    echo "The tests need Chromium and PostgreSQL. Ask someone who may install packages to run"; \
	    echo "    apt-get install chromium postgresql"; \
	    exit 1; \
	  fi; \
	fi
