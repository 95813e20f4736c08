"""Watching a mailbox of a real server: what comes is a ticket at once, through restarts, cut lines and kills."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest
from letters import letter
from real_fetch import Station, all_marked, counts, flags
from servers import Dovecot, Line

pytestmark = pytest.mark.server


class Watching:
    """A watch that runs beside the test, and what it says."""

    def __init__(self, station: Station, *more: str) -> None:
        command = [each for each in station.command() if each not in ("-o", "json")]
        self.process = subprocess.Popen(
            [*command, "--watch", *more],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=each, daemon=True)
            for each in ((self.process.stdout, self.out), (self.process.stderr, self.err))
            if each[0] is not None
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream: TextIO, lines: list[str]) -> None:
        with stream:
            for line in stream:
                lines.append(line)

    def kill(self) -> None:
        """End it at once, if it runs."""
        if self.process.poll() is None:
            self.process.kill()
        self._wait()

    def _wait(self) -> int:
        code = self.process.wait(30)
        for reader in self._readers:
            reader.join(5)
        return code

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; gives its exit code."""
        self.process.send_signal(number)
        return self._wait()


@contextmanager
def watching(station: Station, *more: str) -> Iterator[Watching]:
    """Ended, whatever the test found."""
    running = Watching(station, *more)
    try:
        yield running
    finally:
        running.kill()


def until(condition: Callable[[], bool], seconds: float = 60.0) -> float:
    """Wait for a condition; gives the seconds that it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)
    return time.monotonic() - begun


def mail(number: int) -> bytes:
    return letter(f"Till {number}", message_id=f"<{number}@shop.example>")


def deliver(dovecot: Dovecot, user: str, raw: bytes, folder: str = "INBOX") -> None:
    """By the server itself, which then tells who listens."""
    from imapclient import IMAPClient  # type: ignore[import-untyped]  # it has no types

    with IMAPClient("127.0.0.1", port=dovecot.port, ssl=False) as client:
        client.login(user, dovecot.password)
        client.append(folder, raw)


def test_what_is_there_is_taken_and_what_comes_is_taken_at_once(desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user([mail(1)])
    with Line(dovecot.port) as line:
        station = Station.imap(desk_path, dovecot, user, port=line.port)
        with watching(station) as running:
            until(lambda: station.taken() == 1 and line.idles == 1)
            took = []
            for number in (2, 3, 4):
                deliver(dovecot, user, mail(number))
                took.append(until(lambda wanted=number: station.taken() == wanted))  # type: ignore[misc]
            assert min(took) < 2, took
            until(lambda: all_marked(dovecot, user))
            assert running.end() == 0
        assert station.fetch_report() == counts()
    assert running.err == []
    assert sum(said.count("1 created") for said in running.out) == 4


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_cleanly_while_it_takes(number: int, code: int, desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user(mail(each) for each in range(250))
    station = Station.imap(desk_path, dovecot, user)
    with watching(station) as running:
        until(lambda: station.taken() >= 20)
        assert running.end(number) == code
    taken = station.taken()
    assert running.err == []
    # What was taken is marked, though the watch was stopped in the middle of a batch.
    assert sum("$SDesk" in each for each in flags(dovecot, user).values()) == taken
    station.fetch_report()
    assert station.rows("SELECT count(*), count(DISTINCT subject) FROM ticket") == [(250, 250)]


def test_several_folders_are_listened_to(desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user()
    from imapclient import IMAPClient

    with IMAPClient("127.0.0.1", port=dovecot.port, ssl=False) as client:
        client.login(user, dovecot.password)
        client.create_folder("Shops")
    with Line(dovecot.port) as line:
        station = Station.imap(desk_path, dovecot, user, port=line.port, more='folders = ["INBOX", "Shops"]')
        with watching(station) as running:
            until(lambda: line.idles == 2)
            until(lambda: station.rows("SELECT count(fetched_at) FROM mailbox_state") == [(2,)])
            for number, folder in enumerate(("Shops", "INBOX"), 1):
                deliver(dovecot, user, mail(number), folder)
                until(lambda wanted=number: station.taken() == wanted)  # type: ignore[misc]
            assert running.end() == 0
    assert station.rows("SELECT folder FROM ledger ORDER BY id") == [("Shops",), ("INBOX",)]


@pytest.mark.slow
@pytest.mark.endurance
def test_a_server_that_stops_and_starts_is_said_twice(desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user([mail(1)])
    with Line(dovecot.port) as line:
        station = Station.imap(desk_path, dovecot, user, port=line.port)
        with watching(station) as running:
            until(lambda: station.taken() == 1 and line.idles == 1)
            dovecot.stop()
            try:
                until(lambda: len(running.err) == 1)
                # Several tries, not a word.
                tried = line.refused
                until(lambda: line.refused >= tried + 3)
                assert len(running.err) == 1
            finally:
                dovecot.start()
            until(lambda: len(running.err) == 2)
            deliver(dovecot, user, mail(2))
            until(lambda: station.taken() == 2)
            assert running.end() == 0
    assert running.err[0].startswith("sdesk: error: mailbox support: ")
    assert "tried again by itself" in running.err[0]
    assert running.err[1] == "sdesk: mailbox support: well again\n"


@pytest.mark.slow
def test_a_line_that_is_cut_is_made_anew_without_a_word(desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user([mail(1)])
    with Line(dovecot.port) as line:
        station = Station.imap(desk_path, dovecot, user, port=line.port)
        with watching(station) as running:
            until(lambda: station.taken() == 1)
            for number in (2, 3):
                # It listens, and has looked at what came before it did.
                until(lambda wanted=number - 1: line.idles == wanted and line.silence() > 0.5)  # type: ignore[misc]
                line.cut()
                deliver(dovecot, user, mail(number))
                until(lambda wanted=number: station.taken() == wanted)  # type: ignore[misc]
            assert running.end() == 0
    assert running.err == []


@pytest.mark.slow
def test_a_refused_login_is_said_once(desk_path: Path, dovecot: Dovecot) -> None:
    station = Station.imap(desk_path, dovecot, dovecot.new_user(), password="not-the-password")
    with watching(station) as running:
        until(lambda: len(running.err) == 1)
        until(lambda: station.rows("SELECT max(failures) FROM mailbox_state")[0][0] >= 3)
        assert running.end() == 0
    (said,) = running.err
    assert "refuses the login" in said
    assert "not-the-password" not in said


@pytest.mark.slow
def test_killed_and_started_again_it_goes_on(desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user(mail(each) for each in range(150))
    station = Station.imap(desk_path, dovecot, user)
    for count in (30, 110):
        with watching(station) as running:
            until(lambda wanted=count: station.taken() >= wanted)  # type: ignore[misc]
            running.process.kill()
    with watching(station) as running:
        until(lambda: station.taken() == 150 and all_marked(dovecot, user))
        assert running.end() == 0
    assert station.rows("SELECT count(*), count(DISTINCT subject) FROM ticket") == [(150, 150)]


@pytest.mark.slow
def test_a_process_that_was_stopped_for_a_while_goes_on(desk_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user([mail(1)])
    with Line(dovecot.port) as line:
        station = Station.imap(desk_path, dovecot, user, port=line.port)
        with watching(station) as running:
            until(lambda: station.taken() == 1)
            os.kill(running.process.pid, signal.SIGSTOP)
            line.cut()
            deliver(dovecot, user, mail(2))
            os.kill(running.process.pid, signal.SIGCONT)
            until(lambda: station.taken() == 2)
            assert running.end() == 0


def test_a_maildir_is_looked_at(desk_path: Path, tmp_path: Path) -> None:
    for sub in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / sub).mkdir(parents=True)
    station = Station.maildir(desk_path, tmp_path / "Maildir")
    with watching(station, "-o", "jsonl") as running:
        until(lambda: station.rows("SELECT count(fetched_at) FROM mailbox_state") == [(1,)])
        (tmp_path / "Maildir" / "new" / "1.letter").write_bytes(mail(1))
        assert until(lambda: station.taken() == 1) < 30
        until(lambda: bool(running.out))
        assert running.end() == 0
    assert '"created": 1' in running.out[0]
