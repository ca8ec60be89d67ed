# Needs only make and python3 (3.11 or later). Everything lives in .venv/.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
INDEX ?= data/index

.PHONY: setup run test check-all lint clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; set PYTHON=")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

run: setup  ## index seeds/ (only what changed) and serve it
	$(BIN)/qa build seeds --index $(INDEX)
	$(BIN)/qa serve --index $(INDEX) --host 127.0.0.1 --port 7860

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/pytest

check-all: lint  ## the slow tests too; their figures go to docs/reliability.md
	mkdir -p data
	$(BIN)/pytest -m 'slow or not slow' --junitxml=data/tests.xml
	$(BIN)/python benchmarks/reliability.py data/tests.xml

clean:
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
