# POSIX make. `make` alone lists the targets.
.POSIX:
.PHONY: hjalp help bilaga app test test-alla test-webb test-kontor kontroll format stada exempel
.NOTPARALLEL:

PYTHON ?= python3

BIN = .venv/bin
# --no-compile halves the time: Python compiles what is imported, when it is.
# The two variables hold the build steps to the same versions (older and newer pip).
PIP = PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	$(BIN)/python -m pip --disable-pip-version-check -qq install --no-compile -c constraints.txt

hjalp:
	@echo 'make bilaga      installera det som behövs och räkna det färdiga exemplet'
	@echo 'make app         öppna sidan i webbläsaren'
	@echo 'make test        granska kod och typer och kör testerna'
	@echo 'make test-alla   detsamma, med de långsamma testerna'
	@echo 'make test-kontor pröva bilagan i LibreOffice (apt-get install libreoffice-writer libreoffice-calc)'
	@echo 'make test-webb   pröva sidan i webbläsaren Chromium (apt-get install chromium)'
	@echo 'make exempel     räkna om det publicerade exemplet i results/exempel'
	@echo 'make format      formatera koden'
	@echo 'make stada       ta bort .venv, mellanlagring och byggfiler (results/ blir kvar)'
	@echo
	@echo 'En annan Python än python3: make bilaga PYTHON=python3.12'

help: hjalp

# pyvenv.cfg is removed with the rest of .venv when the step fails, so that the next try starts over.
.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'hemmaplan behöver Python 3.11 eller senare. Ange en annan så här: make PYTHON=python3.11' >&2; \
		exit 1; }
	@echo 'Skapar .venv …'
	@$(PYTHON) -m venv .venv || { \
		rm -rf .venv; \
		echo 'Det gick inte att skapa .venv. På Debian och Ubuntu: sudo apt install python3-venv' >&2; \
		exit 1; }

# What `hemmaplan` needs to run.
.venv/.installerat: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo 'Installerar hemmaplan i .venv (någon minut första gången) …'
	@$(PIP) -e .
	@touch $@

# The same, and what writes the bilaga.
.venv/.bilaga: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo 'Installerar hemmaplan och det som skriver bilagan i .venv (någon minut första gången) …'
	@$(PIP) -e '.[bilaga]'
	@touch .venv/.installerat $@

# The same, and what the checks and tests need.
.venv/.utveckling: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo 'Installerar hemmaplan och utvecklingsverktygen i .venv (någon minut första gången) …'
	@$(PIP) -e '.[utveckling]'
	@touch .venv/.installerat .venv/.bilaga $@

bilaga: .venv/.bilaga
	@$(BIN)/hemmaplan jamfor sodertalje_2019 arbetsloshet_11 stodboende_5 --bilaga

# The planner's page.
.venv/.webb: .venv/.installerat
	@$(PIP) -e '.[webb]'
	@touch $@

app: .venv/.webb
	@$(BIN)/hemmaplan app

kontroll: .venv/.utveckling
	@echo 'Granskar kodens form …'
	@$(BIN)/ruff format --check --quiet || { \
		echo 'Koden är inte formaterad. Kör: make format' >&2; \
		exit 1; }
	@$(BIN)/ruff check --quiet
	@echo 'Granskar typerna …'
	@$(BIN)/mypy --strict --no-error-summary sim

test: kontroll
	@echo 'Kör testerna …'
	@$(BIN)/pytest -n 2 --dist loadfile

test-alla: kontroll
	@echo 'Kör alla tester, även de långsamma …'
	@$(BIN)/pytest -n 2 --dist loadfile -m 'not webblasare and not kontor'

# Chromium is Debian's own: apt-get install chromium
test-webb: .venv/.utveckling
	@command -v chromium >/dev/null || { echo 'Chromium saknas. På Debian: sudo apt-get install chromium' >&2; exit 1; }
	@$(BIN)/pytest -m webblasare tests/webblasare

# LibreOffice is Debian's own: apt-get install libreoffice-writer libreoffice-calc
test-kontor: .venv/.utveckling
	@command -v soffice >/dev/null || { \
		echo 'LibreOffice saknas. På Debian: sudo apt-get install libreoffice-writer libreoffice-calc' >&2; \
		exit 1; }
	@$(BIN)/pytest -m kontor tests/rapport tests/intag

format: .venv/.utveckling
	@echo 'Formaterar koden …'
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

stada:
	@echo 'Tar bort .venv, mellanlagring och byggfiler …'
	@rm -rf .venv build dist hemmaplan.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name .git -prune -o -name results -prune -o -type d -name __pycache__ -exec rm -rf {} +

# The small published example that the README shows.
exempel: .venv/.utveckling
	@$(BIN)/hemmaplan kor kommun=sodertalje_2019 'scenarios=[arbetsloshet_11,stodboende_5]' studie.namn=exempel_korning \
		rapport=bilaga
	@$(BIN)/python scripts/exempel.py
