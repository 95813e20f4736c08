"""A text file is written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from sdesk.domain.errors import Refused, Unavailable
from sdesk.store.whole_file import write_text


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_it_gets_the_rights_of_a_new_file_or_keeps_those_it_had(tmp_path: Path) -> None:
    target = tmp_path / "plan.toml"
    before = os.umask(0o027)
    try:
        write_text(target, "ё\n", over=False)
    finally:
        os.umask(before)
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("ё\n", 0o640)
    target.chmod(0o600)
    write_text(target, "again\n", over=True)
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("again\n", 0o600)
    with pytest.raises(Refused, match="exists already") as caught:
        write_text(target, "once more\n", over=False)
    assert isinstance(caught.value.__cause__, FileExistsError)
    assert (target.read_text(), names(tmp_path)) == ("again\n", ["plan.toml"])


@pytest.mark.parametrize("over", [False, True])
def test_a_full_disk_leaves_what_was_there_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over: bool
) -> None:
    target = tmp_path / "plan.toml"
    if over:
        target.write_text("dear")

    def full(path: Path, content: bytes) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(Unavailable, match="no space left on device") as caught:
        write_text(target, "text", over=over)
    assert "room of its disk" in str(caught.value.remedy)
    assert names(tmp_path) == (["plan.toml"] if over else [])
    assert not over or target.read_text() == "dear"


def test_a_link_beside_it_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "dear").write_text("dear")
    (tmp_path / ".plan.toml.part").symlink_to(tmp_path / "dear")
    with pytest.raises(Unavailable):
        write_text(tmp_path / "plan.toml", "text", over=True)
    assert (tmp_path / "dear").read_text() == "dear"
