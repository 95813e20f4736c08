"""What laziness promises, shown in fresh interpreters: a command pays only for what it uses.

The static side of the same promise, who may import whom, is import-linter's (pyproject.toml).
"""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from functools import cache

import pytest

import sdesk.domain
import sdesk.reports

HEAVY = {"alembic", "holidays", "imapclient", "inscriptis", "jinja2", "pydantic", "sqlalchemy", "sqlmodel", "textual"}
"""What takes long to import, and most commands do not need."""


@cache
def loaded_by(statement: str) -> frozenset[str]:
    """The modules that `statement` loads in a fresh interpreter, which has none but those of its own start."""
    program = (
        f"import sys\nbefore = set(sys.modules)\n{statement}\n"
        "print('\\n'.join(sorted(set(sys.modules) - before)), file=sys.stdout)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return frozenset(done.stdout.split())


def packages(modules: frozenset[str]) -> set[str]:
    """The top-level packages of modules."""
    return {name.partition(".")[0] for name in modules}


def domain_modules() -> list[str]:
    """All modules of the domain."""
    return [found.name for found in pkgutil.walk_packages(sdesk.domain.__path__, "sdesk.domain.")]


def test_the_root_imports_nothing() -> None:
    assert loaded_by("import sdesk") <= {"sdesk", "__future__"}


@pytest.mark.parametrize("module", domain_modules())
def test_the_domain_needs_the_standard_library_alone(module: str) -> None:
    loaded = loaded_by(f"import {module}")
    foreign = packages(loaded) - set(sys.stdlib_module_names) - {"sdesk"}
    # zoneinfo reads the build settings of the interpreter, a module whose name says for which machine it is.
    assert not {name for name in foreign if not name.startswith("_sysconfigdata_")}
    ours = {name for name in loaded if name.startswith("sdesk.") and not name.startswith("sdesk.domain")}
    assert not ours


def test_the_domain_has_modules() -> None:
    assert {"sdesk.domain.errors", "sdesk.domain.ticket"} <= set(domain_modules())


def test_the_configuration_is_light_without_a_file() -> None:
    loaded = loaded_by(
        "from pathlib import Path\nfrom sdesk import config\nconfig.SYSTEM_FILE = Path('/nowhere')\n"
        "config.store_path(config.load(None, {'HOME': '/nowhere'}), 'x.db', {})"
    )
    assert not loaded & {"dataclasses", "difflib", "platformdirs", "tomllib", "sdesk.config.wire"}
    assert not packages(loaded) & HEAVY


def test_the_read_side_loads_no_object_mapper_and_no_front_end() -> None:
    loaded = loaded_by("import sdesk.store.reader")
    assert not packages(loaded) & (HEAVY | {"click", "platformdirs", "rich", "typer"})
    assert "sqlite3" in packages(loaded)


def test_the_reports_load_no_object_mapper_and_no_front_end() -> None:
    modules = [found.name for found in pkgutil.walk_packages(sdesk.reports.__path__, "sdesk.reports.")]
    assert {"sdesk.reports.past", "sdesk.reports.letter"} <= set(modules)
    loaded = loaded_by(f"import {', '.join(modules)}")
    assert not packages(loaded) & (HEAVY | {"click", "platformdirs", "rich", "typer"})
    assert not {name for name in loaded if name.startswith(("sdesk.desk", "sdesk.mail", "sdesk.actions", "sdesk.cli"))}


def test_the_console_loads_no_use_case_editor_form_or_report_before_its_first_frame() -> None:
    """Each is loaded when it is first needed: together they took a third of the time until the first frame."""
    loaded = loaded_by("import sdesk.tui.app, sdesk.cli.app, sdesk.cli.terminal")
    late = (
        "sdesk.actions",
        "sdesk.tui.outside",
        "sdesk.tui.things",
        "sdesk.desk",
        "sdesk.mail",
        "sdesk.reports",
        "sdesk.cli.output",
        "sdesk.cli.sheet",
        "sdesk.domain.clock",
        "sdesk.domain.satisfaction",
        "sdesk.store.reader.desk_rows",
        "sdesk.store.reader.detail_rows",
        "sdesk.store.reader.organisation_rows",
        "sdesk.store.reader.mail_rows",
        "sdesk.tui.left",
        "sdesk.tui.mail_fetch",
        "sdesk.tui.neighbours",
        "sdesk.tui.own_keys",
        "sdesk.tui.widgets.button",
        "sdesk.tui.widgets.hint",
        "sqlmodel",
        "sqlalchemy",
        "textual_plotext",
        "plotext",
        "jinja2",
        "typer",
        "click",
        "email",
        "pydantic",
    )
    assert sorted(name for name in loaded if name.startswith(late)) == []
    assert "textual.widgets._text_area" not in loaded
    screens = {name.removeprefix("sdesk.tui.screens.") for name in loaded if name.startswith("sdesk.tui.screens.")}
    assert sorted(name for name in screens if name not in {"base", "following"} and not name.startswith("queue")) == []


def test_a_value_that_the_first_frame_needs_is_no_dataclass() -> None:
    """One takes half a millisecond to make, and there were fifty; a named tuple takes a tenth."""
    program = (
        "import dataclasses\nmake, made = dataclasses._process_class, []\n"
        "def note(kind, *rest):\n"
        "    made.append(f'{kind.__module__}.{kind.__qualname__}')\n"
        "    return make(kind, *rest)\n"
        "dataclasses._process_class = note\n"
        "import sdesk.tui.app, sdesk.cli.app, sdesk.cli.terminal\n"
        "print(*(name for name in made if name.startswith('sdesk.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    # A day must not be taken for a tuple of values, a calendar is the same by identity alone, a window changes.
    assert set(done.stdout.split()) == {
        "sdesk.domain.instant.Day",
        "sdesk.domain.worktime.Calendar",
        "sdesk.tui.window.Window",
    }


def test_a_new_ticket_loads_no_table_that_it_does_without() -> None:
    loaded = loaded_by("import sdesk.actions.perform, sdesk.desk.create, sdesk.desk.opening, sdesk.desk.rules")
    tables = {name.removeprefix("sdesk.store.models.") for name in loaded if name.startswith("sdesk.store.models.")}
    late = {"access", "effort", "inbox", "personal", "playbooks", "portal", "ratings", "texts"}
    assert "ticket" in tables
    assert not tables & late


def test_a_table_that_is_loaded_late_is_found_by_its_name_too() -> None:
    loaded = loaded_by(
        "from sdesk.store.models import table_named\n"
        "assert table_named('ready_reply').name == 'ready_reply'\nassert table_named('agent_key') is not None"
    )
    assert {"sdesk.store.models.access", "sdesk.store.models.texts"} <= loaded
