"""What the tests of moving in from OTRS share: planning, deciding, applying, and looking into a store."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from command_line import Sdesk


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def decided(sdesk: Sdesk, folder: Path, **changes: str) -> Path:
    """A mapping in which all is decided."""
    assert sdesk("import", "otrs", "sqlite:///old.db", "--plan", "map.toml").code == 0
    path = folder / "map.toml"
    text = path.read_text()
    for old, new in {
        '"Facilities::Printers" = "?"': '"Facilities::Printers" = "quality"',
        '"old.agent" = "?"': '"old.agent" = ""',
        **changes,
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text)
    return path


def applied(sdesk: Sdesk, *more: str) -> dict[str, Any]:
    ran = sdesk("import", "otrs", "sqlite:///old.db", "--apply", "map.toml", "-o", "json", *more)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found
