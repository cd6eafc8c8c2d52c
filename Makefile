# make book     the whole study, on phantom patients, as pages in runs/demo/book/html
# make help     the other targets

PROFILE ?= demo
OVERRIDES ?=
RUN_DIR ?= runs/$(PROFILE)
PYTHON ?= python3
CORES ?= all
WORKERS ?= 2
MODELS ?=

PY := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHON
export OVERRIDES
export JUPYTER_PREFER_ENV_PATH := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1
export PYTHONPATH := $(MODELS)

.DEFAULT_GOAL := help
.PHONY: help setup notebooks book test check lint lab clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18
	@echo "Variables: PROFILE=demo|ci|full|burdenko  OVERRIDES='key: value'  RUN_DIR=folder  MODELS=folder  PYTHON=python3.12"

setup:  ## make .venv and fetch what the book needs; nothing happens when it is up to date
	@bash .ci/setup

notebooks: setup  ## make or update the .ipynb beside each notebooks/*.py
	@$(PY) -m jupytext --quiet --sync notebooks/*.py

book: notebooks  ## run the study of params/$(PROFILE).yaml and build its book
	@$(PY) -m psp_core.params params/$(PROFILE).yaml "$$OVERRIDES"
	@for target in first all; do \
		$(PY) -m snakemake $$target --cores $(CORES) --quiet rules host --nolock --rerun-incomplete \
			--configfile params/$(PROFILE).yaml --config run_dir=$(RUN_DIR) \
			$(if $(strip $(OVERRIDES)),overrides="$$OVERRIDES") || exit 1; \
	done
	@echo "The book: $(RUN_DIR)/book/html/index.html"

test: setup  ## run the tests
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: setup
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

check: lint test  ## style, types, layers and tests

lab: notebooks  ## open the notebooks in JupyterLab
	@$(PY) -m jupyterlab --notebook-dir=. --LabApp.default_url=/lab/tree/notebooks

clean:  ## remove the runs, the generated notebooks and the caches; .venv stays
	@rm -rf runs notebooks/*.ipynb notebooks/.ipynb_checkpoints .snakemake
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
