"""Thousands of letters through a server that is restarted and a fetch that is killed, again and again: in the end the
ledger, the tickets and the server's flags agree, nothing is lost, nothing is there twice, and memory is flat.

The long run is `make soak`; a short one is among the tests.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from letters import Letter, corpus, expected
from real_fetch import COUNTED, Station, all_marked, counts, ended, report_of
from servers import Dovecot

pytestmark = [pytest.mark.server, pytest.mark.slow]


def peak(process: subprocess.Popen[str]) -> int:
    """The most memory that a process ever had, in kilobytes; 0 where the system does not say."""
    with suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def disturb(station: Station, dovecot: Dovecot, letters: int, restarts: int, kills: int) -> list[int]:
    """Fetch in pieces, each of which ends badly, over four fifths of the letters. Gives the peaks of memory."""
    troubles = ["restart"] * restarts + ["kill"] * kills
    random.Random(11).shuffle(troubles)
    peaks = []
    for number, trouble in enumerate(troubles, 1):
        process = station.start()
        # Each trouble comes after some more letters, however many the last one let through.
        station.wait_until_taken(max(letters * 4 // 5 * number // len(troubles), station.taken() + 30), process)
        peaks.append(peak(process))
        if trouble == "kill":
            process.kill()
            process.communicate()
            continue
        dovecot.crash()
        try:
            assert ended(process).code == 5
        finally:
            dovecot.start()
    return peaks


def last_fetch(station: Station, letters: int) -> list[int]:
    """Fetch to the end. Gives the memory at ten moments on the way."""
    begun = station.taken()
    assert begun < letters * 9 // 10, "every trouble came while letters were left"
    process = station.start()
    memory = []
    for part in range(1, 11):
        station.wait_until_taken(begun + (letters - begun) * part // 10, process)
        memory.append(peak(process))
    assert report_of(ended(process))["quarantined"] == 0
    return [each for each in memory if each]


def soak(station: Station, dovecot: Dovecot, user: str, letters: list[Letter], restarts: int, kills: int) -> None:
    started = time.monotonic()
    peaks = disturb(station, dovecot, len(letters), restarts, kills)
    memory = last_fetch(station, len(letters))
    wanted = expected(letters)
    outcomes = Counter(dict(station.rows("SELECT outcome, count(*) FROM ledger GROUP BY outcome")))
    outcomes["duplicates"] = outcomes.pop("duplicate", 0)
    assert {name: outcomes[name] for name in COUNTED} == {name: wanted[name] for name in COUNTED}
    assert station.rows("SELECT count(*), count(DISTINCT uid) FROM ledger") == [(len(letters), len(letters))]
    assert station.rows("SELECT count(*) FROM ticket") == [(wanted["created"],)]
    taken = dict(station.rows("SELECT message_id, ticket_id FROM message"))
    kept = [each for each in letters if each.outcome != "ignored"]
    assert len(station.rows("SELECT 1 FROM message")) == len({each.message_id for each in kept})
    assert [each for each in kept if taken[each.message_id] != taken[each.root]] == []
    assert all_marked(dovecot, user)
    assert station.fetch_report() == counts()
    checked = station.run("mail", "ledger", "--check")
    assert checked.code == 0, checked
    assert "all agrees" in checked.err
    if memory and len(letters) > 1_000:
        # The first moment has all modules, and some batches.
        assert max(memory) < memory[0] * 1.25, memory
    sys.stdout.write(
        f"\n{len(letters)} letters, {restarts} restarts, {kills} kills in {time.monotonic() - started:.0f} s;"
        f" lost 0, twice 0; peaks of the disturbed runs {min(peaks)}..{max(peaks)} kB;"
        f" of the last one, over time: {memory}\n{checked.err}\n"
    )


@pytest.mark.endurance
def test_a_short_soak(desk_path: Path, dovecot: Dovecot) -> None:
    # A server that goes down serves for most of a second: enough letters for that.
    letters = corpus(2_000)
    user = dovecot.new_user(each.raw for each in letters)
    soak(Station.imap(desk_path, dovecot, user), dovecot, user, letters, restarts=1, kills=4)


@pytest.mark.soak
def test_a_long_soak(desk_path: Path, dovecot: Dovecot) -> None:
    letters = corpus(10_000)
    user = dovecot.new_user(each.raw for each in letters)
    soak(Station.imap(desk_path, dovecot, user), dovecot, user, letters, restarts=5, kills=20)
