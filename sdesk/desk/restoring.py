"""Going back to a backup: looked over, brought up to this program's schema, made safe, and only then put in its place.

What goes back with the store, and what does not:

- The ledger and the state of the mailboxes. So what was fetched since the backup is fetched again, whatever its flags
  on the server, and what the store has is known. What the desk moved or deleted on the server since then is in what was
  replaced alone.
- The keys of agents and suppliers, which the store has as hashes: their answers, fetched again, count as theirs.
- What agents had begun to write.
- Not who is at which ticket just now, nor who was sending which mail: nobody is any more.
- Mail that had not gone: it may have gone since, or be outdated. It is held until somebody lets it go.
- Numbers of tickets: one that was given since is not given again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlmodel import col

from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput
from sdesk.domain.outgoing import OutboxState
from sdesk.store import faults, migrate, schema
from sdesk.store import restore as files
from sdesk.store.backup import Contents, Progress, copy, is_of, open_any, verified
from sdesk.store.engine import Store
from sdesk.store.models import History, Outbox, Presence
from sdesk.store.whole_file import refused, written_beside


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and of what."""

    contents: Contents
    """As the backup had it."""
    revision: str
    """What it was brought up to."""
    held: int
    """Mails that wait for somebody to let them go."""
    kept: Path | None
    """Where the store is that stood there; None where none did, or nothing was put in place."""


def restore(
    store: Path,
    file: Path,
    *,
    now: datetime,
    ask: Callable[[Contents], object],
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Restored:
    """Put the backup `file` in the place of the store. `ask` hears before what is in it, and raises to stop that.

    Refused before anything changes: a file that is none of sdesk's, damaged, or of a newer version (Unavailable), the
    store itself, or no file (BadInput), a store that somebody has open (StoreLocked).
    """
    if is_of(store, file):
        raise BadInput(f"{file} is the store itself", "name a backup")
    if not faults.stands(file):
        raise BadInput(f"there is no file {file}", "name a backup")
    with closing(open_any(file)) as source:
        files.require_free(store)
        _make_folder(store)
        with written_beside(store, size=file.stat().st_size) as part:
            copy(source, part, of=file, to=store, progress=progress)
            contents = verified(part, of=file)
            if not dry_run:
                ask(contents)
            migrate.migrate(part)
            held = _made_safe(part, file.name, now)
            kept = None if dry_run else files.put(part, store, now)
    return Restored(contents, schema.HEAD, held, kept)


def hold_unsent(connection: Connection) -> int:
    """Hold every mail that waits to go; gives how many are held then. The caller commits."""
    waits = col(Outbox.state) == OutboxState.QUEUED
    connection.execute(update(Outbox).where(waits).values(state=OutboxState.HELD))
    # Who was sending it is no more.
    connection.execute(update(Outbox).where(col(Outbox.claimed_at).is_not(None)).values(claimed_at=None))
    held = select(func.count()).select_from(Outbox).where(col(Outbox.state) == OutboxState.HELD)
    return connection.execute(held).scalar() or 0


def _made_safe(part: Path, name: str, now: datetime) -> int:
    # Not through a desk: a store may have no set-up yet. Nor durable: it is put onto the disk when it is whole.
    with closing(Store(part, durable=False)) as store, store.begin() as session:
        connection = session.connection()
        held = hold_unsent(connection)
        connection.execute(delete(Presence))
        connection.execute(
            insert(History).values(
                at=now, actor=SYSTEM.login, event="store_restored", data={"file": name, "held": held}
            )
        )
        session.commit()
    return held


def _make_folder(store: Path) -> None:
    try:
        store.absolute().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise refused(store, error) from error
