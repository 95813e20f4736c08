"""What `doctor` looks at besides the desk: the program, its configuration, the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from sdesk.cli.doctor import Finding, broken, failed, ok, warning
from sdesk.cli.invocation import Invocation
from sdesk.domain.errors import SdeskError

_LIBRARIES = ("alembic", "imapclient", "jinja2", "sqlmodel", "textual", "typer")
"""Those whose absence would stop a part of the program."""
_NARROWEST, _LOWEST = 80, 24


def look_at_program() -> Iterator[Finding]:
    """What runs, and upon what."""
    from importlib.metadata import PackageNotFoundError, version

    from sdesk import __version__
    from sdesk.store.reader.health import SQLITE

    python = ".".join(map(str, sys.version_info[:3]))
    yield ok("sdesk", f"{__version__}, on Python {python} with SQLite {SQLITE}")
    missing, there = [], []
    for name in _LIBRARIES:
        try:
            there.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        yield failed("libraries", f"missing: {', '.join(missing)}", "install sdesk anew, as with `pipx install`")
    else:
        yield ok("libraries", ", ".join(there))


def look_at_configuration(call: Invocation) -> Finding:
    """Which file holds, and whether it can be read."""
    try:
        config = call.config
    except SdeskError as error:
        return broken("configuration", error)
    if config.file is None:
        from sdesk.config import user_file

        return ok("configuration", f"none, which is fine; {user_file(os.environ)} would be read")
    parts = ["1 mailbox" if len(config.mailboxes) == 1 else f"{len(config.mailboxes) or 'no'} mailboxes"]
    parts.append("a mail server" if config.smtp is not None else "no mail server")
    try:
        open_to_all = bool(config.file.stat().st_mode & 0o044)
    except OSError:
        open_to_all = False
    if open_to_all and _has_secret(config.file.read_text(encoding="utf-8", errors="replace")):
        return warning(
            "configuration",
            f"{config.file} holds a password, and others of this machine may read it",
            f"chmod 600 {config.file}, or name a password_command",
        )
    return ok("configuration", f"{config.file}: {', '.join(parts)}")


def _has_secret(text: str) -> bool:
    return any(line.lstrip().startswith(("password =", "password=")) for line in text.splitlines())


def look_at_terminal() -> Iterator[Finding]:
    """What the console would have to do with."""
    if not sys.stdout.isatty():
        yield ok("terminal", "none here: standard output is no terminal")
        return
    size = os.get_terminal_size(sys.stdout.fileno())
    kind = os.environ.get("TERM", "")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if kind in ("", "dumb", "unknown"):
        yield warning(
            "terminal", f"TERM is `{kind}`: the console cannot draw on it", "use another terminal, or set TERM"
        )
    elif encoding != "utf8":
        yield warning(
            "terminal",
            f"it is written to in {sys.stdout.encoding}",
            "set LANG to one in UTF-8, or `[console] ascii = true`",
        )
    elif size.columns < _NARROWEST or size.lines < _LOWEST:
        yield warning(
            "terminal",
            f"{size.columns} columns and {size.lines} lines: little for the console",
            f"make it {_NARROWEST} x {_LOWEST} at least",
        )
    else:
        colours = _colours(kind)
        yield ok("terminal", f"{kind}, {size.columns} x {size.lines}, UTF-8, {colours}")


def _colours(kind: str) -> str:
    if os.environ.get("NO_COLOR"):
        return "no colours (NO_COLOR)"
    if os.environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return "16 million colours"
    return "256 colours" if "256" in kind else "16 colours"
