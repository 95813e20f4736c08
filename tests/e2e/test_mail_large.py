"""Sixty megabytes in one letter: memory is bounded, and what the desk does not hold whole stays where it is."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Ran
from letters import letter
from real_fetch import Station, all_marked, counts, flags, report_of
from servers import Dovecot

pytestmark = [pytest.mark.server, pytest.mark.slow]

MEASURED = (
    "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode;"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
)
MEGABYTES = 1024 if sys.platform != "darwin" else 1024 * 1024
"""What getrusage counts in."""


def measured(station: Station) -> tuple[Ran, float]:
    """A fetch, and the most megabytes that it took."""
    command = [sys.executable, "-c", MEASURED, *station.command()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stderr.splitlines()
    return Ran(done.returncode, done.stdout, "\n".join(lines[:-1])), int(lines[-1]) / MEGABYTES


@pytest.fixture(scope="module")
def film() -> bytes:
    """A letter of sixty megabytes: a few words, and a file."""
    content = base64.encodebytes(bytes(range(256)) * (44_000_000 // 256)).decode()
    head = letter("Film", message_id="<film@shop.example>").partition(b"\n\n")[0]
    return (
        head
        + (
            '\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\n'
            f"Here is what the till shows.\n--b\nContent-Type: video/mp4; name=till.mp4\n"
            f"Content-Transfer-Encoding: base64\n\n{content}--b--\n"
        ).encode()
    )


@pytest.mark.parametrize("after", ["seen", "move:Taken", "delete"])
def test_over_the_limit_the_beginning_is_a_ticket_and_the_letter_stays(
    after: str, desk_path: Path, dovecot: Dovecot, film: bytes
) -> None:
    assert 59_000_000 < len(film) < 62_000_000
    user = dovecot.new_user([film, letter("Till", message_id="<2@shop.example>")])
    station = Station.imap(desk_path, dovecot, user, more=f'after = "{after}"\nmax_size = 50_000_000\n')
    ran, megabytes = measured(station)
    assert (ran.code, report_of(ran)) == (0, counts(created=2))
    assert megabytes < 160, "less than three times the limit; the program itself takes some seventy"
    ((text,),) = station.rows("SELECT text FROM message WHERE message_id = '<film@shop.example>'")
    assert "only its header and the beginning" in text
    assert "Here is what the till shows." in text
    assert station.rows("SELECT count(*) FROM attachment") == [(0,)]
    # With a higher limit later too: the desk still has only the beginning.
    for limit in (50_000_000, 90_000_000):
        later = Station.imap(desk_path, dovecot, user, more=f'after = "{after}"\nmax_size = {limit}\n')
        assert later.fetch_report() == counts()
        left = flags(dovecot, user)
        assert left[1] == {"$SDeskQuarantine"}
        assert set(left) == ({1, 2} if after == "seen" else {1})


def test_within_the_limit_all_of_it_is_taken(desk_path: Path, dovecot: Dovecot, film: bytes) -> None:
    user = dovecot.new_user([film])
    station = Station.imap(desk_path, dovecot, user, more="max_size = 90_000_000\n")
    ran, megabytes = measured(station)
    assert (ran.code, report_of(ran)) == (0, counts(created=1))
    ((size, name),) = station.rows("SELECT b.size, a.name FROM attachment AS a JOIN blob AS b ON b.id = a.blob_id")
    assert (size, name) == (44_000_000 // 256 * 256, "till.mp4")
    assert megabytes < 70 + 10 * 61, "a few copies of it, while it is read"
    assert all_marked(dovecot, user)
    sys.stdout.write(f"\na letter of {len(film) / 1e6:.0f} MB, taken whole: {megabytes:.0f} MB at most\n")
