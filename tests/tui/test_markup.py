"""Words that people chose are shown as they are, where Textual reads markup."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from console_driver import driving
from desks import NOW
from textual.content import Content

from sdesk.desk.opening import open_desk
from sdesk.desk.views import save_view
from sdesk.store.reader import Reader
from sdesk.tui.markup import verbatim


def test_whatever_is_written_is_shown() -> None:
    for length in range(1, 6):
        for letters in product("[]\\/a$ ", repeat=length):
            text = "".join(letters)
            assert Content.from_markup(verbatim(text)).plain == text


async def test_a_view_with_brackets_in_its_name_stands_in_the_palette(busy_desk_path: Path) -> None:
    desk = open_desk(busy_desk_path)
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
    with desk.work(anna, NOW) as work:
        save_view(work, "till [/x]", "service:till", everybody=True)
        work.session.commit()
    desk.close()
    async with driving(busy_desk_path, login="boris") as driver:
        await driver.press("ctrl+p")
        await driver.pilot.press(*"till")
        for _ in range(100):
            await driver.rest()
            if "till [/x]" in driver.text:
                break
            await driver.pilot.pause(0.02)
        assert "till [/x]" in driver.text
