"""The reference pages that are made of the program: its commands, its configuration file, its surroundings.

`SDESK_WRITE_GOLDEN=1 make unit ARGS='-k reference_page'` writes them anew; the tests hold the pages to what stands
here. Keys, kinds of values and defaults of the configuration are those that its reader asks for while it reads a file
that has everything; only what a key is for is told here.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from sdesk import config
from sdesk.cli.commands import COMMANDS, Noun, Verb
from sdesk.cli.diagnostics import MEANINGS
from sdesk.cli.grammar import build_root
from sdesk.config.section import Section

MADE = "<!-- Made from the program; write it anew with SDESK_WRITE_GOLDEN=1 make unit ARGS='-k reference_page'. -->"


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
            *_table(("option", "meaning"), [(_code(name), text) for name, text in filter(None, everywhere)]),
            "",
            "`-o` and `--fields` are options of commands that print rows; below it is said which do not.",
            "",
            *_commands(root, context, COMMANDS, ()),
        ]
    )


def _commands(group: Any, context: Any, table: Mapping[str, Verb | Noun], path: tuple[str, ...]) -> Iterator[str]:
    for name, entry in table.items():
        command: Any = group.get_command(context, name)
        inner = command.context_class(command, info_name=name, parent=context)
        here = (*path, name)
        if isinstance(entry, Noun):
            if len(here) == 1:
                yield from (f"## sdesk {name}", "", f"{_sentence(entry.summary)}", "")
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
    yield from (f"{'##' if len(path) == 1 else '###'} sdesk {' '.join(path)}", "", _paragraph(summary), "")
    lines = [line.strip() for line in examples.strip().splitlines()]
    yield from ("```sh", *lines, "```", "", f"Usage: {_code(f'sdesk {chr(32).join(path)} {usage}')}", "")
    rows = []
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record is not None and type(param).__name__ != "_GlobalOption" and param.name != "help":
            # A bound that only the machine has is none for a reader.
            rows.append((_code(record[0]), re.sub(r"(\d+)<=x<=9223372036854775807", r"at least \1", record[1])))
    if rows:
        yield from (*_table(("argument, option", "meaning"), rows), "")
    if not entry.prints:
        yield from ("It prints no rows: without `-o` and `--fields`.", "")


# ---- configuration ---------------------------------------------------------------------------------------------------

_WHOLE = """\
[store]
url = "sdesk.db"
keep_free = 1
[mailboxes.imap]
kind = "imap"
host = "mail.example.org"
user = "support"
password_command = ["pass"]
[mailboxes.maildir]
kind = "maildir"
path = "mail"
[mailboxes.mbox]
kind = "mbox"
path = "mail"
[smtp]
host = "mail.example.org"
"""
"""Has every section, and as little as may be in each: so that the defaults are asked for."""

MEANING = {
    "store.url": "Where the store is: a path, or `sqlite:///PATH`; a relative one starts at the folder of this file. "
    "`--db` and `SDESK_DB` go before it. Without all of them: `sdesk/sdesk.db` in the user's data folder.",
    "store.keep_free": "Bytes: with less room on the disk no mail is taken. Without it the desk reckons by itself.",
    "mailboxes.kind": "`imap`: on a server; `maildir`: a folder on this machine; `mbox`: a file on it, never changed.",
    "mailboxes.after": "What is done with a message that was taken: `seen`, `move:FOLDER` or `delete`.",
    "mailboxes.addresses": "The desk's own addresses whose mail comes in here.",
    "mailboxes.team": "Whose mail it is until a routing rule says otherwise: a team's key.",
    "mailboxes.service": "What a mail is about until somebody or a rule says otherwise: a service's key.",
    "mailboxes.auto_tickets": "Whether automatic mail of no known thread becomes a ticket: monitoring sends such mail.",
    "mailboxes.trusts_auth_from": "Names of the mail servers whose Authentication-Results count (RFC 8601).",
    "mailboxes.max_size": "Bytes; of a larger message only the header is taken, and it stays where it is.",
    "mailboxes.path": "Where the Maildir, or the mbox file, is.",
    "mailboxes.folder": "The one folder to read: instead of `folders`. Of IMAP without both: `INBOX`.",
    "mailboxes.folders": "The folders to read; of a Maildir those of Maildir++, without the leading dot.",
    "mailboxes.user": "The login.",
    "server.host": "The server's name, or address.",
    "server.port": "Of TLS; without TLS from the first byte it is {plain}.",
    "server.security": "TLS from the first byte, STARTTLS, or plain text, which only this machine itself may be sent.",
    "server.allow_plain": "The line to another machine is safe by itself: `security` may be `none`.",
    "server.user": "The login. Without one nobody logs in: a relay that trusts this machine.",
    "server.auth": "By password, or by a token (XOAUTH2, OAUTHBEARER) that `token_command` prints.",
    "server.password_command": "The first line that it prints is the password.",
    "server.password_file": "Its first line is the password; nobody else may be able to read it.",
    "server.token_command": "The first line that it prints is the token.",
    "server.ca_file": "Certificates (PEM) to trust instead of the system's: for a house that signs its own.",
    "server.timeout": "How long the server, or the command, may be silent.",
    "notify.command": "Tells agents besides mail: `{agent}`, `{priority}`, `{number}` and `{event}` are filled in; the "
    "text comes on its standard input.",
    "notify.apprise": "Addresses of Apprise (the extra `notify`): Telegram, Slack, gateways of SMS.",
    "notify.priorities": "Of tickets of which priorities command and Apprise tell: `P1..P2`. Without it: of all.",
    "notify.on_success": "A sign of life after each good tick: a command, or an address (http, https) to ask for.",
    "console.mouse": "With `false` the terminal keeps the mouse.",
    "console.theme": "The colours: [the page of the console](console.md) has them.",
    "console.language": "What the console speaks. Without it: as the environment says.",
    "console.ascii": "Draw in ASCII alone.",
    "console.keys": "Other keys, by the name of a command: [the keys](keys.md) with their names.",
}
"""What a key is for; `server` stands for what mailboxes on a server and [smtp] share."""

SPECIAL = {
    "store.keep_free": "a whole number",
    "mailboxes.after": "`seen`, `move:FOLDER`, `delete`",
    "notify.on_success": "a command, or an address",
}


SHOWN = {"store.keep_free": ""}
"""Where the reader's default is never used."""


class Asked(NamedTuple):
    """A key that the reader asked for."""

    section: str
    key: str
    value: str
    default: str
    required: bool


KINDS = {
    "text": "a text",
    "required": "a text",
    "flag": "true or false",
    "port": "a port",
    "count": "a whole number",
    "seconds": "seconds, up to 3600",
    "texts": "a list of texts",
    "text_or_texts": "a text, or a list of them",
    "command": "a command: a list of its words",
    "choice": "",
    "path": "a path",
    "section": "a table",
}


def asked() -> list[Asked]:
    """Every key that the reader of the configuration asks for, in its order; for each kind of mailbox."""
    found: list[Asked] = []
    within = 0

    def watched(method: str) -> Callable[..., Any]:
        real = getattr(Section, method)

        def ask(self: Section, key: str, *rest: Any) -> Any:
            nonlocal within
            if not within and not (method == "section" and f"{self.name}.{key}" != "console.keys"):
                default = rest[0] if rest and method not in {"required"} else None
                words = KINDS[method]
                if isinstance(default, StrEnum):
                    kinds = type(default)
                    if method == "choice":
                        words = ", ".join(f"`{kind.value}`" for kind in kinds)
                    default = default.value
                needed = method == "required" or (method == "path" and key == "path")
                found.append(Asked(self.name, key, words, SHOWN.get(f"{self.name}.{key}", _toml(default)), needed))
            within += 1
            try:
                return real(self, key, *rest)
            finally:
                within -= 1

        return ask

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.toml"
        file.write_text(_WHOLE, encoding="utf-8")
        with ExitStack() as watching:
            for method in KINDS:
                watching.enter_context(patch.object(Section, method, watched(method)))
            config.load(file, {"HOME": folder})
    return list(dict.fromkeys(found))


def configuration_page() -> str:
    """docs/reference/configuration.md."""
    lines = [
        "# The configuration file",
        "",
        MADE,
        "",
        "The machine's own part: where the store is, where mail is fetched and sent, how agents are told, what you",
        "like in the console. It is TOML. The first of these counts: `--config FILE`, `SDESK_CONFIG`,",
        "`~/.config/sdesk/config.toml` (`XDG_CONFIG_HOME`), `/etc/sdesk/config.toml`. It is never looked for in the",
        "current folder, since it may name commands to run. An unknown key, or a value of another kind, is an error",
        "that names file, section and key (exit code 2).",
        "",
        "What the desk promises, and to whom, is in the [desk file](desk-file.md). No secret stands here: a command",
        "prints it, or a file of its own holds it. A key that is required is marked `*`.",
        "",
    ]
    sections: dict[str, dict[str, list[Asked]]] = {}
    for each in asked():
        name = "mailboxes" if each.section.startswith("mailboxes.") else each.section
        sections.setdefault(name, {}).setdefault(each.key, []).append(each)
    for name, keys in sections.items():
        lines += [f"## [{name}{'.NAME' if name == 'mailboxes' else ''}]", ""]
        if name == "mailboxes":
            lines += [
                "A mailbox of the desk; NAME is what `sdesk mail fetch NAME` takes. Some keys are of some kinds alone.",
                "",
            ]
        rows = []
        for key, of in keys.items():
            what = f"{name}.{key}" if f"{name}.{key}" in MEANING else f"server.{key}"
            meaning = MEANING[what].format(plain=_plain_port(of[0])) if key == "port" else MEANING[what]
            kinds = list(dict.fromkeys(each.section.partition(".")[2] for each in of))
            # What is required is asked for once more, as what it is.
            required = any(each.required for each in of)
            default = "" if required else of[-1].default
            row = [
                f"`{key}`{' *' if required else ''}",
                SPECIAL.get(f"{name}.{key}", of[-1].value),
                f"`{default}`" if default else "",
                meaning,
            ]
            rows.append((*row, "" if len(kinds) == 3 else ", ".join(kinds)) if name == "mailboxes" else tuple(row))
        head = ("key", "value", "without it", "meaning", *(("only of",) if name == "mailboxes" else ()))
        lines += [*_table(head, rows), ""]
    return "\n".join(lines)


def _plain_port(of: Asked) -> str:
    return "143" if of.default == "993" else "587 with STARTTLS, 25 in plain text"


# ---- surroundings ----------------------------------------------------------------------------------------------------

ENVIRONMENT = {
    "SDESK_DB": "The store: a path, or `sqlite:///PATH`. `--db` goes before it.",
    "SDESK_CONFIG": "The configuration file. `--config` goes before it.",
    "SDESK_AGENT": "The acting agent's login. `--as` goes before it; without both: the login name of the system.",
    "LOGNAME": "The login name of the system, with `USER` where there is none.",
    "XDG_CONFIG_HOME": "Where `sdesk/config.toml` is looked for, instead of `~/.config`.",
    "XDG_DATA_HOME": "Where `sdesk/sdesk.db` is without any other word, instead of `~/.local/share`.",
    "HOME": "Your home folder: `~`.",
    "TZ": "The time zone that `sdesk desk init` proposes. Instants are shown in the desk's own.",
    "NO_COLOR": "Any value but an empty one: no colour.",
    "TERM": "`dumb`: no colour, and no console.",
    "COLUMNS": "How wide a table is, where it is no terminal's own width.",
    "VISUAL": "The editor in which text is written, on a terminal.",
    "EDITOR": "The same, where `VISUAL` is not set.",
    "LANGUAGE": "The console's language, before `LC_ALL`, `LC_MESSAGES` and `LANG`.",
    "LC_ALL": "The same, before `LC_MESSAGES` and `LANG`.",
    "LC_MESSAGES": "The same, before `LANG`.",
    "LANG": "The console's language, where nothing else names one.",
    "PATH": "Where the programs are found that the configuration names, and `sdesk` itself for cron.",
    "DISPLAY": "With `WAYLAND_DISPLAY`: whether the console can have your desktop open a file.",
    "WAYLAND_DISPLAY": "The same.",
    "SSH_CONNECTION": "With `SSH_TTY`: you work over SSH, and the console says how a file is fetched from there.",
    "SSH_TTY": "The same.",
}

FILES = {
    "`~/.local/share/sdesk/sdesk.db`": "The store (`sdesk db path`), made with mode 0600 in a folder with mode 0700.",
    "`sdesk.db-wal`, `sdesk.db-shm`": "SQLite's, beside the store while it is open; they belong to it.",
    "`sdesk.db-turn`": "Empty: ticks keep out of each other's way by it.",
    "`~/.config/sdesk/config.toml`": "The [configuration](configuration.md), of your account; mode 0600.",
    "`/etc/sdesk/config.toml`": "The same for all accounts of the machine; read where yours is missing.",
    "`desk.toml`": "The [desk file](desk-file.md), wherever you keep it; the store has what was applied last.",
}


def surroundings_page() -> str:
    """docs/reference/surroundings.md."""
    return "\n".join(
        [
            "# Exit codes, environment, files",
            "",
            MADE,
            "",
            "## Exit codes",
            "",
            "Scripts rely on them: a code keeps its meaning. `sdesk help exit-codes` prints them.",
            "",
            *_table(("code", "meaning"), [(str(code.value), meaning) for code, meaning in MEANINGS.items()]),
            "",
            "Of several tickets: all failed is the first one's code, some failed is 6.",
            "",
            "## Environment variables",
            "",
            *_table(("variable", "meaning"), [(f"`{name}`", meaning) for name, meaning in ENVIRONMENT.items()]),
            "",
            "## Files and folders",
            "",
            *_table(("file", "what it is"), list(FILES.items())),
            "",
        ]
    )


PAGES: dict[str, Callable[[], str]] = {
    "commands": commands_page,
    "configuration": configuration_page,
    "surroundings": surroundings_page,
}
"""Name in docs/reference, and what makes it."""


# ---- Markdown --------------------------------------------------------------------------------------------------------


def _table(head: tuple[str, ...], rows: list[Any]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    for row in rows:
        yield _row(row)


def _row(cells: Any) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def _code(text: str) -> str:
    return f"`{text.strip()}`"


def _paragraph(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _toml(value: object) -> str:
    if value is None or value in ("", [], (), {}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return f'"{value}"' if isinstance(value, str) else str(value)
