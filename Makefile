# `make help` lists the targets.

HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=

# Makes the packages in backend/ importable without installing them.
export PYTHONPATH := $(CURDIR)/backend

RUN ?= release
FINDER ?= finder
LINE_READER ?= line-reader
FROM ?=
MINUTES ?= 5

# The first of these commands that is a Python 3.11 or 3.12 and can create virtual environments.
PYTHON ?= $(shell for python in python3.12 python3.11 python3 python; do \
	$$python -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' \
	>/dev/null 2>&1 && echo $$python && break; done)
# Any Python 3 that can install uv, which downloads a Python 3.12 if PYTHON is empty.
ANY_PYTHON = $(shell for python in python3 python python3.14 python3.13 python3.10 python3.9; do \
	$$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 8))' \
	>/dev/null 2>&1 && echo $$python && break; done)
SUPPORTED_PYTHON := '>=3.11,<3.13'
UV := $(CURDIR)/.uv/bin/uv
export UV_PYTHON_INSTALL_DIR := $(CURDIR)/.uv/python

NODE_IS_SUPPORTED = node -e 'const [a, b] = process.versions.node.split(".").map(Number); \
	process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null

BIN := $(CURDIR)/.venv/bin
SERVER := --factory recognizer.api.server:create_server --http recognizer.api.http_protocol:HttpProtocol
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
RUFF := $(BIN)/ruff
MYPY := $(BIN)/mypy --config-file backend/pyproject.toml
PYTEST := $(BIN)/python -m pytest -c backend/pyproject.toml --rootdir .
FONTS := backend/training/font_packages/node_modules/installed
# Leaves out the tests that need more than Python, Node.js and a browser.
BASIC_TESTS := not docker and not monitoring and not terraform
# Runs with everything that `make release` copies: the model, its checksum and the TensorBoard log.
FINISHED_RUNS = $(sort $(foreach run,$(patsubst runs/%/digits.onnx.sha256,%,$(wildcard runs/*/digits.onnx.sha256)),\
	$(if $(and $(wildcard runs/$(run)/digits.onnx),$(wildcard runs/$(run)/tensorboard/events.*)),$(run))))
GRAFANA_TYPES := tests/monitoring/grafana/node_modules/installed
# Without attestations, because they turn an image into an image index, which Lambda rejects.
# The arguments have the values of environment variables, and their defaults where those are not set.
BUILD = DOCKER_BUILDKIT=1 docker build --file backend/Dockerfile \
	--build-arg LAMBDA_BASE --build-arg PYTHON_BASE --build-arg NODE_BASE --build-arg VITE_SOURCE_URL $(shell \
	docker build --help 2>/dev/null | grep -q provenance && echo --provenance=false --sbom=false)
SHELL_SCRIPTS := .ci/run $(filter-out infra/deploy/lib,$(wildcard infra/deploy/*)) $(wildcard infra/deploy/lib/*.sh)
TERRAFORM_ROOTS := bootstrap serverless always-on
PAGE_SOURCES := $(shell find frontend/src frontend/public -type f) frontend/about.html frontend/index.html \
	frontend/.env frontend/package.json frontend/tsconfig.json frontend/vite.config.ts
# The repository on GitHub that this clone comes from, to which the page links.
export VITE_SOURCE_URL := $(or $(VITE_SOURCE_URL),$(shell { git remote get-url origin | sed -En \
	's/\.git$$//; s,^(.*[/@.])?github\.com[:/]([^/]+/[^/]+)$$,https://github.com/\2,p'; } 2>/dev/null))
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) \
	--file infra/compose/docker-compose.yml

# Fails with one sentence if the server cannot listen on a host and port.
define TRY_TO_LISTEN
import socket, sys
host, port, target = sys.argv[1:]
try:
    family, *_, (address, _, *scope) = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, int(port), *scope))
except (OSError, OverflowError, ValueError) as error:
    reason = getattr(error, "strerror", None) or error
    sys.exit(f"Cannot listen on {host}:{port} ({reason}); "
             f"choose another port with PORT=, for example: make {target} PORT=8080")
endef
export TRY_TO_LISTEN

.PHONY: all help setup setup-training run dev check format test test-backend test-frontend fuzz soak image \
	image-run up down test-image test-monitoring test-deploy check-workflows test-infra test-dashboard \
	deploy deploy-backend deploy-frontend rollback destroy bench train train-finder train-line-reader scenes \
	unipen tensorboard evaluate release release-finder release-line-reader api-types examples feedback-export \
	lighthouse screenshot lock clean download-python

all: check test

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: .venv/dev frontend/node_modules/installed ## Install everything for running, checking and testing
	@$(BIN)/python tests/tools/install_browser.py

setup-training: .venv/train $(FONTS) ## Install everything for training: torch, handwriting fonts, …

run: .venv/run frontend/dist/index.html ## Serve the web UI and the API (HOST=127.0.0.1 PORT=8000)
	@$(BIN)/python -c "$$TRY_TO_LISTEN" $(HOST) $(PORT) run
	@echo "Draw a digit on http://$(HOST):$(PORT)"
	@exec $(BIN)/python -m uvicorn $(SERVER) \
		--host $(HOST) --port $(PORT) --log-level warning

dev: .venv/run frontend/node_modules/installed ## Serve both and reload them on change
	@$(BIN)/python -m uvicorn $(SERVER) \
		--reload --reload-dir backend & \
		trap "kill $$!" EXIT; npm --prefix frontend run dev

check: .venv/dev frontend/node_modules/installed ## Check code style, types and spelling
	$(RUFF) check --config backend/pyproject.toml backend infra/compose tests
	$(RUFF) format --check --config backend/pyproject.toml backend infra/compose tests
	$(MYPY) backend/recognizer backend/docker backend/benchmarks backend/scripts \
		infra/compose tests --exclude tests/training
	@if $(BIN)/python -c 'import torch' 2>/dev/null; \
		then set -x; $(MYPY) backend/training tests/training; \
		else echo "Skipped type checks of the training code: they need torch (make setup-training)."; fi
	$(BIN)/typos --config backend/pyproject.toml
	$(BIN)/shellcheck --external-sources --source-path SCRIPTDIR $(SHELL_SCRIPTS)
	$(BIN)/hadolint backend/Dockerfile infra/compose/tensorboard/Dockerfile
	npm --prefix frontend run check

format: .venv/dev frontend/node_modules/installed ## Format the code and sort its imports
	$(RUFF) check --fix --config backend/pyproject.toml backend infra/compose tests
	$(RUFF) format --config backend/pyproject.toml backend infra/compose tests
	npm --prefix frontend run format

test: setup frontend/dist/index.html ## Run the tests that need no containers or Terraform (ARGS= for pytest)
	npm --prefix frontend test
	$(PYTEST) tests -m "$(BASIC_TESTS)" $(ARGS)
	@echo "Container images, monitoring, deployment and Terraform have their own tests:" \
		"make test-image test-monitoring test-deploy test-infra"

test-backend: .venv/dev ## Run the same without the browser tests
	$(PYTEST) tests -m "$(BASIC_TESTS) and not browser" $(ARGS)

test-frontend: setup frontend/dist/index.html ## Run the frontend's unit tests and the browser tests
	npm --prefix frontend test
	$(PYTEST) tests/browser -m browser $(ARGS)

fuzz: .venv/dev ## Send mutated images, JSON, forms and Lambda events (MINUTES=5)
	@PYTHONPATH=$(PYTHONPATH):tests $(BIN)/python -m fuzz --minutes $(MINUTES) $(ARGS)

soak: MINUTES = 10
soak: .venv/dev ## Load a server; fail if its memory or open files grow (MINUTES=10)
	@$(BIN)/python tests/tools/soak.py --minutes $(MINUTES)

image: image-lambda image-server ## Build the images digit-recognizer:lambda and digit-recognizer:server

image-%:
	$(BUILD) --target $* --tag digit-recognizer:$* .

image-run: image ## Serve the web UI and the API with Docker alone (PORT=8000)
	@echo "Draw a digit on http://127.0.0.1:$(PORT)"
	docker run --rm --interactive --tty --read-only --tmpfs /tmp --publish 127.0.0.1:$(PORT):8000 \
		digit-recognizer:server

test-image: .venv/dev ## Build and test the container images; skipped without Docker
	@if docker version >/dev/null 2>&1; \
		then $(MAKE) --no-print-directory image \
			&& REQUIRE_ALL_TESTS=1 $(PYTEST) tests/image -m docker $(ARGS); \
		else echo "Skipped the tests of the container images: no container engine (docker) responds."; fi

up: ## Start the server, Prometheus, Grafana and TensorBoard with docker compose
	$(COMPOSE) up --build --detach
	@$(COMPOSE) ps

down: ## Stop them; metrics and feedback stay stored
	$(COMPOSE) down

test-monitoring: .venv/dev infra/compose/.venv/installed $(GRAFANA_TYPES) ## Test metrics, alerts and dashboards
	$(PYTEST) tests/monitoring -m monitoring $(ARGS)

test-deploy: .venv/dev check-workflows ## Test deployment without AWS; skipped without Docker
	@if docker version >/dev/null 2>&1; \
		then $(MAKE) --no-print-directory image frontend/node_modules/installed \
			&& $(PYTEST) tests/deploy -m docker $(ARGS); \
		else echo "Skipped the tests of deployment: no container engine (docker) responds."; fi

check-workflows: infra/.venv/installed
	PATH=$(BIN):$$PATH infra/.venv/bin/actionlint
	infra/.venv/bin/zizmor --offline --quiet .github

test-infra: ## Check and test the Terraform code; skipped without terraform
	@if command -v terraform >/dev/null; \
		then $(MAKE) --no-print-directory $(TERRAFORM_ROOTS:%=test-terraform-%) test-dashboard check-terraform; \
		else echo "Skipped the tests of the infrastructure: terraform is not installed."; fi

# Caches the provider, because each root would download it separately. The second variable is needed
# because no lock file lists the provider's checksums.
test-terraform-%: export TF_PLUGIN_CACHE_DIR = $(CURDIR)/infra/terraform/.terraform
test-terraform-%: export TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE = true
test-terraform-%:
	@mkdir -p $(TF_PLUGIN_CACHE_DIR)
	terraform -chdir=infra/terraform/$* init -backend=false -input=false >/dev/null
	terraform -chdir=infra/terraform/$* validate
	terraform -chdir=infra/terraform/$* test

test-dashboard: .venv/dev test-terraform-serverless
	$(PYTEST) tests/infra -m terraform $(ARGS)

check-terraform: infra/.venv/installed
	terraform fmt -check -diff -recursive infra/terraform
	CKV_SKIP_PACKAGE_UPDATE_CHECK=true infra/.venv/bin/checkov --quiet --compact --skip-download \
		--download-external-modules false --framework terraform --directory infra/terraform

deploy: ## Create everything in an AWS account and deploy to it (ARGS=--dry-run)
	@infra/deploy/all $(ARGS)

deploy-backend: ## Deploy this commit's Lambda function; roll back if its smoke test fails
	@infra/deploy/backend $(ARGS)

deploy-frontend: ## Deploy this commit's frontend
	@infra/deploy/frontend $(ARGS)

rollback: ## Return to the function's previous version
	@infra/deploy/rollback $(ARGS)

destroy: ## Remove everything from AWS
	@infra/deploy/destroy $(ARGS)

bench: .venv/dev .venv/train ## Measure speed, memory and size against baselines (ARGS="--only http")
	@cd backend && $(BIN)/python -m compileall -q . && PYTHONPATH=. $(BIN)/python -m benchmarks $(ARGS)

train: setup-training ## Train a model into runs/ (options: ARGS="--help")
	@$(BIN)/python -m training.train $(ARGS)

train-finder: setup-training ## Train a finder of digits into runs/ (options: ARGS="--help")
	@$(BIN)/python -m training.finder $(ARGS)

train-line-reader: setup-training ## Train a reader of numbers into runs/ (options: ARGS="--help")
	@$(BIN)/python -m training.line_reader $(ARGS)

scenes: setup-training ## Draw a sheet of the finder's training scenes, runs/scenes.png
	@$(BIN)/python -m training.finder.sheet

unipen: setup-training ## Convert UNIPEN's original files for training (FROM=train_r01_v07)
	@test -d "$(FROM)" || { echo "Name the unpacked distribution: make unipen FROM=train_r01_v07" >&2; exit 1; }
	@$(BIN)/python -m training.data.unipen $(FROM)

tensorboard: infra/compose/.venv/installed ## Show training runs on http://127.0.0.1:6006
	@test -n "$(wildcard runs/*/tensorboard)" || echo "runs/ holds no training run yet; start one with: make train"
	infra/compose/.venv/bin/tensorboard --logdir runs

release: ## Serve a training run's model, evaluate it and update its figures (RUN=release)
	@test "$(filter $(RUN),$(FINISHED_RUNS))" || { echo "runs/$(RUN) holds no finished training run;" \
		"make train creates runs/release, RUN= chooses another run ($(or $(FINISHED_RUNS),none is finished))." >&2; exit 1; }
	@$(BIN)/python -m training.evaluation --check-data
	cp runs/$(RUN)/digits.onnx runs/$(RUN)/digits.onnx.sha256 backend/recognizer/model/
	cat runs/$(RUN)/tensorboard/events.* >backend/training/logs/events.out.tfevents.released
	@$(MAKE) --no-print-directory evaluate
	@$(BIN)/python -m scripts.readme_response

release-finder: ## Serve a training run's finder, evaluate it and update its figures (FINDER=finder)
	@test -f runs/$(FINDER)/finder.onnx.sha256 || { echo "runs/$(FINDER) holds no finished training run;" \
		"make train-finder creates runs/finder, FINDER= chooses another run." >&2; exit 1; }
	@$(BIN)/python -m training.evaluation --check-data
	cp runs/$(FINDER)/finder.onnx runs/$(FINDER)/finder.onnx.sha256 backend/recognizer/model/
	@$(MAKE) --no-print-directory evaluate
	@$(BIN)/python -m scripts.readme_response

release-line-reader: ## Serve a training run's line reader, evaluate it and update its figures (LINE_READER=line-reader)
	@test -f runs/$(LINE_READER)/line_reader.onnx.sha256 || { echo "runs/$(LINE_READER) holds no finished training run;" \
		"make train-line-reader creates runs/line-reader, LINE_READER= chooses another run." >&2; exit 1; }
	@$(BIN)/python -m training.evaluation --check-data
	cp runs/$(LINE_READER)/line_reader.onnx runs/$(LINE_READER)/line_reader.onnx.sha256 backend/recognizer/model/
	@$(MAKE) --no-print-directory evaluate
	@$(BIN)/python -m scripts.readme_response

evaluate: setup-training ## Evaluate the released model and write its card
	@$(BIN)/python -m training.evaluation

feedback-export: .venv/dev ## Export stored feedback as a training set (FROM=feedback.sqlite)
	@$(BIN)/python -m scripts.export_feedback $(FROM)

api-types: .venv/run frontend/node_modules/installed ## Regenerate the frontend's types from the API
	@$(BIN)/python -m scripts.export_openapi
	npm --prefix frontend run types --silent

examples: setup-training ## Choose the handwriting samples that the web UI offers
	@$(BIN)/python -m training.examples

lighthouse: setup frontend/dist/index.html tests/tools/lighthouse/node_modules/installed ## Audit the web UI with Lighthouse
	@$(BIN)/python -c "$$TRY_TO_LISTEN" 127.0.0.1 $(PORT) lighthouse
	@$(BIN)/python -m uvicorn $(SERVER) \
		--port $(PORT) --log-level warning & trap "kill $$!" EXIT; \
		until curl --silent --fail --output /dev/null http://127.0.0.1:$(PORT)/health; do sleep 0.2; done; \
		node tests/tools/lighthouse/audit.js http://127.0.0.1:$(PORT)/

screenshot: setup frontend/dist/index.html ## Take the pictures of the web UI: README, link previews, icons
	$(BIN)/python tests/tools/screenshot.py

LOCK = $(UV) pip compile --universal --generate-hashes --no-annotate --no-emit-index-url \
	--no-emit-find-links $(UPGRADE) --quiet --custom-compile-command 'make lock'
# Empty, it pins only what is new: make lock UPGRADE=
UPGRADE ?= --upgrade

lock: $(UV) ## Pin the newest Python packages that backend/pyproject.toml allows
	cd backend && for extra in '--extra server -o requirements/run.txt' \
		'--extra api -c requirements/run.txt -o requirements/lambda.txt' \
		'--extra dev -c requirements/run.txt -o requirements/dev.txt' \
		'--extra train -c requirements/dev.txt -o requirements/train.txt'; do \
		$(LOCK) --python-version 3.11 pyproject.toml $$extra || exit; done
	cd backend && $(LOCK) --python-version 3.11 ../infra/compose/tensorboard/requirements.in \
		-c requirements/train.txt -o ../infra/compose/tensorboard/requirements.txt
	cd infra && $(LOCK) --python-version 3.11 requirements.in -o requirements.txt
	echo uv | $(LOCK) --python-version 3.8 - -o backend/requirements/uv.txt

clean: ## Remove everything that was installed or built
	rm -rf .venv infra/.venv infra/compose/.venv .uv infra/terraform/.terraform infra/terraform/*/.terraform \
		frontend/node_modules frontend/dist backend/training/font_packages/node_modules \
		tests/tools/lighthouse/node_modules tests/monitoring/grafana/node_modules

.venv/bin/python infra/.venv/bin/python infra/compose/.venv/bin/python:
	$(if $(PYTHON),,@$(MAKE) --no-print-directory download-python || { echo "Found no Python 3.11 or 3.12 with" \
		"venv and could not download one: install one, name one with PYTHON=/path/to/python3.12, set" \
		"UV_PYTHON_INSTALL_MIRROR to a mirror to download from, or use make image-run, which needs only" \
		"Docker." >&2; exit 1; })
	$(or $(PYTHON),$$($(UV) python find --managed-python $(SUPPORTED_PYTHON))) -m venv $(@D:%/bin=%)

# Without --no-bin, uv would also link the Python into the user's PATH.
download-python: $(UV)
	$(UV) python install --no-bin $(SUPPORTED_PYTHON)

$(UV): backend/requirements/uv.txt
	$(or $(ANY_PYTHON),python3) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

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

# Separate environments: checkov pins dozens of packages to its own versions, and TensorBoard runs with the
# packages of its container image, without torch.
infra/.venv/installed: infra/requirements.txt
infra/compose/.venv/installed: infra/compose/tensorboard/requirements.txt
infra/.venv/installed infra/compose/.venv/installed: %/installed: | %/bin/python
	$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

frontend/node_modules/installed tests/tools/lighthouse/node_modules/installed $(GRAFANA_TYPES) $(FONTS): %/node_modules/installed: %/package-lock.json
	@$(NODE_IS_SUPPORTED) || { echo "This needs Node.js 20.19 or newer (22.12 or newer of the 22s);" \
		"install it from https://nodejs.org or your package manager." >&2; exit 1; }
	npm --prefix $* ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

frontend/dist/index.html: frontend/node_modules/installed $(PAGE_SOURCES)
	npm --prefix frontend run build --silent
	@touch $@
