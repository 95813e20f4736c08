"""`board --watch`: it goes on until somebody ends it, shows what is new, and leaves the screen as it was."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from command_line import Sdesk

from sdesk.cli import board_watch
from sdesk.cli.diagnostics import ExitCode
from sdesk.domain.errors import Unavailable
from sdesk.store import restore

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


class Boards:
    """A board for each look; at the last one, a signal comes."""

    def __init__(self, *looks: str | Exception, ends: signal.Signals = signal.SIGTERM) -> None:
        self._looks: Iterator[str | Exception] = iter(looks)
        self._left, self._ends = len(looks), ends

    def __call__(self) -> str:
        look, self._left = next(self._looks), self._left - 1
        if not self._left:
            os.kill(os.getpid(), self._ends)
        if isinstance(look, Exception):
            raise look
        return look


@pytest.mark.parametrize(
    ("ends", "code"), [(signal.SIGTERM, ExitCode.DONE), (signal.SIGINT, ExitCode.INTERRUPTED)], ids=["term", "int"]
)
def test_it_is_drawn_until_somebody_ends_it(
    ends: signal.Signals, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(ends), signal.getsignal(signal.SIGWINCH)
    locked = Unavailable("the store is locked", "try again")
    assert board_watch.watch(Boards("one\n", locked, "two\n", ends=ends), every=0) is code
    out = capsys.readouterr().out
    assert out.startswith(ENTER)
    assert out.endswith(LEAVE)
    # What could not be read leaves the last one standing, and says so below it; then it is well again.
    first, wrong, second = out.removeprefix(ENTER).split("\x1b[H")[1:]
    assert "one" in first
    assert "one" in wrong
    assert "sdesk: the store is locked; it is tried again by itself" in wrong
    assert "two" in second
    assert "locked" not in second
    assert (signal.getsignal(ends), signal.getsignal(signal.SIGWINCH)) == before


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGINT], ids=["term", "int"])
def test_who_asks_twice_does_not_wait_and_gets_the_screen_back(
    ends: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    looks = iter((0, 2))

    def draw() -> str:
        for _ in range(next(looks)):
            os.kill(os.getpid(), ends)
        return "one\n"

    with pytest.raises(KeyboardInterrupt):
        board_watch.watch(draw, every=0)
    assert capsys.readouterr().out.endswith(LEAVE)


def test_what_is_wrong_at_first_is_said_on_the_plain_screen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Unavailable):
        board_watch.watch(Boards(Unavailable("there is no store", "make one"), "one"), every=0)
    assert capsys.readouterr().out == ""


def test_another_bug_gives_the_screen_back_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError):
        board_watch.watch(Boards("one", ZeroDivisionError(), "two"), every=0)
    assert capsys.readouterr().out.endswith(LEAVE)


def test_ctrl_z_gives_the_screen_back_until_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped: list[tuple[int, object]] = []
    looks = Boards("one\n", "two\n", "three\n")

    def stop(process: int, sign: int) -> None:
        if sign == signal.SIGTSTP:
            stopped.append((process, signal.getsignal(signal.SIGTSTP)))
        else:
            signal.raise_signal(sign)

    def draw() -> str:
        look = looks()
        if look == "two\n":
            signal.raise_signal(signal.SIGTSTP)
        return look

    monkeypatch.setattr(os, "kill", stop)
    before = signal.getsignal(signal.SIGTSTP)
    board_watch.watch(draw, every=0)
    assert stopped == [(os.getpid(), signal.SIG_DFL)]
    assert signal.getsignal(signal.SIGTSTP) == before
    first, second = capsys.readouterr().out.split(LEAVE)[:2]
    assert "two" in first
    assert second.startswith(ENTER)
    assert "three" in second


def test_what_has_no_room_is_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LINES", "4")
    monkeypatch.setenv("COLUMNS", "30")
    long = "".join(f"line {n}\n" for n in range(9))
    board_watch.watch(Boards(long, long), every=0)
    out = capsys.readouterr().out
    assert "line 2" in out
    assert "line 3" not in out
    assert "… 6 lines more" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--watch",), "--watch needs a terminal that can place its cursor. elsewhere leave it out: `sdesk board`"),
        (("--watch", "-o", "json"), "--watch draws for eyes, and -o json is for programs. leave one of them out"),
        (("--every", "3"), "--every is for a board that is drawn anew. add --watch"),
    ],
)
@pytest.mark.usefixtures("at_desk")
def test_without_a_terminal_it_is_refused(words: tuple[str, ...], said: str, sdesk: Sdesk) -> None:
    ran = sdesk("board", *words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"sdesk: error: {said}\n")


def test_between_two_looks_the_store_can_be_restored(
    at_desk: Path, sdesk: Sdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def watch(draw: Callable[[], str], *, every: int) -> ExitCode:
        shown.append(draw())
        restore.require_free(at_desk)
        shown.append(draw())
        return ExitCode.DONE

    monkeypatch.setattr(board_watch, "require_terminal", lambda call: None)
    monkeypatch.setattr(board_watch, "watch", watch)
    ran = sdesk("board", "--watch")
    assert (ran.code, ran.err) == (0, "")
    assert len(shown) == 2
    assert shown[0] == shown[1] != ""


@pytest.mark.usefixtures("at_desk")
def test_ctrl_c_ends_it_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "sdesk", "board", "--watch", "--every", "60"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
        start_new_session=True,
    ) as running:
        os.close(theirs)
        shown, end = "", monotonic() + 30
        try:
            while "equipment" not in shown:
                assert monotonic() < end, shown
                if select.select([ours], [], [], 0.2)[0]:
                    shown += os.read(ours, 65536).decode(errors="replace")
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=30) == ExitCode.INTERRUPTED
            assert LEAVE in os.read(ours, 65536).decode(errors="replace")
        finally:
            running.kill()
            os.close(ours)
