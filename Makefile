# Mostrador: everything a newcomer, an operator and CI call. `make help` lists it.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Each command installs what it needs itself: an operator's, `make run`'s, a developer's, `make train`'s, `make lock`'s.
OPS := $(VENV)/.ops
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
TRAIN := $(VENV)/.train
LOCK := $(VENV)/.lock
PYTEST = $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
# Some containers switch bytecode off; then each start of each process compiles everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test test-unit test-all check bench chaos understanding train baseline ops deploy rollback pictures format lock audit

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN)  ## everything on this machine: Postgres, the function, stand-ins; TUNNEL=https://... for real WhatsApp
	@$(BIN)/python -m emulator --data .emulator $(if $(TUNNEL),--tunnel="$(TUNNEL)") $(if $(OVERRIDE),--override)

test: $(DEV)  ## the tests but the slow ones, on a real Postgres: three to six minutes; ARGS="-k outbox" for some
	@$(PYTEST) -m "not slow" $(ARGS)

test-unit: $(DEV)  ## those that need no database: seconds
	@$(PYTEST) tests/unit $(ARGS)

test-all: export MOSTRADOR_TEST_EVERYTHING := 1
test-all: $(DEV)  ## all of them, as CI does; needs Chromium, Node and gcloud for some
	@$(PYTEST) $(ARGS)

check: $(DEV)  ## format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(DEV)  ## a bare function, a baseline bot and this one, side by side: docs/bench.json, docs/bench.svg (Linux)
	@$(BIN)/python -m bench $(ARGS)

chaos: $(DEV)  ## real processes killed and frozen, failing services, and a checker: nothing lost, nothing doubled
	@$(BIN)/python -m bench.chaos $(ARGS)

understanding: $(OPS)  ## what the desk does with sentences that it has not seen; ARGS="--misses": docs/understanding.md
	@$(BIN)/python -m bench.understanding $(ARGS)

train: $(TRAIN)  ## write the classifier's weights from the labelled sentences; ARGS=--report to learn how well it learns
	@$(BIN)/python -m bench.understanding.train $(ARGS)

baseline: $(OPS)  ## after a change in supabase/schemas, until the first release: write the first migration again
	@$(BIN)/python -m tests.support.baseline

ops: $(OPS)  ## the operator's commands: make ops ARGS="doctor --stage prod"
	@$(BIN)/python -m ops $(or $(ARGS),--help)

deploy: $(OPS)  ## to Google Cloud Run: make deploy STAGE=prod; SETUP=1 the first time, REVOKE=1 after a key has leaked
	@$(BIN)/python -m ops deploy --stage="$(STAGE)" $(if $(SETUP),--setup) $(if $(REVOKE),--revoke)

rollback: $(OPS)  ## the revision that served before serves again, twice at most: make rollback STAGE=prod
	@$(BIN)/python -m ops rollback --stage="$(STAGE)"

pictures: $(DEV)  ## take the README's pictures again (needs Chromium and the fonts of .ci/run)
	@$(BIN)/python -m tests.support.pictures

format: $(DEV)  ## rewrite the code the way `make check` wants it
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(LOCK)  ## after a change of requirements*.in: write requirements*.txt, each release with its hashes; ARGS=--upgrade
	@for each in "" -ops -run -dev -train -lock; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate $(ARGS) requirements$$each.in -o requirements$$each.txt || exit 1; done

audit: $(LOCK)  ## known vulnerabilities in what is pinned (asks the package registries)
	@$(BIN)/pip-audit --strict --disable-pip -r requirements-dev.txt -r requirements-train.txt -r requirements-lock.txt
	@npm audit --package-lock-only

$(OPS): requirements-ops.txt
$(RUN): requirements-run.txt
$(DEV): requirements-dev.txt
$(TRAIN): requirements-train.txt
$(LOCK): requirements-lock.txt

$(OPS) $(RUN) $(DEV) $(TRAIN) $(LOCK):
	@$(PYTHON) -c 'import sys; sys.exit("Mostrador needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which one to use: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing requirements-$(subst .,,$(@F)).txt into $(VENV), once:"
	@$(BIN)/python -m pip install --disable-pip-version-check --no-input --require-hashes -r requirements-$(subst .,,$(@F)).txt
	@touch $@
