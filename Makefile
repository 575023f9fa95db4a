# `make help` lists the targets.

HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=

# Python finds the packages of backend/ without an installation.
export PYTHONPATH := $(CURDIR)/backend

RUN ?= release
FROM ?=

# The first of these that is a Python 3.11 or 3.12 able to make virtual environments.
PYTHON ?= $(shell for python in python3.12 python3.11 python3 python; do \
	$$python -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' \
	>/dev/null 2>&1 && echo $$python && break; done)
NODE_IS_FINE = node -e 'const [a, b] = process.versions.node.split(".").map(Number); \
	process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null

BIN := $(CURDIR)/.venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
RUFF := $(BIN)/ruff
MYPY := $(BIN)/mypy --config-file backend/pyproject.toml
PYTEST := $(BIN)/python -m pytest -c backend/pyproject.toml --rootdir .
FONTS := backend/training/font_packages/node_modules/installed
# Folders of tests that need more than Python, Node.js and a browser.
TESTED_APART := image monitoring deploy
GRAFANA_TYPES := tests/monitoring/grafana/node_modules/installed
# Lambda takes no image index, which attestations would make of an image.
BUILD = DOCKER_BUILDKIT=1 docker build --file backend/Dockerfile $(shell \
	docker build --help 2>/dev/null | grep -q provenance && echo --provenance=false --sbom=false)
SHELL_SCRIPTS := .ci/run $(filter-out infra/deploy/lib,$(wildcard infra/deploy/*)) $(wildcard infra/deploy/lib/*.sh)
TERRAFORM_ROOTS := bootstrap serverless always-on
PAGE_SOURCES := $(shell find frontend/src frontend/public -type f) frontend/index.html \
	frontend/package.json frontend/tsconfig.json frontend/vite.config.ts
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) \
	--file infra/compose/docker-compose.yml

.PHONY: all help setup setup-training run dev check format test test-backend test-frontend image \
	image-run up down test-image test-monitoring test-deploy check-workflows test-infra test-dashboard \
	deploy deploy-backend deploy-frontend rollback destroy bench train tensorboard evaluate release \
	api-types examples feedback-export lighthouse screenshot lock clean

all: check test

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: .venv/dev frontend/node_modules/installed ## Install all that running, checking and testing need
	@$(BIN)/python tests/browser/install_browser.py

setup-training: .venv/train $(FONTS) ## Install torch, handwriting fonts and what else training needs

run: .venv/run frontend/dist/index.html ## Serve page and API (HOST=127.0.0.1 PORT=8000)
	@echo "Draw a digit on http://$(HOST):$(PORT)"
	@exec $(BIN)/python -m uvicorn --factory recognizer.api.server:create_server \
		--host $(HOST) --port $(PORT) --log-level warning

dev: .venv/run frontend/node_modules/installed ## The same, reloading page and API on change
	@$(BIN)/python -m uvicorn --factory recognizer.api.server:create_server \
		--reload --reload-dir backend & \
		trap "kill $$!" EXIT; npm --prefix frontend run dev

check: .venv/dev frontend/node_modules/installed ## Lint, formatting and types
	$(RUFF) check --config backend/pyproject.toml backend infra/compose tests
	$(RUFF) format --check --config backend/pyproject.toml backend infra/compose tests
	$(MYPY) backend/recognizer backend/docker backend/benchmarks backend/scripts \
		infra/compose tests --exclude tests/training
	@if $(BIN)/python -c 'import torch' 2>/dev/null; \
		then set -x; $(MYPY) backend/training tests/training; \
		else echo "Types of the training code skipped: they need torch (make setup-training)."; fi
	$(BIN)/shellcheck --external-sources --source-path SCRIPTDIR $(SHELL_SCRIPTS)
	$(BIN)/hadolint backend/Dockerfile infra/compose/tensorboard/Dockerfile
	npm --prefix frontend run check

format: .venv/dev frontend/node_modules/installed ## Format the code and sort its imports
	$(RUFF) check --fix --config backend/pyproject.toml backend infra/compose tests
	$(RUFF) format --config backend/pyproject.toml backend infra/compose tests
	npm --prefix frontend run format

test: setup frontend/dist/index.html ## Run every test (ARGS= goes to pytest)
	npm --prefix frontend test
	$(PYTEST) tests $(TESTED_APART:%=--ignore tests/%) $(ARGS)
	@echo "Images, dashboards, deploys and Terraform have tests of their own:" \
		"make test-image test-monitoring test-deploy test-infra"

test-backend: .venv/dev ## Run all of them but the page's
	$(PYTEST) tests --ignore tests/browser $(TESTED_APART:%=--ignore tests/%) $(ARGS)

test-frontend: setup frontend/dist/index.html ## Run those of the page, in a browser too
	npm --prefix frontend test
	$(PYTEST) tests/browser $(ARGS)

image: image-lambda image-server ## Build the images digit-recognizer:lambda and digit-recognizer:server

image-%:
	$(BUILD) --target $* --tag digit-recognizer:$* .

image-run: image ## Serve page and API from the server's image (PORT=8000)
	@echo "Draw a digit on http://127.0.0.1:$(PORT)"
	docker run --rm --interactive --tty --read-only --tmpfs /tmp --publish 127.0.0.1:$(PORT):8000 \
		digit-recognizer:server

test-image: .venv/dev ## Build the images and test them; skipped without a container engine
	@if docker version >/dev/null 2>&1; \
		then $(MAKE) --no-print-directory image && IMAGES_MUST_BE_TESTED=1 $(PYTEST) tests/image $(ARGS); \
		else echo "Tests of the images skipped: no container engine (docker) answers here."; fi

up: ## Serve page and API from a container, with Prometheus, Grafana and TensorBoard beside it
	$(COMPOSE) up --build --detach
	@$(COMPOSE) ps

down: ## Stop all that; what was measured and said is kept
	$(COMPOSE) down

test-monitoring: .venv/dev infra/compose/.venv/installed $(GRAFANA_TYPES) ## Test what watches the server; says what is skipped
	$(PYTEST) tests/monitoring $(ARGS)

test-deploy: .venv/dev check-workflows ## Try deploys without AWS; skipped without a container engine
	@if docker version >/dev/null 2>&1; \
		then $(MAKE) --no-print-directory image frontend/node_modules/installed \
			&& $(PYTEST) tests/deploy $(ARGS); \
		else echo "Tests of deploys skipped: no container engine (docker) answers here."; fi

check-workflows: infra/.venv/installed
	PATH=$(BIN):$$PATH infra/.venv/bin/actionlint
	infra/.venv/bin/zizmor --offline --quiet .github/workflows

test-infra: ## Check and test the Terraform code; skipped without terraform
	@if command -v terraform >/dev/null; \
		then $(MAKE) --no-print-directory $(TERRAFORM_ROOTS:%=test-terraform-%) test-dashboard check-terraform; \
		else echo "Tests of the infrastructure skipped: there is no terraform here."; fi

# A cache, since each root would download the provider for itself. It needs the second variable where no
# lock file says which checksums to expect.
test-terraform-%: export TF_PLUGIN_CACHE_DIR = $(CURDIR)/infra/terraform/.terraform
test-terraform-%: export TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE = true
test-terraform-%:
	@mkdir -p $(TF_PLUGIN_CACHE_DIR)
	terraform -chdir=infra/terraform/$* init -backend=false -input=false >/dev/null
	terraform -chdir=infra/terraform/$* validate
	terraform -chdir=infra/terraform/$* test

test-dashboard: .venv/dev test-terraform-serverless
	$(PYTEST) tests/infra/test_cloudwatch_dashboard.py

check-terraform: infra/.venv/installed
	terraform fmt -check -diff -recursive infra/terraform
	CKV_SKIP_PACKAGE_UPDATE_CHECK=true infra/.venv/bin/checkov --quiet --compact --skip-download \
		--download-external-modules false --framework terraform --directory infra/terraform

deploy: ## Make all it takes in AWS, from an empty account to the page (ARGS=--dry-run)
	@infra/deploy/all $(ARGS)

deploy-backend: ## Deploy this commit's function; take it back if it does not answer
	@infra/deploy/backend $(ARGS)

deploy-frontend: ## Deploy this commit's page
	@infra/deploy/frontend $(ARGS)

rollback: ## Go back to the function's version before this one
	@infra/deploy/rollback $(ARGS)

destroy: ## Remove all of it from AWS again
	@infra/deploy/destroy $(ARGS)

bench: .venv/dev ## Measure cold starts, warm answers and sizes against the plain way
	@cd backend && $(BIN)/python -m compileall -q . && PYTHONPATH=. $(BIN)/python -m benchmarks

train: setup-training ## Train a model into runs/ (ARGS="--help" for more)
	@$(BIN)/python -m training.train $(ARGS)

tensorboard: .venv/train ## Show training runs on http://127.0.0.1:6006
	$(BIN)/tensorboard --logdir runs

release: ## Serve the model of a training run from now on, and evaluate it (RUN=release)
	cp runs/$(RUN)/digits.onnx runs/$(RUN)/digits.onnx.sha256 backend/recognizer/model/
	cat runs/$(RUN)/tensorboard/events.* >backend/training/logs/events.out.tfevents.released
	@$(MAKE) --no-print-directory evaluate

evaluate: setup-training ## Judge the released model and write its card
	@$(BIN)/python -m training.evaluation

feedback-export: .venv/dev ## Make what people said a data set for training (FROM=feedback.sqlite)
	@$(BIN)/python -m scripts.export_feedback $(FROM)

api-types: .venv/run frontend/node_modules/installed ## Write the page's types anew after the API has changed
	@$(BIN)/python -m scripts.export_openapi
	npm --prefix frontend run types --silent

examples: setup-training ## Pick the handwriting that the page offers as examples
	@$(BIN)/python -m training.examples

lighthouse: setup frontend/dist/index.html tests/lighthouse/node_modules/installed ## Judge the page on its server with Lighthouse
	@$(BIN)/python -m uvicorn --factory recognizer.api.server:create_server \
		--port $(PORT) --log-level warning & trap "kill $$!" EXIT; \
		until curl --silent --fail --output /dev/null http://127.0.0.1:$(PORT)/health; do sleep 0.2; done; \
		node tests/lighthouse/audit.js http://127.0.0.1:$(PORT)/

screenshot: setup frontend/dist/index.html ## Take the README's picture of the page
	$(BIN)/python tests/browser/screenshot.py

lock: .venv/bin/python ## Pin the newest requirements that fit backend/pyproject.toml
	$(PIP) uv
	cd backend && for extra in '--extra server -o requirements/run.txt' \
		'-c requirements/run.txt -o requirements/lambda.txt' \
		'--extra dev -c requirements/run.txt -o requirements/dev.txt' \
		'--extra train -c requirements/dev.txt -o requirements/train.txt'; do \
		$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-emit-index-url --no-emit-find-links --upgrade --quiet \
		--custom-compile-command 'make lock' $$extra; done
	cd backend && $(BIN)/uv pip compile ../infra/compose/tensorboard/requirements.in --universal \
		--python-version 3.11 --constraint requirements/train.txt --generate-hashes --no-annotate \
		--no-emit-index-url --no-emit-find-links --upgrade --quiet --custom-compile-command 'make lock' \
		-o ../infra/compose/tensorboard/requirements.txt
	cd infra && $(BIN)/uv pip compile requirements.in --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --upgrade --quiet \
		--custom-compile-command 'make lock' -o requirements.txt

clean: ## Remove everything that was installed or built
	rm -rf .venv infra/.venv infra/compose/.venv infra/terraform/.terraform infra/terraform/*/.terraform \
		frontend/node_modules frontend/dist backend/training/font_packages/node_modules \
		tests/lighthouse/node_modules tests/monitoring/grafana/node_modules

.venv/bin/python infra/.venv/bin/python infra/compose/.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "This project needs Python 3.11 or 3.12 (with venv); install" \
		"one from https://www.python.org/downloads/ or your package manager (on Debian or" \
		"Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(@D:%/bin=%)

.venv/run: backend/requirements/run.txt | .venv/bin/python
	$(PIP) --require-hashes -r $<
	@touch $@

.venv/dev: backend/requirements/dev.txt .venv/run
	$(PIP) --require-hashes -r $<
	@touch $@

.venv/train: backend/requirements/train.txt backend/requirements/torch.txt .venv/run
	$(PIP) --require-hashes -r backend/requirements/train.txt
	$(PIP) -r backend/requirements/torch.txt
	@touch $@

# Beside the other, since checkov pins dozens of packages to versions of its own, and TensorBoard is what
# its image has, without torch.
infra/.venv/installed: infra/requirements.txt
infra/compose/.venv/installed: infra/compose/tensorboard/requirements.txt
infra/.venv/installed infra/compose/.venv/installed: %/installed: | %/bin/python
	$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

frontend/node_modules/installed tests/lighthouse/node_modules/installed $(GRAFANA_TYPES) $(FONTS): %/node_modules/installed: %/package-lock.json
	@$(NODE_IS_FINE) || { echo "This needs Node.js 20.19 or newer (22.12 or newer of the 22s);" \
		"install it from https://nodejs.org or your package manager." >&2; exit 1; }
	npm --prefix $* ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

frontend/dist/index.html: frontend/node_modules/installed $(PAGE_SOURCES)
	npm --prefix frontend run build --silent
	@touch $@
