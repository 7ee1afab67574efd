# Every target sets up what it needs by itself: a virtual environment in .venv from the lock file.
# WORKERS is for the tests: two more than the least machine has cores, since many of them wait: for a screen, a server, a chain.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
CODE := tokenpay terminal_app tests
WORKERS ?= 4
# Hundreds of tests start a process of tokenpay, and each would compile it again.
suite beside test-everywhere test-russian: export PYTHONDONTWRITEBYTECODE :=

.PHONY: run catalogues demo test test-everywhere suite beside widths check bench lock clean help

help:
	@echo "make run    the branch terminal at a demo bank, with an engine and a chain of its own (LANGUAGE=ru: in Russian)"
	@echo "make test   everything: check, then all tests with their real components"
	@echo "make test-everywhere  every row of every table on PostgreSQL too, every screen at both sizes"
	@echo "make test-russian  the terminal's tests in Russian"
	@echo "make check  ruff, mypy, import-linter"
	@echo "make demo   the demo told in lines: a bank, its customers and their payments, from QR code to finality"
	@echo "make bench  the benchmarks (RECORD=1 writes docs/benchmarks.md)"
	@echo "make catalogues  take the terminal's new words into its catalogues, and those that were translated into use"
	@echo "make lock   pin the development environment anew"
	@echo "make clean  remove .venv, caches and build output"

run: $(READY)
	@$(BIN)/tokenpay-terminal demo

demo: $(READY)
	@$(BIN)/tokenpay demo

test: $(READY)
	@echo "== tests, and beside them what check finds and the widths of the terminal's screens in Russian and Belarusian"
	@$(MAKE) --no-print-directory -j 2 suite beside

beside: check
	@$(MAKE) --no-print-directory widths

suite: $(READY)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-everywhere: check
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --everything

widths: $(READY)
	@$(MAKE) --no-print-directory -j 1 widths-ru widths-be

widths-%: $(READY)
	@$(BIN)/python -m pytest -q tests/app/test_widths.py --language $*

test-russian: $(READY)
	@$(BIN)/python -m pytest -n $(WORKERS) -q tests/app --language ru -k "not 120x40"

check: $(READY)
	@echo "== ruff"
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@echo "== mypy"
	@$(BIN)/mypy $(CODE)
	@echo "== imports"
	@$(BIN)/lint-imports

catalogues: $(READY)
	@$(BIN)/python -m tests.app.catalogues

bench: $(READY)
	@$(BIN)/python -m tests.benchmarks $(if $(RECORD),--record)

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
$(READY): pyproject.toml requirements-dev.lock requirements-names.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "tokenpay needs Python 3.11 or newer, and '$(PYTHON)' is not: try  make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "== setting up .venv with $$($(PYTHON) --version), from requirements-dev.lock: a minute or two, once"
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --require-hashes -r requirements-names.lock || \
	  echo "names of lists cannot be matched here: the extra 'names' is built with ICU's headers and a C++ compiler" \
	    "(Debian: apt install libicu-dev pkg-config g++); go on without it, or install them and touch pyproject.toml"
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	  --upgrade --no-header --no-annotate --no-emit-index-url --no-emit-find-links --generate-hashes
EXTRAS := devnet pdf postgres printer risk scan serve terminal
lock: $(READY)
	@{ echo '# The development environment, every version and hash. Made from pyproject.toml by `make lock`; do not edit.'; \
	  $(COMPILE) pyproject.toml $(EXTRAS:%=--extra %) --group dev; } > lock.new
	@mv lock.new requirements-dev.lock
	@{ head -1 requirements-names.lock; $(BIN)/python -c "import tomllib; \
	  print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['names'], sep='\n')" | \
	  $(COMPILE) - -c requirements-dev.lock; } > lock.new
	@mv lock.new requirements-names.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
