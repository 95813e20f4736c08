"""Paths that Tab completes, and files that can be attached."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdesk.domain.errors import BadInput
from sdesk.tui.attaching import Attached, Completed, attach, complete, require_light


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a few files, which is also where one stands."""
    (tmp_path / "pictures").mkdir()
    for name in ("report-1.pdf", "report-2.pdf", "notes.txt", ".hidden", "pictures/fuse.jpg"):
        (tmp_path / name).write_bytes(b"x" * 1200)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("~", Completed("~/", ())),
        ("~/rep", Completed("~/report-", ("report-1.pdf", "report-2.pdf"))),
        ("n", Completed("notes.txt", ("notes.txt",))),
        ("pict", Completed("pictures/", ("pictures/",))),
        ("pictures/", Completed("pictures/fuse.jpg", ("fuse.jpg",))),
        ("~/.h", Completed("~/.hidden", (".hidden",))),
        ("", Completed("", ("notes.txt", "pictures/", "report-1.pdf", "report-2.pdf"))),
        ("nowhere/x", Completed("nowhere/x", ())),
        ("~nobody-of-that-name/x", Completed("~nobody-of-that-name/x", ())),
        ("zzz", Completed("zzz", ())),
    ],
)
def test_a_path_goes_on_as_far_as_is_certain(folder: Path, text: str, found: Completed) -> None:
    assert complete(text) == found


def test_what_is_attached_has_its_size_and_its_place(folder: Path) -> None:
    file = attach(" ~/report-1.pdf ")
    assert file == Attached(folder / "report-1.pdf", 1200)
    assert file.label == "report-1.pdf 1 kB"
    assert attach("pictures/fuse.jpg").path == folder / "pictures/fuse.jpg"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pictures", "`pictures` is a folder"),
        ("gone", "there is no file `gone`"),
        ("~nobody-of-that-name/x", "cannot be read"),
    ],
)
def test_what_cannot_be_attached_is_said(folder: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        attach(text)


def test_files_too_heavy_for_a_mail_are_refused_before_they_are_read() -> None:
    require_light((Attached(Path("/a"), 9_000_000), Attached(Path("/b"), 9_000_000)))
    with pytest.raises(BadInput, match=r"the files have 18\.1 MB together, and a mail carries 18\.0 MB"):
        require_light((Attached(Path("/a"), 18_100_000),))
