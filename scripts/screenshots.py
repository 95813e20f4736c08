"""Draws the pictures of the README and the pages from the console upon the demo desk, as of a fixed Monday."""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sdesk.demo.build import build
from sdesk.tui.app import Console
from sdesk.tui.language import speak
from sdesk.tui.settings import ConsoleSettings

NOW = datetime(2026, 11, 23, 11, 32, 8, tzinfo=UTC)
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
SIZE = (120, 36)

WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Textual names a font on the web; a picture of ours loads nothing from anywhere."""
UNIQUE = re.compile(r"terminal-\d+")


def now() -> datetime:
    """The pictures' present."""
    return NOW


PICTURES_OF = {
    "queue": ("en", "dark", ()),
    "ticket": ("en", "dark", ("enter",)),
    "board": ("en", "dark", ("0",)),
    "triage": ("en", "dark", ("T",)),
    "queue-ru": ("ru", "light", ()),
}
"""Name of the file: language, theme, and the keys that lead there."""


async def draw() -> None:
    """Draw all of them."""
    with tempfile.TemporaryDirectory(prefix="sdesk-pictures-") as folder:
        demo = build(Path(folder), NOW)
        for name, (language, theme, keys) in PICTURES_OF.items():
            speak(language)
            settings = ConsoleSettings(theme=theme)
            console = Console(store=demo.store, login=demo.agent, fetch=None, now=now, settings=settings)
            async with console.run_test(size=SIZE) as pilot:
                await settled(console)
                await pilot.press(*keys)
                await settled(console)
                save(console, name)


async def settled(console: Console) -> None:
    """Wait until the reader has answered and the preview has been drawn."""
    for _ in range(30):
        await asyncio.sleep(0.1)
    await console.workers.wait_for_complete()


def save(console: Console, name: str) -> None:
    """Write the present screen as SVG, the same bytes for the same screen."""
    svg = WEB_FONT.sub("", console.export_screenshot(title="sdesk"))
    (PICTURES / f"{name}.svg").write_text(UNIQUE.sub("terminal", svg), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(draw())
