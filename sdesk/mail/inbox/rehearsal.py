"""A desk that lasts as long as a question: made of a desk file, it shows what mails would become."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sdesk.desk.opening import Desk, open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput
from sdesk.domain.system_words import reason_of
from sdesk.mail.inbox.archive import places, read_place
from sdesk.store.migrate import init


@contextmanager
def throw_away_desk(text: str, file_name: str, now: datetime) -> Iterator[Desk]:
    """A desk as a desk file says, made by the same code as any, and gone afterwards. BadInput for a wrong file."""
    with tempfile.TemporaryDirectory(prefix="sdesk-check-") as folder:
        store = Path(folder) / "sdesk.db"
        init(store)
        desk = open_desk(store)
        try:
            apply(desk, text, file_name, actor=SYSTEM, now=now)
            yield desk
        finally:
            desk.close()


def samples(sources: list[Path], now: datetime) -> Iterator[tuple[str, Path | None, bytes]]:
    """Every message of files, Maildirs and mboxes: how it is called, its own file where it has one, and its bytes.

    Messages of an mbox are counted from 1: `samples.mbox:3`. BadInput for what is not there or cannot be read.
    """
    counted: dict[Path, int] = {}
    for place in places(sources, now):
        try:
            raw = read_place(place)
        except OSError as error:
            raise BadInput(
                f"the message {place.path} cannot be read: {reason_of(error)}", "name another file"
            ) from error
        if place.end:
            counted[place.path] = counted.get(place.path, 0) + 1
            yield f"{place.path}:{counted[place.path]}", None, raw
        else:
            yield str(place.path), place.path, raw
