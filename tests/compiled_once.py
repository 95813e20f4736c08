"""SQL that SQLAlchemy compiled for one store serves for the next: nearly every test opens a store of its own.

The program opens one and compiles each statement once; compiling them anew took a fifth of the tests' time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, util
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

MOST = 2_000
"""Statements that are kept."""


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    """Engines share what was compiled: its key names the dialect, of which each engine has one, all alike."""
    kept: util.LRUCache[Any, Any] = util.LRUCache(MOST)
    made = Engine.__init__

    def make(self: Engine, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self._compiled_cache = kept

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "__init__", make)
        patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda self: hash(type(self)))
        yield
