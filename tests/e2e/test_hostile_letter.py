"""A letter made to take over a terminal, from the mailbox to every place where it is read: there it is the text that it
is.

Twice: as the desk reads it, and as if nothing had been made harmless when it was taken (an old store, a mistake): what
shows a text must not trust who stored it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
import warm
from command_line import Ran, on_terminal
from console_driver import Driver, driving
from real_fetch import Station
from tmux_terminal import TmuxTerminal

from sdesk.domain.errors import MailServerUnavailable
from sdesk.tui.mail_fetch import Progress, Report

ORDERS = "\x1b]0;OWNED\x07\x1b[2J\x1b]8;;https://evil.example\x1b\\\u202e\x9b5m\x00"
"""Title, clear, link, right to left, blink (C1), NUL."""
DEAD = "␛]0;OWNED␇␛[2J␛]8;;https://evil.example␛\\\ufffd5m"
MARKUP = "[bold]{0}[/bold] [link=https://evil.example]{0}[/link] [@click=app.quit]{0}[/]"
SUBJECT, NAME, WORDS, QUOTED = (MARKUP.format(letter) for letter in "SNWQ")
FILE = "[red]f\x1b[2J\u202e\x9b5m.pdf"
FILE_SHOWN = "[red]f␛[2J\ufffd5m.pdf"

OWN_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""All that the command line itself tells a terminal."""
LIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def encoded(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def letter(subject: str = SUBJECT) -> bytes:
    body = f"{WORDS} {ORDERS}\n\n-- \n{QUOTED} {ORDERS}\n"
    return (
        f"From: {encoded(NAME + ORDERS)} <store-001@shop.example>\nTo: support@desk.example\n"
        f"Subject: {encoded(subject + ORDERS)}\nMessage-ID: <{len(subject)}@shop.example>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=B\n\n"
        f"--B\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
        f"{base64.encodebytes(body.encode()).decode()}\n"
        f'--B\nContent-Type: application/pdf\nContent-Disposition: attachment;\n filename="{encoded(FILE)}"\n\n'
        "x\n--B--\n"
    ).encode()


@pytest.fixture(params=["as read", "as if nothing was made harmless"])
def station(request: pytest.FixtureRequest, desk_path: Path, tmp_path: Path) -> Station:
    """A desk that has taken the letter as SD-1, and put the same one with another subject aside."""
    for sub in ("new", "cur", "tmp"):
        (tmp_path / "spool" / sub).mkdir(parents=True)
    stumble = "CREATE TRIGGER stumble BEFORE INSERT ON ticket WHEN NEW.subject LIKE 'Stumble%'"
    with closing(sqlite3.connect(desk_path)) as connection:
        connection.execute(f"{stumble} BEGIN SELECT RAISE(ABORT, 'not {MARKUP.format('E')}'); END")
        connection.commit()
    for number, raw in enumerate([letter(), letter(f"Stumble {SUBJECT}")]):
        (tmp_path / "spool" / "new" / f"{1_790_000_000 + number}.M{number}.test").write_bytes(raw)
    station = Station.maildir(desk_path, tmp_path / "spool")
    ran = station.fetch()
    assert ran.code == 6
    assert not LIVE.search(ran.out + ran.err)
    if request.param != "as read":
        with closing(sqlite3.connect(desk_path)) as connection:
            for table, columns in {
                "ticket": ("subject",),
                "message": ("text", "quoted", "author_name", "subject"),
                "ledger": ("subject", "sender", "reason"),
                "quarantine": ("error",),
                "person": ("name",),
                "attachment": ("name",),
                "unit": ("name", "phone", "address"),
            }.items():
                for column in columns:
                    connection.execute(f"UPDATE {table} SET {column} = {column} || ?", (ORDERS.replace("\0", ""),))
            connection.execute("UPDATE message SET defects = ?", (json.dumps([f"{MARKUP.format('D')} {ORDERS}"]),))
            connection.commit()
    return station


def command(station: Station, *words: str) -> list[str]:
    return [sys.executable, "-m", "sdesk", "--config", str(station.config), "--db", str(station.store), *words]


ROWS = [
    ("list", SUBJECT),
    ("mail ledger", SUBJECT),
    ("mail quarantine list", SUBJECT),
]
FORMATS = ["table", "tsv", "json", "jsonl", "csv"]


def shown(station: Station, *words: str, **env: str) -> Ran:
    """What a command writes to a terminal, as it was written."""
    return warm.on_terminal(command(station, "--as", "anna", *words)[3:], "", {**os.environ, "COLUMNS": "400", **env})


@pytest.mark.slow
def test_rows_in_every_format(station: Station) -> None:
    for words, literal in ROWS:
        for form in FORMATS:
            ran = shown(station, *words.split(), "-o", form)
            assert ran.code == 0, ran.out
            plain = OWN_COLOURS.sub("", ran.out) if form == "table" else ran.out
            assert not LIVE.search(plain), (words, form)
            assert literal in plain, (words, form)
            if form == "json":
                assert any(literal in row["subject"] for row in json.loads(plain))


@pytest.mark.slow
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}], ids=["colour", "no colour"])
def test_a_ticket_and_what_lies_in_quarantine(env: dict[str, str], station: Station) -> None:
    ran = shown(station, "show", "1", "--quoted", "--history", **env)
    plain = ran.out if env else OWN_COLOURS.sub("", ran.out)
    assert not LIVE.search(plain)
    for literal in (SUBJECT + DEAD, NAME, WORDS, QUOTED, FILE_SHOWN, f"{WORDS} {DEAD}"):
        assert literal in plain
    aside = shown(station, "mail", "quarantine", "show", "1", **env)
    assert not LIVE.search(OWN_COLOURS.sub("", aside.out))
    assert SUBJECT in aside.out


@pytest.mark.slow
def test_what_is_piped_is_the_same_text(station: Station) -> None:
    for words in (["show", "1", "--quoted"], ["show", "1", "-o", "json"], ["list"], ["mail", "ledger"]):
        whole = command(station, *words, "--as", "anna")
        ran = warm.run(whole[3:])
        assert ran.code == 0
        assert not LIVE.search(ran.out), words
        assert SUBJECT in ran.out, words


@pytest.mark.slow
@pytest.mark.parametrize("form", ["table", "json", "tsv"])
def test_mail_parse(form: str, tmp_path: Path) -> None:
    (tmp_path / "letter.eml").write_bytes(letter())
    words = [sys.executable, "-m", "sdesk", "mail", "parse", str(tmp_path / "letter.eml"), "-o", form]
    ran = on_terminal(words, "", dict(os.environ))
    assert ran.code == 0
    assert not LIVE.search(ran.out)
    for literal in (SUBJECT, NAME, WORDS, QUOTED, FILE_SHOWN):
        assert literal in ran.out


def painted(driver: Driver) -> str:
    """What is on screen, which holds nothing that a terminal obeys."""
    strips = driver.console.screen._compositor.render_strips()
    text = "\n".join("".join(segment.text for segment in strip if not segment.control) for strip in strips)
    assert not LIVE.search(text)
    assert not any(segment.style and segment.style.link for strip in strips for segment in strip)
    return text


@pytest.mark.slow
async def test_the_console(station: Station) -> None:
    said = f"greeting {MARKUP.format('G')} {ORDERS}"

    def fetch(progress: Progress) -> list[Report]:
        raise MailServerUnavailable(said, f"try {MARKUP.format('R')}{ORDERS}")

    async with driving(station.store, size=(300, 60), fetch=fetch) as driver:
        await driver.press("3")
        await driver.rest()
        queue = painted(driver)
        assert queue.count(SUBJECT) >= 2, "the row, and the title of the preview"
        assert WORDS in queue
        await driver.press("enter")
        await driver.rest()
        await driver.console.screen.run_action("unfold")
        await driver.rest()
        ticket = painted(driver)
        for literal in (SUBJECT, NAME, WORDS, QUOTED, FILE_SHOWN, f"{WORDS} {DEAD}"):
            assert literal in ticket
        await driver.press("r")
        await driver.rest()
        assert SUBJECT in painted(driver)
        await driver.press("escape")
        await driver.press("q")
        await driver.press("F")
        mail = driver.console.fetch
        assert mail is not None
        while mail.running:
            await driver.settle()
        await driver.rest()
        assert MARKUP.format("G") in painted(driver)
        assert not LIVE.search(driver.notice)
        row = next(held.row for held in driver.console.queue.rows.window.visible)
        driver.console.alarm(row)
        await driver.rest()
        assert f"P1 arrived: SD-1 {SUBJECT}" in painted(driver)
        assert driver.console.title == "sdesk"


@pytest.mark.slow
@pytest.mark.server
def test_the_console_on_a_real_terminal(station: Station, tmp_path: Path) -> None:
    environment = {
        "HOME": os.environ["HOME"],
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "screen-256color",
        "SDESK_AGENT": "anna",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TMUX_TMPDIR": str(tmp_path),
    }
    terminal = TmuxTerminal(tmp_path, " ".join(command(station, "tui")), environment)
    try:
        before = terminal.facts("#{pane_title}")
        terminal.send("3")
        terminal.wait_for(lambda screen: "[bold]S[/bold] [link=" in screen, "the queue")
        terminal.send("Enter")
        screen = terminal.wait_for(
            lambda screen: "[bold]W[/bold] [link=" in screen and "1 of 1" in screen, "the ticket"
        )
        assert "[red]f␛[2J\ufffd5m.pdf" in screen
        assert not LIVE.search(screen)
        assert terminal.facts("#{pane_title}") == before
        terminal.send("q")
        terminal.wait_for(lambda screen: "[bold]S[/bold]" in screen, "the queue again")
        terminal.send("q")
        terminal.wait_for(lambda screen: "ended with 0" in screen, "the end")
    finally:
        terminal.close()
