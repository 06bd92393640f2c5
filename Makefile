# The newcomer's door. Each target makes .venv and calls nox there; `.venv/bin/nox --list` has more.

VENV := .venv
NOX := $(VENV)/bin/nox --non-interactive
READY := $(VENV)/ready

.PHONY: help demo test bench docs preflight clean

help:
	@echo 'make demo    the same Python 2.7 programs, stock and regrafted, against local TLS servers'
	@echo 'make test    everything that must hold, on 2.7, 3.6, 3.9 and 3.13'
	@echo 'make bench   speed, stock against regraft'
	@echo 'make docs    the documentation as HTML'
	@echo 'make clean   delete all that was made here'

demo: $(READY)
	@$(NOX) --session demo

# All sessions run, whatever fails; the table and the closing line come last.
test: $(READY)
	@$(VENV)/bin/python -m regraft_tools.tally clear
	@status=0; \
	$(NOX) --session house tests tools x509 differential audit own_suites || status=1; \
	$(NOX) --session translated_suites -- --here || status=1; \
	$(NOX) --session docs -- --here || status=1; \
	$(VENV)/bin/python -m regraft_tools.tally show || status=1; \
	exit $$status

bench: $(READY)
	@$(NOX) --session bench

docs: $(READY)
	@$(NOX) --session docs

preflight:
	@sh build_support/preflight.sh >/dev/null

$(READY): tools/pyproject.toml | preflight
	@echo 'regraft: making $(VENV)'
	@"$$(sh build_support/preflight.sh)" -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip --quiet --disable-pip-version-check install --editable ./tools
	@touch $@

clean:
	rm -rf $(VENV) .environments .nox .pytest_cache .hypothesis .ruff_cache build dist docs/_build src/*.egg-info tools/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find src -name '*.so' -delete
