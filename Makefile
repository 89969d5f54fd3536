# make demo    see it work: scaffold, red check, green check, compare
# make test    run all tests
# make test-live   the checks of databases on private PostgreSQL, MariaDB and document servers
# make test-modes  each solution and mutant, however it is run: warm, cold, confined or not; hours for all
# make check   format, lint, types, tests: what has to be green before a change goes in
#
# PYTHON=python3.12 chooses the interpreter, VENV=folder the environment, TESTS="…" the tests,
# PICK="not mutant" some of those of test-live and test-modes, ROUNDS=9, SLUGS="…" and
# COUNTS="200 2000" what `make bench` measures at length.

SHELL = /bin/sh
VENV ?= .venv
PYTHON ?=
TESTS ?=
PICK ?=
ROUNDS ?= 9
SLUGS ?=
COUNTS ?= 200 2000
PY = $(VENV)/bin/python
export VENV PYTHON

.PHONY: help demo test test-live test-modes lint check golden bench

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

demo:
	@sh tools/venv.sh demo
	@sh tools/demo.sh

test:
	@sh tools/venv.sh test
	$(PY) -m pytest -n auto --dist worksteal $(TESTS)

LIVE = tests/live tests/referee/test_database.py tests/referee/test_mongo.py tests/referee/test_servers.py

test-live:
	@sh tools/venv.sh test
	$(PY) tools/live.py -- $(PY) -m pytest -n auto --dist worksteal -k "$(PICK)" $(or $(TESTS),$(LIVE))

test-modes:
	@sh tools/venv.sh test
	BACKROAD_MODES=1 $(PY) -m pytest -n auto --dist worksteal -k "$(PICK)" tests/modes

lint:
	@sh tools/venv.sh test
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

check: lint test

# Renews tests/golden: read the difference before you commit it.
golden:
	@sh tools/venv.sh test
	$(PY) tests/test_golden.py

bench:
	@sh tools/venv.sh test
	$(PY) tests/bench/check_vs_pytest.py --rounds $(ROUNDS)
	$(PY) tests/bench/list_vs_click.py --rounds $(ROUNDS)
	$(PY) tests/bench/exercises.py --rounds $(ROUNDS)
	$(PY) tests/bench/warm.py --rounds $(ROUNDS) --json bench.json $(SLUGS)
	$(PY) tests/bench/dashboard.py $(SLUGS)
	$(PY) tests/bench/grading.py --counts $(COUNTS)
