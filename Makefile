# `make help` says what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup up run tour status kafka-client database-url down clean test unit check check-deploy generate freeze fmt lock bench faults fuzz screenshots check-cluster check-oidc sbom

BIN := .venv/bin
# Showing and ending the stack needs no virtual environment, and there may be none any more.
PYTHON = $(shell command -v $(BIN)/python || command -v python3)
FORMAT ?= text
PARTS ?=
ARGS ?=
# How many processes run the tests side by side, one more than there are cores: each waits for a broker or a
# database now and then. ARGS="-n 0" is one, with pdb.
WORKERS ?= 3
# A process that dies ends the run: xdist would begin its work anew in another one, and may then wait without end.
PYTEST = $(BIN)/pytest -q -n $(WORKERS) --dist loadscope --no-loadscope-reorder --max-worker-restart 0
# Each process of a stack would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
export CRD_SCHEMAS
export OTLP_ENDPOINT

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what is missing: packages, virtual environment, Kafka
	@dev/setup.sh

up: setup ## Start the local stack, or only PARTS="kafka postgres"; OTLP_ENDPOINT=http://127.0.0.1:4318 traces it
	@$(PYTHON) -m dev.stack up $(PARTS)

run: up ## Start the local stack and tell the story of a license
	@$(PYTHON) -m dev.demo.story
	@$(PYTHON) -m dev.demo.people
	@$(PYTHON) -m dev.stack next

tour: ## Show the rest of the licensing business on the running stack, with real answers
	@$(PYTHON) -m dev.demo.tour

status: ## Show every part with state and address (FORMAT=json for programs)
	@$(PYTHON) -m dev.stack status --format $(FORMAT)

kafka-client: ## Print what a Kafka tool needs to connect as ROLE=auditor, or as any other role
	@$(PYTHON) -m dev.stack.client kafka $(ROLE)

database-url: ## Print what psql needs to connect as ROLE=ledger-api, or as any other role
	@$(PYTHON) -m dev.stack.client database $(ROLE)

down: ## End what was started; the data stays
	@$(PYTHON) -m dev.stack down

clean: ## End what was started and remove all data
	@$(PYTHON) -m dev.stack clean

test: setup ## Run all tests, on a broker and a database of their own (ARGS="-k name")
	@$(PYTEST) tests/e2e tests/faults tests/integration tests/properties tests/unit $(ARGS)

unit: setup ## Run the tests that need neither broker nor database
	@$(PYTEST) -n auto tests/properties tests/unit $(ARGS)

check-deploy: setup ## Build every overlay of deploy/k8s, check it against schemas (CRD_SCHEMAS=folder for more of them), and hold it to the code
	@$(BIN)/python -m dev.kubernetes.check
	@$(PYTEST) tests/unit/deploy $(ARGS)

check-cluster: setup ## Install, drain and upgrade production on a simulated cluster, and run what pages for operators say (minutes at first)
	@$(BIN)/python -m dev.kubernetes.cluster.check

check-oidc: setup ## Sign in, link and sign out at a whole Keycloak in a real browser (fetches 177 MB at first; minutes)
	@$(BIN)/pytest -q tests/oidc $(ARGS)

check: setup ## Lint, types, layers, and no schema broken that earlier readers and logs know
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@$(BIN)/python -m dev.contract_changes

fmt: setup ## Format, and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

generate: setup ## Make all that is generated: schemas, reference pages, the table of refusals, the client
	@$(BIN)/python -m dev.generate

freeze: setup ## Take this version's schemas into schemas/frozen, unless something in them breaks
	@$(BIN)/python -m dev.contract_changes --accept

sbom: setup ## Write deploy/container/sbom.json (CycloneDX) from the locks; `make generate` does, too
	@$(BIN)/python -m dev.generate.sbom

lock: setup ## Pin requirements/*.in and dev/npm/package.json again, with hashes
	@for role in build run dev piper go; do \
	    $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	        --no-header requirements/$$role.in -o requirements/$$role.txt || exit 1; \
	done
	@$(BIN)/python -m dev.npm.lock

screenshots: setup ## Take a picture of each page of the portal on the running stack, into .state/screenshots
	@$(PYTHON) -m dev.browser.screenshots $(ARGS)

bench: setup ## Measure speed and memory, each beside its baseline (ARGS="export as-of" for some)
	@$(PYTHON) -m benchmarks $(ARGS)

faults: setup ## Run the long tests: kills, two writers, full disks, wrong clocks, broker and database away, each page in each shape
	@FAULTS=long $(PYTEST) --timeout 900 tests/faults tests/integration/signer tests/integration/device_sync \
	    tests/integration/dev/test_broker.py tests/integration/dev/test_cluster.py \
	    tests/integration/ledger/test_api.py tests/integration/ledger/test_projector.py \
	    tests/e2e/test_portal.py tests/e2e/test_portal_staff.py tests/e2e/test_portal_hostile.py \
	    tests/e2e/test_rma_cases.py $(ARGS)

fuzz: setup ## Run the property tests with many more examples
	@HYPOTHESIS_PROFILE=fuzz $(PYTEST) tests/properties tests/unit $(ARGS)
