# Shortcuts for those who work on Kentongan; install.sh does the set-up that they need.
.DEFAULT_GOAL := help
.PHONY: help check test bench demo
BIN := .venv/bin

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

check: ## format, lint, types, import contracts, tidiness (no set-up, seconds)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python -m pytest tests/unit/test_tidy.py

test: ## set up what is missing, then every check and test
	./install.sh test

bench: ## how fast texts are read
	$(BIN)/kentongan bench pdu

demo: ## set up what is missing, then three desa and a Polres on this computer
	./install.sh demo
