"""What CONTRIBUTING names in the code is there: rooms, modules, functions, and the make targets of its text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NOT_OURS = {"StrEnum", "sys.modules"}
NAMES = sorted(
    set(re.findall(r"`((?:[a-z_0-9]+/)+[a-zA-Z_.0-9]*|[a-z_]+\.(?:[A-Z]\w+\.)?[a-z_]+|[A-Z][a-z]\w+)`", TEXT))
    - NOT_OURS
)


def files(name: str) -> list[Path]:
    """The modules and folders that a name may mean: within the package, or below one of its rooms, or in the tree."""
    path = name.rstrip("/")
    return [
        found
        for base in (
            ROOT,
            ROOT / "sdesk",
            ROOT / "sdesk/desk/deskfile",
            *(each for each in (ROOT / "sdesk").iterdir() if each.is_dir()),
        )
        for found in (base / path, base / f"{path}.py")
        if found.exists()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_page_is_one_of_the_code(name: str) -> None:
    if files(name):
        return
    place, _, member = name.rpartition(".")
    place, _, holder = place.partition(".") if "." in place else (place, "", "")
    found = files(place) if place else list((ROOT / "sdesk").rglob("*.py"))
    assert found, name
    code = "\n".join(file.read_text(encoding="utf-8") for each in found for file in ([*each.rglob("*.py")] or [each]))
    for word in (holder, member):
        assert not word or re.search(rf"^\s*(?:async )?(?:def|class) {word}\b|^\s*{word}\b.*=", code, re.M), name


def test_a_make_target_of_the_pages_is_one() -> None:
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    named = {name for page in pages for name in re.findall(r"(?:`|^ {4})make ([a-z-]+)", page.read_text("utf-8"), re.M)}
    assert len(named) > 8
    assert named <= made
