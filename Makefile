# All targets share one environment, .venv, which the first of them makes and later ones keep up to date.
# Needed beforehand: make, git, Python 3.10 or newer. A C compiler makes the engine fast, and is not needed.
#
#   make lab                     with the first suitable Python that is found
#   make lab PYTHON=python3.12   with this one
#   make test ARGUMENTS="-k engine -x"

ifeq ($(OS),Windows_NT)
  BIN := .venv/Scripts
else
  BIN := .venv/bin
endif
ENOUGH := import sys; sys.exit(sys.version_info < (3, 10))
# An environment that exists is used as it is, unless the user names another Python.
ifeq ($(origin PYTHON),undefined)
  PYTHON := $(shell for candidate in $(BIN)/python python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do \
    $$candidate -c '$(ENOUGH)' >/dev/null 2>&1 && echo $$candidate && break; done)
else
  EXACT := --exact
endif
ARGUMENTS ?=
PURPOSE := dev
# In several processes. Tests that share what one of them made stay together, and the longest begin first
# (tests/conftest.py).
PYTEST := $(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --only-binary :all: \
  --emit-build-options --custom-compile-command "make lock"
# What is tested on the uncompiled engine too: the engine itself and what stands right on it.
PURE_TESTS := $(filter-out tests/test_engine_types.py,$(wildcard tests/test_engine_*.py)) $(addprefix tests/test_,nn.py gradcheck.py losses.py optim.py)
# Of each property, fewer examples: compiled, it is tried on more of them.
UNCOMPILED = MICROGRAD_PURE=1 HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -q -m "not slow" $(PURE_TESTS)
# What is run under memory checkers: all that calls C (memory itself is measured elsewhere; checkers need much of it).
SANITIZED_TESTS := $(filter-out tests/test_engine_memory.py tests/test_engine_types.py,$(wildcard tests/test_engine_*.py)) \
  $(addprefix tests/test_,nn.py optim.py losses.py compiler_gradients.py compiler_training.py)

.DEFAULT_GOAL := help
.PHONY: help environment lab notebook test uncompiled thorough quick lint format fuzz class student corpus pythons modes sanitize bench wasm ready site serve browser build lock clean

help: ## Show what can be made.
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

environment: ## Make or update .venv (the other targets do it by themselves).
	@test -n "$(PYTHON)" || { echo "No Python 3.10 or newer was found. Install one (python.org, pyenv, or your system's packages)," \
	  "or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c '$(ENOUGH)' || { echo "$(PYTHON) is not Python 3.10 or newer." >&2; exit 1; }
	@"$(PYTHON)" tools/environment.py $(PURPOSE) $(EXACT)

# What the lab needs is a part of what everything else needs.
lab notebook: PURPOSE := lab
lab: environment ## Run the ten tasks of the lab and write a report with all figures.
	$(BIN)/micrograd lab run $(ARGUMENTS)

notebook: environment ## Open JupyterLab on the lab.
	$(BIN)/jupyter lab tp1-gradient_descent/gradient.ipynb $(ARGUMENTS)

test: environment ## Run the tests: the engine's uncompiled, then all of them.
	@status=0; \
	$(if $(PURE_TESTS),$(UNCOMPILED) -n auto || status=1;) \
	$(PYTEST) -m "not site" $(ARGUMENTS) || status=1; \
	exit $$status

uncompiled: environment ## Run the engine's tests on the plain Python files alone, in one process.
	$(UNCOMPILED) $(ARGUMENTS)

thorough: environment ## Run all tests with all that make test takes a sample of: examples, notebooks, Pythons, nodes.
	$(UNCOMPILED) -n auto
	HYPOTHESIS_PROFILE=thorough MICROGRAD_CORPUS=all MICROGRAD_EVERY_PYTHON=1 $(PYTEST) $(ARGUMENTS)

quick: lint ## Check style and types, and run the engine's tests, or TESTS="tests/test_draw_*.py": for while you work.
	HYPOTHESIS_PROFILE=quick $(PYTEST) -q -m "not slow" $(or $(TESTS),$(PURE_TESTS)) $(ARGUMENTS)

lint: environment ## Check format, style and types; the JavaScript too, where npm is installed.
	@status=0; for look in "ruff format --check ." "ruff check ." mypy "python tools/lint_javascript.py"; do \
	  echo "$(BIN)/$$look"; $(BIN)/$$look || status=1; \
	done; exit $$status

format: environment ## Format the code and mend what can be mended.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

SECONDS ?= 600
fuzz: environment ## Check random programs for SECONDS=600 on all machines of the compiler; the smallest one that fails is shown.
	MICROGRAD_DEBUG=1 $(BIN)/python tests/checked_programs.py $(SECONDS) $(SEED)

class: environment ## Grade a made-up class of PEOPLE=80 with everything that a class hands in, in French, in English and on a cluster.
	$(BIN)/python tests/whole_class.py --people $(or $(PEOPLE),80) $(ARGUMENTS)

student: environment ## Go a student's way to the letter, from a checkout, a wheel and an sdist: new, the README's commands, handing in.
	$(BIN)/python tests/student_way.py $(ARGUMENTS)

corpus: environment ## Judge all notebooks of the tests, three times over and in the live kernel too: what the tests leave out.
	MICROGRAD_CORPUS=all $(PYTEST) -q $(wildcard tests/test_lab_check_*.py) $(ARGUMENTS)

pythons: environment ## Run the engine's tests on every Python that the machine has: make test takes the oldest and the newest.
	MICROGRAD_EVERY_PYTHON=1 $(BIN)/python -m pytest -q tests/test_pythons.py $(ARGUMENTS)

modes: environment ## Compare PROGRAMS=10000 random programs compiled and plain, to the last bit.
	$(BIN)/python tests/both_modes.py $(or $(PROGRAMS),10000) $(or $(SEED),0)

sanitize: environment ## Run the engine's tests, and hostile programs for SECONDS=600, under memory checkers (needs GCC).
	$(BIN)/python tools/sanitize.py --seconds $(SECONDS) --seed $(or $(SEED),0) \
	  --tests $(if $(TESTS),$(TESTS),$(SANITIZED_TESTS))

bench: environment ## Measure against micrograd, PyTorch, JAX and NumPy, side by side.
	$(BIN)/python benchmarks/run.py $(ARGUMENTS)

wasm: environment ## Build the kernels for pages anew (needs clang, lld and wasi-libc; nothing else does).
	$(BIN)/python tools/build_wasm.py $(ARGUMENTS)

ready: environment ## Write anew what pages have ready-made: the playground's networks, formulas (after a change of words or layouts).
	$(BIN)/python tools/write_ready_made.py

site: environment ## Write the site into public/: front page, lab in the browser, playground, guides.
	$(BIN)/micrograd lab site --output public $(ARGUMENTS)

serve: environment ## Serve public/ on this machine: http://127.0.0.1:8000/.
	$(BIN)/python -m micrograd.site.serve public $(PORT)

browser: environment ## Do the lab in a browser tab as a student does, from the front page to the grade (make test leaves it out).
	$(PYTEST) -m site $(wildcard tests/test_site_*.py) $(ARGUMENTS)

build: environment ## Build the sdist and the wheel into dist/.
	$(BIN)/python -m build --no-isolation

lock: environment ## Choose today's versions of all libraries anew, and write both locks.
	$(BIN)/python -m pip install --quiet --upgrade uv
	$(LOCK) --upgrade --extra dev pyproject.toml -o requirements-dev.lock
	$(LOCK) --upgrade --extra lab --extra build --constraint requirements-dev.lock pyproject.toml -o requirements.lock
	@echo "Now bring the pins of requirements.txt to those of requirements.lock: the tests compare them."

clean: ## Remove what was built and all environments.
	rm -rf .venv .venv-bench .venv-pythons .peers build dist public .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find src \( -name '*.so' -o -name '*.pyd' -o -name '*.egg-info' \) -prune -exec rm -rf {} +
