"""Making a store and bringing it up to this program's schema, in one transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError

from sdesk.domain.errors import Unavailable
from sdesk.store import engine, faults, schema


def init(path: Path) -> None:
    """Make a new store at `path`; Unavailable where something stands there already, but for an empty file.

    One that fails leaves what was there.
    """
    made = [folder for folder in path.absolute().parents if not os.path.exists(folder)]
    try:
        with engine.created(path):
            _upgrade(path)
    except BaseException:
        _remove_folders(made)
        raise


def migrate(path: Path) -> tuple[str | None, str]:
    """Bring the store up to this program's schema; gives the revision before and after."""
    if not faults.stands(path):
        raise Unavailable(f"there is no store at {path}", "make one with `sdesk init`, or name another with --db")
    try:
        connection = sqlite3.connect(path)
        try:
            before = schema.revision_of(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise faults.unavailable(error, path) or error from error
    if before is None:
        raise faults.no_store(path)
    if before not in schema.KNOWN:
        raise Unavailable(f"the store {path} is of a newer version than this program", "install the newer sdesk")
    _upgrade(path)
    return before, schema.HEAD


def _upgrade(path: Path) -> None:
    """Run the missing migrations and make the views anew, all or nothing."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        _run_migrations(path)
    except (sqlite3.Error, DBAPIError) as error:
        fault = faults.unavailable(error.orig if isinstance(error, DBAPIError) else error, path)
        if fault is None:
            raise
        raise fault from error


def _run_migrations(path: Path) -> None:
    maker = create_engine(f"sqlite:///{path}", connect_args={"isolation_level": None})
    event.listen(maker, "connect", lambda connection, entry: engine.prepare(connection))
    event.listen(maker, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    config = Config()
    config.set_main_option("script_location", str(files("sdesk.store").joinpath("migrations")))
    try:
        with maker.begin() as transaction:
            config.attributes["connection"] = transaction
            command.upgrade(config, "head")
            for statement in view_statements():
                transaction.exec_driver_sql(statement)
    finally:
        maker.dispose()


def _remove_folders(made: Sequence[Path]) -> None:
    """Take back folders that were made for a store, the innermost first."""
    for folder in made:
        with suppress(OSError):  # it was never made, or somebody uses it by now
            folder.rmdir()


def view_statements() -> list[str]:
    """The statements of `views.sql`: each view is dropped and made again, since views hold no data."""
    script = files("sdesk.store").joinpath("views.sql").read_text(encoding="utf-8")
    statements = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return statements
