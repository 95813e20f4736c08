"""Mail of hostile size: each is read in a few seconds of a processor, in memory bounded by its size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from troubles import multipart, part

pytestmark = pytest.mark.endurance

HEAD = b"From: a@acme.example\nSubject: Till\nMIME-Version: 1.0\n"

READER = """
import json, resource, sys, time
from pathlib import Path
from sdesk.mail.mime.message import read

raw = Path(sys.argv[1]).read_bytes()
started = time.process_time()
mail = read(raw)
seconds = time.process_time() - started
status = Path("/proc/self/status")
if status.exists():
    # Linux counts in ru_maxrss what the process that started this one had.
    peak = next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([seconds, peak, len(mail.body_text), len(mail.attachments)]))
"""
PROGRAM = 350_000_000
"""Bytes of memory beside four times what is read: ten megabytes of header fields are two million objects."""

MANY = 12_500_000
HTML = HEAD + b"Content-Type: text/html\n\n"
INVITED = b"METHOD:REQUEST\nBEGIN:VEVENT\n"


def one_line(letters: bytes, *fields: str) -> bytes:
    return HEAD + "".join(f"{field}\n" for field in fields).encode() + b"\n" + letters * (50_000_000 // len(letters))


def nested(levels: int) -> bytes:
    inner = part("text/plain", "the bottom")
    for level in range(levels):
        inner = multipart("mixed", inner, boundary=f"L{level}")
    return HEAD + inner


HEAVY: dict[str, Callable[[], bytes]] = {
    "one line of 50 MB": lambda: one_line(b"abcd"),
    "one line of 50 MB in koi8-r": lambda: one_line("касса".encode("koi8-r")),
    "one line of 50 MB that is no UTF-8": lambda: one_line(b"\xd0\xff", "Content-Type: text/plain; charset=utf-8"),
    "one line of 50 MB in HTML": lambda: one_line(b"abcd", "Content-Type: text/html"),
    "one line of 50 MB of tags": lambda: one_line(b"<b><i>", "Content-Type: text/html"),
    "one line of 50 MB in base64": lambda: one_line(b"abcd", "Content-Transfer-Encoding: base64"),
    "one line of 50 MB in quoted-printable": lambda: one_line(b"=41=", "Content-Transfer-Encoding: quoted-printable"),
    "one line of 50 MB of one uuencoded file": lambda: one_line(b"begin 644 a ", "X-A: b"),
    "an attachment of 50 MB": lambda: one_line(b"abcd", "Content-Type: image/png", "Content-Transfer-Encoding: base64"),
    "a message of 50 MB within a message": lambda: HEAD + b"Content-Type: message/rfc822\n\n" + one_line(b"abcd"),
    "parts nested a hundred deep": lambda: nested(100),
    "parts nested two thousand deep": lambda: nested(2_000),
    "ten thousand texts": lambda: HEAD + multipart("mixed", *[part("text/plain", "words")] * 10_000),
    "ten thousand HTML texts": lambda: HEAD + multipart("mixed", *[part("text/html", "<p>words")] * 10_000),
    "ten thousand messages": lambda: HEAD + multipart("digest", *[b"\nFrom: a@b.example\n\nx"] * 10_000),
    "ten thousand invitations": lambda: HEAD + multipart("mixed", *[part("text/calendar", INVITED)] * 10_000),
    "ten thousand alternatives": lambda: HEAD + multipart("alternative", *[part("text/html", "<p>x")] * 10_000),
    "a million empty parts": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=B\n\n" + b"--B\n\n" * 1_000_000,
    "a header of 10 MB": lambda: b"From: a@b.example\nSubject: " + b"x " * 5_000_000 + b"\n\nx",
    "a header of 10 MB in folded lines": lambda: b"From: a@b.example\nSubject: " + b"x\n " * 3_000_000 + b"\n\nx",
    "a header of 10 MB of recipients": lambda: b"From: a@b.example\nTo: " + b"<a@b.example>, " * 700_000 + b"\n\nx",
    "a header of 10 MB of fields": lambda: b"From: a@b.example\n" + b"X-A: b\n" * 1_400_000 + b"\n\nx",
    "a header of 10 MB of parameters": lambda: HEAD + b"Content-Type: text/plain" + b"; a=b" * 2_000_000 + b"\n\nx",
    "a header of 10 MB of encoded words": lambda: b"Subject: " + b"=?utf-8?q?=D0?= " * 700_000 + b"\n\nx",
    "junk of 10 MB before the header": lambda: b"junk\n" * 2_000_000 + b"From: a@b.example\n\nx",
    "HTML with a thousand levels": lambda: HTML + b"<div><blockquote type=cite>" * 1_000 + b"the bottom",
    "HTML with a million elements": lambda: HTML + b"<p>x</p>" * 250_000,
    "a calendar of a million people": lambda: (
        HEAD + b"Content-Type: text/calendar\n\n" + INVITED + b"ATTENDEE:x\n" * 10**6
    ),
}


@pytest.mark.parametrize("shape", HEAVY)
def test_a_hostile_size(shape: str, tmp_path: Path) -> None:
    raw = HEAVY[shape]()
    (tmp_path / "heavy.eml").write_bytes(raw)
    command = [sys.executable, "-c", READER, str(tmp_path / "heavy.eml")]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=True)
    seconds, peak, text, files = json.loads(done.stdout)
    assert seconds < 15, f"{seconds:.1f} s"
    assert peak < PROGRAM + 4 * len(raw), f"{peak / 1e6:.0f} MB for {len(raw) / 1e6:.0f} MB"
    assert text <= 2_000_000
    assert files <= 1_000
    assert text or files or shape == "a million empty parts"
