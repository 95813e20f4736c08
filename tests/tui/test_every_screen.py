"""Every screen as a picture: at 120x36 and 80x24, in colour, without and in the terminal's own, in both languages.

One console walks through all of them, since its start costs more than a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from console_driver import driving
from pictures import DRAWING, FOLDER, Pictures
from textual.widgets import Input, TextArea

from sdesk.tui.language import speak
from sdesk.tui.screens import compose_kept
from sdesk.tui.settings import ConsoleSettings

WALK: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("queue", ("j", "j", "space"), ("escape",)),
    ("mine", ("1",), ("3",)),
    ("breached", ("5",), ("3",)),
    ("range", ("v", "j", "j"), ("escape",)),
    ("filter", ("slash", *"team:"), ("escape", "escape")),
    ("filter-fault", ("slash", *"stauts:new", "enter"), ("escape", "escape", "escape")),
    ("filter-empty", ("slash", *"kakadu", "enter"), ("escape",)),
    ("facets", ("f",), ("escape",)),
    ("sort", ("S",), ("escape",)),
    ("jump", ("#",), ("escape",)),
    ("line", ("colon", *"assi"), ("escape",)),
    ("line-fault", ("colon", *"asign dana", "enter"), ("escape",)),
    ("keys", ("question_mark",), ("escape",)),
    ("assign", ("a",), ("escape",)),
    ("assign-many", ("space", "space", "a"), ("escape", "escape")),
    ("service", ("t",), ("escape",)),
    ("status", ("s",), ("escape",)),
    ("wait", ("w",), ("escape",)),
    ("close", ("c",), ("escape",)),
    ("priority", ("P",), ("escape",)),
    ("spam", ("!",), ("escape",)),
    ("edit", ("e",), ("escape",)),
    ("new", ("C",), ("escape",)),
    ("merge", ("M",), ("escape",)),
    ("link", ("L",), ("escape",)),
    ("reply", ("r", *"Hello"), ("ctrl+u", "escape")),
    ("reply-menu", ("r", "ctrl+end", "enter", "slash"), ("escape", "ctrl+u", "backspace", "escape")),
    ("note", ("i", *"Look here"), ("ctrl+u", "escape")),
    ("copy", ("y",), ("escape",)),
    ("board", ("0",), ("q",)),
    ("triage", ("T",), ("q",)),
    ("mailroom", ("Q",), ("q",)),
    ("ticket", ("g", "enter"), ()),
    ("ticket-find", ("slash", *"pay", "enter"), ("escape",)),
    ("ticket-menu", ("o",), ("escape",)),
    ("ticket-facts", ("tab",), ("tab",)),
    ("ticket-explain", ("colon", *"explain", "enter"), ("escape",)),
    ("ticket-why", ("colon", *"why", "enter"), ("escape",)),
    ("ticket-keys", ("question_mark",), ("escape",)),
)
"""Name of the picture, keys that lead to it, keys that lead back."""

SIZES = {"120x36": (120, 36), "80x24": (80, 24)}
MODES = {"colour": "dark", "nocolour": "dark", "ansi": "ansi"}
"""With their themes; light and contrast differ from the dark one in its colours alone, which `test_themes` looks at."""
SESSIONS = [
    *((size, mode, "en") for size in SIZES for mode in MODES),
    *((size, "colour", "ru") for size in SIZES),
]
"""Colours do not depend on the language, so that Russian is looked at in one of them."""
ONCE_MORE = {("80x24", "nocolour", "en"), ("80x24", "ansi", "en"), ("120x36", "colour", "ru")}
"""What each of the others shows by itself: a small screen, a screen without colours, Russian. `make endurance` looks at
these."""
WALKS = [
    pytest.param(*session, id="-".join(session), marks=[pytest.mark.endurance] if session in ONCE_MORE else [])
    for session in SESSIONS
]


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No cursor blinks in a picture, and English is spoken again after it."""
    for field in (Input, TextArea):
        monkeypatch.setattr(field.cursor_blink, "_default", False)
    # A draft that is kept meanwhile, by the clock of the machine, would show as a sign in the list.
    monkeypatch.setattr(compose_kept, "SAVE_SECONDS", 3600.0)
    yield
    speak("en")


@pytest.mark.parametrize(("size", "mode", "language"), WALKS)
async def test_every_screen(
    busy_desk_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: str, mode: str, language: str
) -> None:
    if mode == "nocolour":
        monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    speak(language)
    theme = MODES[mode]
    pictures = Pictures(f"{size}-{mode}-{language}")
    settings = ConsoleSettings(theme=theme)
    async with driving(busy_desk_path, size=SIZES[size], settings=settings, painted=True) as driver:
        for name, there, back in WALK:
            for key in there:
                # What is below a dialog is not painted any more: it has to be whole before.
                await driver.press(key)
                await driver.rest()
            pictures.take(name, driver.console)
            await driver.press(*back)
            await driver.rest()
    pictures.check()


@pytest.mark.skipif(DRAWING, reason="they are being drawn")
def test_no_picture_is_left_of_a_screen_that_is_no_more() -> None:
    kept = {(file.parent.name, file.stem) for file in FOLDER.rglob("*.txt")}
    assert kept == {(name, "-".join(session)) for name, _, _ in WALK for session in SESSIONS}
