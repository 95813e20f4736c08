"""The pictures of the pages are what the program shows today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import screenshots
from sdesk.tui.language import speak

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"


def shown(picture: Path) -> list[str]:
    """The words of a picture; colours and places of letters are the matter of the screens' own tests."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text(encoding="utf-8"))
    words = " ".join(texts).replace("&#160;", " ").split()
    # The labels of a chart's axis stand a column further left or right from one drawing to the next.
    return sorted(word for word in words if not word.isdigit()) if picture.name == "board.svg" else words


@pytest.mark.endurance
async def test_a_picture_of_a_page_shows_what_the_console_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshots, "PICTURES", tmp_path)
    try:
        await screenshots.draw()
    finally:
        speak("en")
    names = sorted(picture.name for picture in PICTURES.glob("*.svg"))
    assert names == sorted(picture.name for picture in tmp_path.glob("*.svg"))
    for name in names:
        assert shown(tmp_path / name) == shown(PICTURES / name), f"{name}: run `make screenshots`, and look at it"
