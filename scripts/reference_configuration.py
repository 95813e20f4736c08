"""The reference page of the configuration file.

Keys, kinds of values and defaults are those that its reader asks for while it reads a file that has everything; only
what a key is for is told here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from scripts.markdown import MADE, table
from sdesk import config
from sdesk.config.section import Section

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
    "portal.listen": "Where the [portal](../how-to/run-the-portal.md) listens: an address and a port of this machine.",
    "portal.behind_proxy": "Whether a reverse proxy with TLS stands before it: what it says of a visitor is believed.",
    "console.keys": "Other keys, by the name of a command: [the keys](keys.md) with their names.",
}
"""What a key is for; `server` stands for what mailboxes on a server and [smtp] share."""

SPECIAL = {
    "store.keep_free": "a whole number",
    "mailboxes.after": "`seen`, `move:FOLDER`, `delete`",
    "notify.on_success": "a command, or an address",
}


SHOWN = {"store.keep_free": "", "portal.listen": "127.0.0.1:8080"}
"""Where the reader's default is never used, or is made of several."""


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
        lines += [*table(head, rows), ""]
    return "\n".join(lines)


def _plain_port(of: Asked) -> str:
    return "143" if of.default == "993" else "587 with STARTTLS, 25 in plain text"


def _toml(value: object) -> str:
    if value is None or value in ("", [], (), {}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return f'"{value}"' if isinstance(value, str) else str(value)
