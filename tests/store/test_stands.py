"""A path that leads to no store: what it is, and what can be done, before SQLite is asked."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desks import NOW

from sdesk.domain.errors import Refused, Unavailable
from sdesk.store import migrate
from sdesk.store.backup import backup
from sdesk.store.check import check
from sdesk.store.check.repair import repair
from sdesk.store.engine import Store
from sdesk.store.reader import Reader

WAYS: dict[str, Callable[[Path], object]] = {
    "read": Reader,
    "write": Store,
    "check": check,
    "repair": lambda path: repair(path, NOW),
    "migrate": migrate.migrate,
    "backup": lambda path: backup(path, path.with_name("copy.db")),
}


@pytest.fixture
def locked_folder(busy_desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store whose folder one may not enter: these tests may be run by root, who may enter all."""
    real = os.stat

    def refuses(path: Any, **wishes: Any) -> os.stat_result:
        if isinstance(path, str | Path) and str(path).startswith(f"{busy_desk_path.parent}/"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path, **wishes)

    monkeypatch.setattr(os, "stat", refuses)
    return busy_desk_path


@pytest.mark.parametrize("way", WAYS)
def test_a_folder_that_one_may_not_enter_is_said(locked_folder: Path, way: str) -> None:
    with pytest.raises(Unavailable, match="cannot be opened: permission denied") as caught:
        WAYS[way](locked_folder)
    assert "rights of its folder" in str(caught.value.remedy)


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_no_file_can_have_is_said(tmp_path: Path, way: str) -> None:
    with pytest.raises(Unavailable, match="cannot be opened: file name too long"):
        WAYS[way](tmp_path / ("x" * 300))


@pytest.mark.parametrize("way", [way for way in WAYS if way != "backup"])
def test_an_empty_file_and_a_folder_are_named_as_what_they_are(tmp_path: Path, way: str) -> None:
    empty = tmp_path / "z.db"
    empty.touch()
    with pytest.raises(Unavailable, match="is an empty file") as caught:
        WAYS[way](empty)
    assert "`sdesk init`" in str(caught.value.remedy)
    with pytest.raises(Unavailable, match="is a folder, and no sdesk store"):
        WAYS[way](tmp_path)
    (tmp_path / "text").write_text("hello " * 1000)
    with pytest.raises(Unavailable, match="is no sdesk store") as caught:
        WAYS[way](tmp_path / "text")
    assert "init" not in str(caught.value.remedy)


def test_an_empty_file_is_made_a_store(tmp_path: Path) -> None:
    empty = tmp_path / "z.db"
    empty.touch(0o644)
    migrate.init(empty)
    assert check(empty) == ()
    assert stat.S_IMODE(empty.stat().st_mode) == 0o600
    with pytest.raises(Refused, match="exists already"):
        migrate.init(empty)


def test_an_empty_file_is_left_empty_where_no_store_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "z.db"
    empty.touch()
    monkeypatch.setattr(migrate, "view_statements", lambda: ["no SQL"])
    with pytest.raises(Exception, match="syntax error"):
        migrate.init(empty)
    assert [each.name for each in tmp_path.iterdir()] == ["z.db"]
    assert empty.stat().st_size == 0


def test_init_makes_no_store_of_a_folder_nor_of_a_device(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="is a folder"):
        migrate.init(tmp_path)
    with pytest.raises(Refused, match="exists already"):
        migrate.init(Path("/dev/null"))
