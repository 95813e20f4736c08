"""The reference pages that are made of the program: its commands, its surroundings, the views of its store.

`SDESK_WRITE_GOLDEN=1 make unit ARGS='-k reference_page'` writes them anew; the tests hold the pages to what stands
here.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from scripts.markdown import MADE, code, paragraph, sentence, table
from scripts.reference_configuration import configuration_page
from sdesk.cli.app import run
from sdesk.cli.commands import COMMANDS, Noun, Verb
from sdesk.cli.diagnostics import MEANINGS, RULE
from sdesk.cli.environment import ENVIRONMENT
from sdesk.cli.grammar import build_root, spoken
from sdesk.cli.invocation import Surroundings
from sdesk.store import migrate

# ---- commands --------------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """docs/reference/commands.md."""
    root: Any = build_root()
    context = root.context_class(root, info_name="sdesk")
    everywhere = [param.get_help_record(context) for param in root.get_params(context)]
    return "\n".join(
        [
            "# Commands",
            "",
            MADE,
            "",
            "`sdesk NOUN VERB [ARGUMENTS] [OPTIONS]`; the daily verbs stand at the top too: `sdesk take 12` and",
            "`sdesk ticket take 12` are one. `sdesk help COMMAND` prints what stands here. How a command ends is told",
            "by its [exit code](surroundings.md#exit-codes); what may stand in a filter by `sdesk help filters`; which",
            "JSON comes out by `sdesk schema`.",
            "",
            "## Options of every command",
            "",
            *table(("option", "meaning"), [(code(name), text) for name, text in filter(None, everywhere)]),
            "",
            "`-o` and `--fields` are options of commands that print rows; below it is said which do not.",
            "",
            *_commands(root, context, COMMANDS, ()),
        ]
    )


def _commands(group: Any, context: Any, commands: Mapping[str, Verb | Noun], path: tuple[str, ...]) -> Iterator[str]:
    for name, entry in commands.items():
        command: Any = group.get_command(context, name)
        inner = command.context_class(command, info_name=name, parent=context)
        here = (*path, name)
        if isinstance(entry, Noun):
            if len(here) == 1:
                yield from (f"## sdesk {name}", "", f"{sentence(entry.summary)}", "")
            again = COMMANDS if path == () else {}
            fresh = {verb: each for verb, each in entry.verbs.items() if again.get(verb) is not each}
            if len(fresh) < len(entry.verbs):
                daily = ", ".join(f"`{verb}`" for verb in entry.verbs if verb not in fresh)
                yield from (f"The daily verbs stand here too: {daily}.", "")
            yield from _commands(command, inner, fresh, here)
        else:
            yield from _command(command, inner, entry, here)


def _command(command: Any, context: Any, entry: Verb, path: tuple[str, ...]) -> Iterator[str]:
    summary, _, examples = (command.help or "").partition("Examples:")
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (f"{'##' if len(path) == 1 else '###'} sdesk {' '.join(path)}", "", paragraph(summary), "")
    lines = [line.strip() for line in examples.strip().splitlines()]
    yield from ("```sh", *lines, "```", "", f"Usage: {code(f'sdesk {chr(32).join(path)} {usage}')}", "")
    rows = []
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record is not None and type(param).__name__ != "_GlobalOption" and param.name != "help":
            rows.append((code(record[0]), spoken(param, record[1])))
    if rows:
        yield from (*table(("argument, option", "meaning"), rows), "")
    if not entry.prints:
        yield from ("It prints no rows: without `-o` and `--fields`.", "")


# ---- surroundings ----------------------------------------------------------------------------------------------------

FILES = {
    "`~/.local/share/sdesk/sdesk.db`": "The store (`sdesk db path`), made with mode 0600 in a folder with mode 0700.",
    "`sdesk.db-wal`, `sdesk.db-shm`": "SQLite's, beside the store while it is open; they belong to it.",
    "`sdesk.db-turn`": "Empty: ticks keep out of each other's way by it.",
    "`~/.config/sdesk/config.toml`": "The [configuration](configuration.md), of your account; mode 0600.",
    "`/etc/sdesk/config.toml`": "The same for all accounts of the machine; read where yours is missing.",
    "`desk.toml`": "The [desk file](desk-file.md), wherever you keep it; the store has what was applied last.",
}


def _said(*words: str) -> str:
    """What a command prints that needs neither clock nor desk."""

    def nothing(*_: object, **__: object) -> Any:
        raise AssertionError("nothing of this is asked for")

    with redirect_stdout(StringIO()) as said:
        run(words, Surroundings(clock=nothing, run_console=nothing, build_demo=nothing))
    return said.getvalue()


def surroundings_page() -> str:
    """docs/reference/surroundings.md."""
    return "\n".join(
        [
            "# Exit codes, output, environment, files",
            "",
            MADE,
            "",
            "## Exit codes",
            "",
            "Scripts rely on them: a code keeps its meaning. `sdesk help exit-codes` prints them.",
            "",
            *table(("code", "meaning"), [(str(code.value), meaning) for code, meaning in MEANINGS.items()]),
            "",
            *RULE.splitlines(),
            "",
            "Of several tickets: all failed is the first one's code, some failed is 6.",
            "",
            "## Output",
            "",
            "Standard output is data, standard error is words. What programs read is an interface: fields may be",
            "added to it, none is renamed or dropped. A table is for eyes, and may change. `sdesk schema` prints the",
            "JSON Schemas.",
            "",
            "```text",
            *_said("help", "output").rstrip().splitlines(),
            "```",
            "",
            "## Environment variables",
            "",
            *table(("variable", "meaning"), [(f"`{name}`", meaning) for name, meaning in ENVIRONMENT.items()]),
            "",
            "## Files and folders",
            "",
            *table(("file", "what it is"), list(FILES.items())),
            "",
        ]
    )


def views_page() -> str:
    """docs/reference/views.md: the stable face of the store."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "sdesk.db"
        migrate.init(store)
        with closing(sqlite3.connect(store)) as connection:
            columns: dict[str, list[str]] = {}
            asked = (
                "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'view'"
            )
            for view, column in connection.execute(f"{asked} ORDER BY m.name, c.cid"):
                columns.setdefault(view, []).append(f"`{column}`")
    return "\n".join(
        [
            "# Views of the store",
            "",
            MADE,
            "",
            "What a query may rely on: columns may be added to these, none is renamed or dropped. What each of them",
            "means, and how instants, money and lists stand in them, says [The store](../explanation/store.md).",
            "",
            *table(("view", "columns, in their order"), [(f"`{view}`", ", ".join(of)) for view, of in columns.items()]),
            "",
        ]
    )


PAGES: dict[str, Callable[[], str]] = {
    "commands": commands_page,
    "configuration": configuration_page,
    "surroundings": surroundings_page,
    "views": views_page,
}
"""Name in docs/reference, and what makes it."""
