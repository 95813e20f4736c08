"""A store that is locked while an editor is left costs no word."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from console_driver import driving
from desks import NOW
from intake_desk import MailDesk

from sdesk.actions import fence
from sdesk.actions.perform import perform
from sdesk.actions.personal import KeptDraft, KeptForm, save_draft
from sdesk.domain.beside import Beside
from sdesk.domain.ticket import Direction
from sdesk.tui import store_link
from sdesk.tui.left import Left, LeftDraft, LeftForm


@pytest.fixture
def mails(desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailDesk]:
    monkeypatch.setattr(store_link, "WRITE_SECONDS", 0.2)
    desk = MailDesk(desk_path)
    desk.ask(1)
    yield desk
    desk.desk.close()


@contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process holds the store; whoever ends it commits."""
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield holder
    finally:
        holder.close()


def drafts(mails: MailDesk) -> list[tuple[object, ...]]:
    return [tuple(row) for row in mails.rows("SELECT text FROM draft")]


async def test_words_left_while_the_store_is_locked_are_held_found_again_and_kept(mails: MailDesk) -> None:
    async with driving(mails.path) as driver:
        with locked(mails.path):
            await driver.press("r")
            await driver.type("Hello")
            await driver.pilot.press("escape")
            await driver.until(lambda: "The draft of SD-1 is not kept yet" in driver.notice)
            await driver.pilot.press("r")
            await driver.until(lambda: getattr(driver.console.screen, "text", "") == "Hello")
            await driver.pilot.press("!", "escape")
            await driver.until(lambda: bool(driver.console.unkept.held))
            assert drafts(mails) == []
        await driver.until(lambda: drafts(mails) == [("Hello!",)])
        await driver.until(lambda: not driver.console.unkept.held)


async def test_the_end_waits_for_the_store(mails: MailDesk) -> None:
    with locked(mails.path) as holder:
        async with driving(mails.path) as driver:
            await driver.press("r")
            await driver.pilot.press(*"Bye")
            release = threading.Timer(1, holder.execute, ("ROLLBACK",))
            release.start()
            driver.console._end()
        release.join()
    assert drafts(mails) == [("Bye",)]
    assert driver.console.failure is None


async def test_what_the_store_never_takes_is_in_a_file(
    mails: MailDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(store_link, "END_SECONDS", 0.5)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with locked(mails.path):
        async with driving(mails.path) as driver:
            await driver.press("r")
            await driver.pilot.press(*"Bye")
            driver.console._end()
    failure = driver.console.failure
    assert failure is not None
    assert "the draft of SD-1 could not be kept" in str(failure)
    assert [file.read_text() for file in tmp_path.glob("sdesk-SD-1-*.txt")] == ["Bye"]


async def test_over_ssh_what_the_store_never_takes_is_said_and_in_no_file(
    mails: MailDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(store_link, "END_SECONDS", 0.5)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with fence.raised(), locked(mails.path):
        async with driving(mails.path) as driver:
            await driver.press("r")
            await driver.pilot.press(*"Bye")
            driver.console._end()
    failure = driver.console.failure
    assert failure is not None
    assert (failure.what, failure.remedy) == (
        "the draft of SD-1 could not be kept: the store does not answer",
        "its words are: Bye",
    )
    assert list(tmp_path.glob("sdesk-*")) == []


def test_words_of_two_editors_are_joined_where_nobody_looks(mails: MailDesk) -> None:
    anna = mails.actor("anna")
    there = {"files": ["/a"], "phone": True, "then": "requester"}
    save_draft(mails.desk, anna, 1, Direction.OUT, "There.", now=NOW, session="there", beside=there)
    save_draft(
        mails.desk, anna, 1, Direction.OUT, "Here.", now=NOW, session="here", beside={"files": ["/b"]}, joins=True
    )
    assert drafts(mails) == [("There.\n\nHere.",)]
    # A mail, which an answer by phone that was begun elsewhere makes no call.
    assert json.loads(str(mails.rows("SELECT beside FROM draft")[0][0])) == {"files": ["/a", "/b"]}
    save_draft(mails.desk, anna, 1, Direction.OUT, None, now=NOW, session="third", joins=True)
    assert drafts(mails) == [("There.\n\nHere.",)], "who has nothing to say takes nothing away"


async def test_words_of_a_form_are_held_as_well(mails: MailDesk) -> None:
    async with driving(mails.path) as driver:
        with locked(mails.path):
            await driver.press("c")
            await driver.type("Hello")
            await driver.pilot.press("escape")
            await driver.until(lambda: "The draft of SD-1 is not kept yet" in driver.notice)
            await driver.pilot.press("c")
            await driver.until(lambda: "Hello" in driver.text)
            await driver.pilot.press("!", "escape")
            await driver.until(lambda: bool(driver.console.unkept.held))
            assert mails.rows("SELECT words FROM form_draft") == []
        await driver.until(lambda: "Hello!" in str(mails.rows("SELECT words FROM form_draft")))
        await driver.until(lambda: not driver.console.unkept.held)


def test_what_was_sent_meanwhile_is_no_draft_again(mails: MailDesk) -> None:
    anna = mails.actor("anna")
    draft, form = KeptDraft("here"), KeptForm("here", form="close 1")
    beside, fields = Beside(), {"text": "Done."}
    left: list[Left] = [
        LeftDraft(key=1, ref="SD-1", text="Hello.", words=draft, number=1, beside=beside),
        LeftForm(key=2, ref="SD-1", text="Done.", words=form, fields=fields),
    ]
    perform(mails.desk, anna, "reply", [1], {"text": "Hello."}, now=NOW, words=draft)
    # Refused: nothing was made of them.
    perform(mails.desk, anna, "close", [1], {}, now=NOW, words=form)
    for each in left:
        each.keep(mails.desk, anna, NOW)
    assert drafts(mails) == []
    assert len(mails.rows("SELECT words FROM form_draft")) == 1
