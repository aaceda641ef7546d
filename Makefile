# Mostrador: everything a newcomer, an operator and CI call. `make help` lists it.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help run test check bench chaos deploy rollback pictures format

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY)  ## everything on this machine: Postgres, the function, stand-ins for Meta and Resend
	@$(BIN)/python -m emulator --data .emulator

test: $(READY)  ## the tests, on a real Postgres
	@$(BIN)/python -m pytest $(ARGS)

check: $(READY)  ## format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(READY)  ## a bare function, the bot of an afternoon and ours, side by side: docs/bench.json, docs/bench.svg (Linux)
	@$(BIN)/python -m bench $(ARGS)

chaos: $(READY)  ## real processes killed and frozen, failing services, and a judge: nothing lost, nothing doubled
	@$(BIN)/python -m bench.chaos $(ARGS)

deploy: $(READY)  ## to Google Cloud Run: make deploy STAGE=prod, the first time with SETUP=1
	@$(BIN)/python -m ops deploy --stage="$(STAGE)" $(if $(SETUP),--setup)

rollback: $(READY)  ## the revision before serves again: make rollback STAGE=prod
	@$(BIN)/python -m ops rollback --stage="$(STAGE)"

pictures: $(READY)  ## take the README's pictures again (needs Chromium and the fonts of .ci/run)
	@$(BIN)/python -m emulator.pictures

format: $(READY)  ## rewrite the code the way `make check` wants it
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit("Mostrador needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which one to use: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once; about a minute)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
