# All the words a newcomer needs. `make` alone prints them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON := .venv/bin/python
export PYTHONPATH := $(CURDIR)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Some machines forbid it; then every one of a hundred processes compiles all that it loads.
export PYTHONDONTWRITEBYTECODE :=
# Two more than the cores of a small machine: with one more, a third of its time was spent waiting for servers and pages.
WORKERS ?= 4
SEEDS ?= 20

.PHONY: help run test check lint mypy basedpyright bench soak lock set-up set-up-dev browser front-end

help:
	@echo "make run    set everything up and serve the console and the REST API on one port"
	@echo "make test   set up and run every test"
	@echo "make check  format, lint, import contracts, types"
	@echo "make bench  measure what is promised and print it beside the targets"
	@echo "make soak   the fault tests over many seeds (SEEDS=20)"
	@echo "make lock   write the locks anew from pyproject.toml"

set-up:
	@.ci/set-up run

set-up-dev:
	@.ci/set-up dev

browser: set-up-dev
	@$(PYTHON) -m tests.journeys.chromium

front-end: set-up-dev
	@$(PYTHON) -m backend.cli build

run: set-up
	@exec $(PYTHON) -m backend.cli run --bound-to-parent

check: lint mypy basedpyright

lint: set-up-dev
	ruff check .
	ruff format --check .
	lint-imports --no-cache

mypy: set-up-dev
	mypy

basedpyright: set-up-dev
	basedpyright

# One export serves every journey; they share a worker, a server and a browser, and the rest runs beside them.
test: browser front-end
	@$(PYTHON) -m tests.again tests -n $(WORKERS) --no-loadscope-reorder --durations=25

bench: browser
	@$(PYTHON) -m bench

# SEEDS=20 takes about an hour on 2 cores.
soak: set-up-dev
	@SIGNALBOX_SOAK=$(SEEDS) pytest tests -m fault -n0 -v

# `uv pip compile` writes no index address into a lock; the head line would otherwise carry this machine's options.
lock: set-up-dev
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --generate-hashes --no-header \
		--python-version 3.11 pyproject.toml -o requirements.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --generate-hashes --no-header \
		--python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(PYTHON) .ci/third_party.py
