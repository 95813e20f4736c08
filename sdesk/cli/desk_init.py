"""`desk init`: a desk file to begin with, in the language of who begins."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from sdesk.cli import diagnostics, output
from sdesk.cli.invocation import system_login
from sdesk.domain.errors import BadInput, Refused

_ZONES = {"ru": "Europe/Moscow", "en": "UTC"}
"""Where the machine does not say its own."""


def init(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="where to write it")] = "desk.toml",
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="LANGUAGE", help="en or ru; else that of your locale", show_default=False),
    ] = None,
) -> None:
    """Write a commented desk file to begin with: right as it is, with you as its first admin. No file is overwritten.

    Examples:
      sdesk desk init
      sdesk desk init --language ru support.toml
    """
    from sdesk.desk.deskfile.start import LANGUAGES, starting_file

    if language is not None and language not in LANGUAGES:
        raise BadInput(f"there is no desk file to begin with in `{language}`", f"take {' or '.join(LANGUAGES)}")
    chosen = language or usual_language()
    text = starting_file(chosen, login=_login(), zone=_zone(chosen))
    from sdesk.store.whole_file import write_text

    stands = Refused(f"{file} exists already", "name another; nothing is overwritten")
    if os.path.lexists(file):
        raise stands
    try:
        write_text(Path(file), text, over=False)
    except Refused as error:  # somebody made it just now
        raise stands from error
    output.text(f"made the desk file {file}\n")
    diagnostics.note(f"next: look through it; then `sdesk desk apply {file}`")


def usual_language() -> str:
    """As POSIX finds the language of messages."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ru" if named.lower().startswith("ru") else "en"


def _login() -> str:
    from sdesk.desk.deskfile.kinds import KEY

    login = system_login()
    return login if re.fullmatch(KEY, login) and login not in ("me", "none", "system") else "admin"


def _zone(language: str) -> str:
    """The machine's own time zone, by its name."""
    from sdesk.domain.worktime import find_zone

    _, found, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    for wished in (os.environ.get("TZ", "").lstrip(":"), name if found else ""):
        if "/" in wished:
            try:
                return str(find_zone(wished))
            except BadInput:
                continue
    return _ZONES[language]
