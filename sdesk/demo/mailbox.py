"""The shipped mailbox of the demo, as a Maildir of letters whose dates are counted back from now."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sdesk.demo.letters import shipped
from sdesk.demo.wire import message_id, render, sent_at

__all__ = ["message_ids", "write_maildir"]


def message_ids() -> dict[str, str]:
    """Message-ID, with its angle brackets, by the id that a letter has in the source."""
    return {letter.id: message_id(letter) for letter in shipped().values()}


def write_maildir(path: Path, now: datetime) -> int:
    """Write all letters into `new/` of the Maildir at `path`, oldest first by file name, and give their number.

    `now` is aware; the same `now` gives the same files, byte for byte. Folders are made where they are missing.
    """
    for folder in ("tmp", "new", "cur"):
        (path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    letters = shipped()
    in_order = sorted(letters.values(), key=lambda letter: (-letter.ago.total_seconds(), letter.id))
    for place, letter in enumerate(in_order):
        seconds = int(sent_at(letter, now).timestamp())
        file = path / "new" / f"{seconds}.M{place:06d}P1.demo"
        file.write_bytes(render(letter, letters, now))
        os.utime(file, (seconds, seconds))
    return len(in_order)
