"""The whole tick as a real program upon a store of the test's own, and letters for its mailbox."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import warm
from command_line import Ran
from smtp import Post


@dataclass
class Tick:
    """A store, its configuration, and the program upon them."""

    store: Path
    config: Path

    def command(self, *more: str) -> list[str]:
        return [sys.executable, "-m", "sdesk", "--config", str(self.config), "--db", str(self.store), *more]

    def run(self, *more: str, at: datetime | None = None) -> Ran:
        """A whole tick, to its end; `at` another time than the machine's."""
        return warm.run(self.command("tick", *more)[3:], at=at)

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command("tick", "--quiet"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql, values).fetchall()


def configured(tmp_path: Path, template: Path, mailbox: str, post: Post, more: str = "") -> Tick:
    store = tmp_path / "desk.db"
    if template != store:
        shutil.copy(template, store)
    config = tmp_path / "config.toml"
    config.write_text(
        f'[mailboxes.support]\naddresses = ["support@desk.example"]\nteam = "it"\n{mailbox}\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {post.port}\nsecurity = "none"\n{more}'
    )
    return Tick(store, config)


def letter(number: int, sender: str, subject: str, at: datetime) -> bytes:
    return (
        f"From: {sender}\nTo: support@desk.example\nSubject: {subject}\nDate: {format_datetime(at)}\n"
        f"Message-ID: <{number}.{sender}>\n\nPlease help, it is the matter of number {number}.\n"
    ).encode()


def deliver(folder: Path, number: int, raw: bytes, at: datetime) -> None:
    file = folder / "new" / f"{int(at.timestamp())}.M{number}P1.test"
    file.write_bytes(raw)
    os.utime(file, (at.timestamp(), at.timestamp()))
