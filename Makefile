# What a person, or a machine, does with a checkout. Everything goes into the virtual environment $(VENV) in the checkout
# and nothing is installed elsewhere (but by test-servers, which says so). Works with GNU Make 3.81 and newer.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.ready-to-run
DEV    := $(VENV)/.ready-to-test
DOCS   := $(VENV)/.ready-to-document

# Test processes: two for each processor, since tests of the console and of servers wait for half of their time.
WORKERS ?= $(shell expr 2 '*' $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2))

# Arguments for pytest: make test ARGS='-k calendar'
ARGS   ?=

# The one tool that no lock file names, since it writes them; only `make lock` uses it.
UV_VERSION := 0.13.9
LOCKING    := build/locking

PIP = $(BIN)/python -m pip -qq --disable-pip-version-check
# Nothing is resolved here: the lock files name every package with its hashes, `pip check` says whether they fit together.
INSTALL = $(PIP) install --no-deps --require-hashes --no-warn-script-location --root-user-action=ignore
INSTALL_SELF = $(PIP) install --no-deps --no-build-isolation --no-warn-script-location --root-user-action=ignore --editable .

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv demo demo-portal test test-servers test-fast unit format lint types contracts bench fuzz endurance soak messages pictures golden man screenshots docs \
	lock wheel clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '  make %-14s %s\n' "$$name" "$$what"; done

venv: $(DEV) ## make the virtual environment with everything that the tests need

demo: $(RUN) ## build the demo desk and open its console (without a terminal: print its queue)
	@$(BIN)/sdesk demo

demo-portal: $(DEV) ## build the demo desk and open its portal: http://127.0.0.1:8080, links to sign in on the terminal
	@rm -rf .demo-portal
	@SDESK_AGENT=anna $(BIN)/sdesk demo "$(CURDIR)/.demo-portal" </dev/null >/dev/null
	@$(BIN)/sdesk --config "$(CURDIR)/.demo-portal/config.toml" portal --show-links

test: $(DEV) ## everything that must pass: format, lint, types, import contracts, tests
	@$(BIN)/ruff format --check --quiet . || { echo "make: the files above are not formatted; run: make format" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup -q $(ARGS)

unit: $(DEV) ## the tests alone
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup -q $(ARGS)

test-fast: $(DEV) ## the tests that need no server and little time
	@$(BIN)/pytest -n $(WORKERS) -q -m 'not server and not slow and not soak and not endurance' $(ARGS)

test-servers: ## install the servers and tools that tests need (Debian: dovecot-imapd, dovecot-lmtpd, openssh-server, chromium, tmux, zsh, fish, groff, mandoc)
	@need=; \
	PATH="$$PATH:/usr/sbin:/usr/local/sbin"; \
	command -v dovecot >/dev/null || need="$$need dovecot-imapd"; \
	[ -e /usr/lib/dovecot/lmtp ] || command -v brew >/dev/null || need="$$need dovecot-lmtpd"; \
	command -v sshd >/dev/null || need="$$need openssh-server"; \
	command -v chromium >/dev/null || need="$$need chromium"; \
	for tool in tmux zsh fish groff mandoc; do command -v $$tool >/dev/null || need="$$need $$tool"; done; \
	[ -n "$$need" ] || exit 0; \
	command -v apt-get >/dev/null || { echo "make: missing:$$need; here they must be installed by hand (macOS: brew install dovecot tmux zsh fish groff mandoc)" >&2; exit 1; }; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	echo "make: installing$$need" >&2; \
	$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$need >/dev/null

format: $(DEV) ## put every file in form, and mend what lint can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lint: $(DEV) ## ruff
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(DEV) ## mypy, strict
	@$(BIN)/mypy

contracts: $(DEV) ## who may import whom (import-linter)
	@$(BIN)/lint-imports --no-logo

bench: $(DEV) ## benchmarks, which print ratios to bare floors; takes minutes
	@$(BIN)/python -m tests.bench $(ARGS)

fuzz: $(DEV) ## the property tests with many new random examples; takes minutes
	@SDESK_HYPOTHESIS=fuzz $(BIN)/pytest -n $(WORKERS) -q -m hypothesis -o timeout=0 $(ARGS)

endurance: $(DEV) $(DOCS) ## floods of mail, kill after kill, weeks of waiting, monstrous letters; takes minutes
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup -q -m endurance $(ARGS)

soak: $(DEV) ## ten thousand letters through a server and a fetch that fail again and again; takes many minutes
	@$(BIN)/pytest -q -s -m soak -o timeout=0 $(ARGS)

messages: $(DEV) ## gather the console's texts, and compile their translations
	@$(BIN)/python scripts/messages.py

pictures: $(DEV) ## draw the pictures that the tests of the screens compare with anew: look at each difference
	@SDESK_PICTURES=draw $(BIN)/pytest -n $(WORKERS) -q -m 'not soak' tests/tui/test_every_screen.py $(ARGS)

golden: $(DEV) ## draw the golden files of what commands print anew, and note new fields: look at each difference
	@SDESK_WRITE_GOLDEN=1 $(BIN)/pytest -n $(WORKERS) --dist loadfile -q tests/cli $(ARGS)

man: $(DEV) ## write the manual pages anew, of the program's own help
	@$(BIN)/python -m scripts.man

screenshots: $(DEV) ## draw the pictures of the pages anew
	@$(BIN)/python scripts/screenshots.py

docs: $(DOCS) ## build the site of the pages: build/site/index.html
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/site
	@echo "make: the site is in build/site; open build/site/index.html" >&2

# Universal: one file for Linux and macOS, Python 3.11 and newer, with the hashes of every file of each release. No settings
# of the machine are read, and no index, folder or host is written down.
UV_COMPILE = env -u UV_INDEX -u UV_DEFAULT_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	UV_CUSTOM_COMPILE_COMMAND='make lock' $(LOCKING)/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links $(ARGS)

lock: | $(BIN)/python ## write the lock files anew (ARGS=--upgrade takes the newest versions)
	@$(BIN)/python -m venv $(LOCKING)
	@$(LOCKING)/bin/python -m pip --quiet --disable-pip-version-check install uv==$(UV_VERSION)
	@$(UV_COMPILE) pyproject.toml --group dev --output-file requirements-dev.lock
	@$(UV_COMPILE) pyproject.toml --constraint requirements-dev.lock --output-file requirements.lock
	@$(UV_COMPILE) --group docs --constraint requirements-dev.lock --output-file requirements-docs.lock
	@$(UV_COMPILE) --group build --constraint requirements-dev.lock --output-file requirements-build.lock

wheel: $(DEV) ## build dist/sdesk-*.whl
	@rm -rf dist
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

clean: ## take away everything that make made
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .demo .demo-portal *.egg-info
	@find sdesk tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "make: there is no $(PYTHON); sdesk needs Python 3.11 or newer (another one: make PYTHON=/path/to/python)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: sdesk needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) --version 2>&1) (another one: make PYTHON=/path/to/python)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "make: $(PYTHON) has no venv module (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUN): requirements.lock requirements-build.lock pyproject.toml | $(BIN)/python
	@echo "make: setting up $(VENV) (once; about a minute)" >&2
	@$(INSTALL) -r requirements.lock -r requirements-build.lock
	@$(INSTALL_SELF)
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "make: setting up $(VENV) for development (once; about a minute)" >&2
	@$(INSTALL) -r requirements-dev.lock
	@$(INSTALL_SELF)
	@$(PIP) check >&2
	@touch $@ $(RUN)

# Beside what is there already: the lock has the versions of the development's one.
$(DOCS): requirements-docs.lock | $(BIN)/python
	@echo "make: setting up $(VENV) for the pages (once)" >&2
	@$(INSTALL) -r requirements-docs.lock
	@touch $@
