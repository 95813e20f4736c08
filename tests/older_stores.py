"""Stores as older programs made them, for what is brought up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine


def older_schema(path: Path, revision: str) -> None:
    """An empty store as an older program made it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    maker = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(files("sdesk.store").joinpath("migrations")))
    with maker.begin() as transaction:
        config.attributes["connection"] = transaction
        command.upgrade(config, revision)
    maker.dispose()
