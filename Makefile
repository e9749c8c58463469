# Everything one runs here. Each target sets up .venv by itself, once; it needs Python 3.11 to 3.14 and a network.

PORT ?= 5000
SEEDS ?= 300
UV ?= uv
# which lines are reached is measured where CI asks: it takes half as long again (make test COVERAGE=--cov)
COVERAGE ?= $(if $(CI),--cov --cov-report term)
PYTHON_HERE = .venv/bin/python
LOST_WORDS = tests/flow/test_failing_database.py tests/flow/test_database_away.py tests/web/test_failing_database.py
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --no-strip-extras pyproject.toml --all-extras

# where Python may not keep what it compiled, each process and each test module compiles itself anew: 3 s of each worker
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo up test check bench prove chaos simulate docs screenshots mutants lock hooks clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: ## everything in one terminal with invented people, at http://127.0.0.1:5000/ (PORT=5001 for another)
	@.ci/setup run
	@exec .venv/bin/coachfollow demo --port $(PORT)

up: ## the same for real: your settings, your SMTP server, data that stays
	@.ci/setup run
	@exec .venv/bin/coachfollow up

test: ## the whole suite, in a browser too (CI=true: each test on both databases, all random examples, coverage)
	@.ci/setup dev
	@CHROME="$$(.ci/browser install)" $(PYTHON_HERE) -m pytest -n auto --dist worksteal $(COVERAGE) $(ARGS)

check: ## format, lint, types, import contracts, dependencies and their audit, secrets left lying about
	@.ci/setup dev
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-logo > .cache/contracts.log || { cat .cache/contracts.log; exit 1; }
	@.venv/bin/deptry . 2> .cache/deptry.log || { cat .cache/deptry.log; exit 1; }
	@$(PYTHON_HERE) .ci/leaks.py
	@$(PYTHON_HERE) .ci/audit.py requirements/run.lock
	@echo "Format, lint, types, import contracts and dependencies are in order; no secret lies about."

bench: ## how fast: import, planning, storing, sending, pages, meetings, simulated launches (ARGS=--short for a quick look)
	@.ci/setup dev
	@$(PYTHON_HERE) -m benchmarks $(ARGS)

prove: ## the guarantee under fire, in short: every lost word with the database, crash points (ARGS=--whole: on PostgreSQL, too), simulator, chaos
	@.ci/setup dev
	@EVERY_WORD=1 $(PYTHON_HERE) -m pytest -q -n auto --no-cov $(LOST_WORDS)
	@$(PYTHON_HERE) -m tests.proofs.crash_points $(ARGS)
	@$(PYTHON_HERE) -m tests.proofs.simulate --seeds $(SEEDS)
	@$(PYTHON_HERE) -m tests.proofs.chaos --mode resend --database sqlite
	@$(PYTHON_HERE) -m tests.proofs.chaos --mode hold --database postgresql

chaos: ## kill, cut and wipe a running installation, then judge it (ARGS="--touchpoints 10000 --kills 200 --wipes 10 --mode hold")
	@.ci/setup dev
	@$(PYTHON_HERE) -m tests.proofs.chaos $(ARGS)

simulate: ## play simulated storms upon the sender (SEEDS=10000; ARGS="--seed 7" for one again)
	@.ci/setup dev
	@$(PYTHON_HERE) -m tests.proofs.simulate --seeds $(SEEDS) $(ARGS)

docs: ## write the pages that are generated from the code
	@.ci/setup dev
	@$(PYTHON_HERE) .ci/document.py

screenshots: ## take the README's pictures from the demo, in a real browser
	@.ci/setup dev
	@CHROME="$$(.ci/browser install)" $(PYTHON_HERE) .ci/screenshots.py

mutants: ## make small mistakes in the rules of dates, limits and meetings: do the tests notice? (half an hour and more)
	@.ci/setup dev
	@CI=true $(PYTHON_HERE) -m mutmut run --max-children 2 > .cache/mutants.log || { tail -c 2000 .cache/mutants.log; exit 1; }
	@$(PYTHON_HERE) -m mutmut export-cicd-stats > /dev/null
	@$(PYTHON_HERE) .ci/mutants.py

lock: ## pin every dependency anew, with hashes (needs uv)
	@command -v $(UV) > /dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	@$(COMPILE) --output-file requirements/run.lock
	@$(COMPILE) --group dev --constraint requirements/run.lock --output-file requirements/dev.lock

hooks: ## check each commit before it is made
	@.ci/setup dev
	@.venv/bin/pre-commit install

clean: ## remove what can be made again; never your data in var/
	@rm -rf .venv .cache .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache dist build mutants
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
