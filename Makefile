# Every target sets up what it needs; the machine only has to have Python 3.11 (with venv), git and make.

PYTHON := $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-compile --require-hashes --requirement
LOCK := $(PY) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	--custom-compile-command "make lock"
# Checks that read the settings but ask no server.
OFFLINE := DATABASE_URL=postgresql://app@nowhere/suite DATABASE_OWNER_URL=postgresql://owner@nowhere/suite REDIS_URL=redis://nowhere/0
PRODUCTION := $(OFFLINE) SUITE_MODE=production ALLOWED_HOSTS=example.com SECRET_KEY=$$($(PYTHON) -c "import secrets; print(secrets.token_urlsafe(64))")
ARGS :=

# Without compiled modules every start would read all sources again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check bench pictures lock upgrade messages clean lint types imports templates migrations deploy

help:
	@echo "make run        set up, load a demo company, serve on http://localhost:8000/ (PORT, HOST, SUITE_VAR)"
	@echo "make test       set up, run every test (ARGS=\"tests/crm -k order\")"
	@echo "make check      lint, format, types, imports, templates, migrations, production settings"
	@echo "make bench      measure ourselves beside the floor of plain SQL"
	@echo "make pictures   take the pictures of the README from the running demo (URL)"
	@echo "make messages   compile the message catalogues"
	@echo "make lock       write the lock files anew; make upgrade takes newer versions, too"
	@echo "make clean      remove everything that was made, the data of the demo included"

run: .venv/.run
	@$(PY) -m suite.boot.run

test: .venv/.dev
	@$(PY) -m suite.boot.assets
	@$(PY) -m pytest -n 3 --dist worksteal $(ARGS)

check: .venv/.dev
	@$(MAKE) --no-print-directory --jobs 3 --keep-going --output-sync lint types imports templates migrations deploy

lint: .venv/.dev
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --quiet --check . || { $(PY) -m ruff format --check .; exit 1; }
	@echo "lint: good"

types: .venv/.dev
	@$(OFFLINE) $(PY) -m mypy --no-error-summary
	@echo "types: good"

imports: .venv/.dev
	@.venv/bin/lint-imports --no-logo
	@echo "imports: good"

templates: .venv/.dev
	@git ls-files -z -- "templates/*.html" | xargs -0 --no-run-if-empty .venv/bin/djade --check --target-version 5.2
	@echo "templates: good"

migrations: .venv/.dev
	@$(PY) manage.py makemigrations --check --dry-run
	@echo "migrations: good"

deploy: .venv/.dev
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	@echo "deploy: good"

bench: .venv/.dev
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) -m benchmarks $(ARGS)

pictures: .venv/.dev
	@$(PY) docs/pictures.py

messages: .venv/.run
	@$(PY) -m suite.boot.messages

lock: .venv/.dev
	@$(LOCK) requirements.in --output-file requirements.lock
	@$(LOCK) requirements-dev.in --output-file requirements-dev.lock
	@$(LOCK) requirements-node.in --output-file requirements-node.lock
	@npm install --package-lock-only --ignore-scripts

upgrade: LOCK += --upgrade
upgrade: lock

clean:
	@test ! -L var/postgres/data || rm -rf "$$(dirname "$$(readlink -f var/postgres/data)")"
	@rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find suite -name "*.mo" -delete

.venv/.run: requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@echo "Installing packages; this happens once"
	@$(PIP) requirements.lock
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	@echo "Installing tools for tests and checks; this happens once"
	@$(PIP) requirements-dev.lock
	@touch $@
