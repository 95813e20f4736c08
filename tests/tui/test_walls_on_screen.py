"""Walls in the console: each screen is the same for an agent as if what he may not see had never been."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from console_driver import driving
from walled_desk import build, hidden_from, without_hidden
from walled_questions import Asked, asked_by

from sdesk.config.wire import DeskMailbox
from sdesk.mail.inbox import quarantine as aside
from sdesk.tui.mailroom import Mailroom

Step = tuple[tuple[str, ...], tuple[str, ...]]

WALK: tuple[Step, ...] = (
    ((), ()),
    *(((digit,), ("3",)) for digit in "12456789"),
    (("f",), ("escape",)),
    (("slash", *"{word}", "enter"), ("escape",)),
    (("slash", *"{like}", "enter"), ("escape",)),
    (("slash", *"tag:"), ("escape", "escape")),
    (("slash", *"requester:"), ("escape", "escape")),
    (("slash", *"number:{hid}", "enter"), ("escape",)),
    (("#", *"{hid}", "enter"), ("escape",)),
    (("colon", *"show {hid}", "enter"), ("escape",)),
    (("colon", *"take {hid}", "enter"), ("escape",)),
    (("colon", *"merge --into "), ("escape", "escape")),
    (("slash", *"form:model:{model}", "enter"), ("escape",)),
    (("slash", *"asset:"), ("escape", "escape")),
    (("#", *"{vis_run}", "enter", "B"), ("escape",)),
    (("#", *"{vis_step}", "enter", "B"), ("escape",)),
    (("#", *"{vis_rater}", "enter"), ("escape",)),
    (("colon", *"approve {hid_asked}", "enter"), ("escape",)),
    (("colon", *"playbook start open-"), ("escape", "escape")),
    (("ctrl+p", *"{word}"), ("escape",)),
    (("C",), ("escape",)),
    (("C", "tab", "tab", *"Words", "enter", *"badge", "enter"), ("escape",)),
    (("t",), ("escape",)),
    (("a",), ("escape",)),
    (("M",), ("escape",)),
    (("0",), ("q",)),
    (("0", *("tab",) * 6, "z"), ("escape", "q")),
    (("T",), ("q",)),
    (("Q",), ("q",)),
    (("g", "enter"), ("q",)),
    (("U",), ("escape",)),
)
"""Keys that open a screen, and those that leave it."""


def _keys(keys: tuple[str, ...], asked: Asked) -> Iterator[str]:
    """The keys; a word in braces, which was spread into letters, is what it stands for."""
    typed = "\0".join(keys)
    for name in ("word", "like", "hid", "model", "vis_run", "vis_step", "vis_rater", "hid_asked"):
        typed = typed.replace("\0".join(f"{{{name}}}"), "\0".join(str(getattr(asked, name))))
    for key in typed.split("\0"):
        yield {" ": "space", ":": "colon", "-": "minus"}.get(key, key)


_SAME = {
    *((digit,) for digit in "124679"),
    ("C",),
    ("t",),
    ("a",),
    ("slash", *"asset:"),
    ("colon", *"playbook start open-"),
}
FEW = tuple(each for each in WALK if each[0] not in _SAME and "{hid_asked}" not in "".join(each[0]))
"""Without what shows the same in another order, or but a line of it."""


async def _walk(path: Path, login: str, asked: Asked, walk: Sequence[Step]) -> list[str]:
    box = DeskMailbox(name="it", desk_addresses=("it@desk.example",), team="it")
    mailroom = Mailroom(
        lambda desk, actor, ids, at: aside.retry(desk, actor, {"it": box}, ids, now=at),
        lambda desk, actor, ids, at: aside.discard(desk, actor, ids, now=at),
    )
    seen = []
    async with driving(path, login=login, mailroom=mailroom) as driver:
        for there, back in walk:
            await driver.press(*_keys(there, asked))
            await driver.rest()
            # What was looked at is marked as seen some time later; `list is:unread` is asked on the command line.
            text = re.sub(r"(P\d [ @])\+", r"\1 ", driver.text)
            seen.append(f"{''.join(there)}\n{text}\n{driver.notice}")
            await driver.press(*back)
            await driver.rest()
    return seen


async def _compare(path: Path, login: str, walk: Sequence[Step] = WALK) -> None:
    asked = asked_by(path, login, hidden_from(path, login))
    # Its name is on screen.
    without = path.parent / login / path.name
    without.parent.mkdir()
    without_hidden(path, without, login)
    whole, seen = await _walk(path, login, asked, walk), await _walk(without, login, asked, walk)
    for one, other in zip(whole, seen, strict=True):
        assert one == other
    # That the keys opened anything at all.
    assert len(set(seen)) > len(walk) * 3 // 4


@pytest.mark.endurance
async def test_every_screen_is_the_same_without_what_is_hidden(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    build(path)
    await _compare(path, "boris", FEW)


@pytest.mark.endurance
@pytest.mark.parametrize("seed", range(3))
async def test_every_screen_of_any_desk(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "desk.db"
    build(path, seed=seed, tickets=20, deeds=150)
    await _compare(path, "lars")
    await _compare(path, "nina")
