"""The desk opened: the one place that holds a store and the set-up together, and begins each use case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlmodel import Session

from sdesk.desk import rules as setup_rules
from sdesk.desk.rules import Rules
from sdesk.domain.actor import Actor
from sdesk.domain.errors import Unavailable
from sdesk.store import room
from sdesk.store.engine import BUSY_SECONDS, Store


@dataclass(slots=True)
class Work:
    """What a use case works with: one transaction, who acts, when, and the desk's rules.

    Nothing that a use case does is kept unless the caller commits.
    """

    session: Session
    connection: Connection
    """The session's own, for Core statements where many rows are written."""
    actor: Actor
    now: datetime
    rules: Rules
    quiet: bool = False
    """Nobody is told of what is done: an import brings what others know already."""

    @contextmanager
    def apart(self) -> Iterator[None]:
        """A part of the transaction: what raises within leaves nothing of itself, and the rest can go on."""
        try:
            with self.session.begin_nested():
                # Only this sets the savepoint: `connection` goes past the session.
                self.session.connection()
                yield
        except BaseException:
            # What was only read within is not forgotten by the rollback.
            self.session.expire_all()
            raise


class Desk:
    """An open desk."""

    def __init__(self, store: Store, keep_free: Callable[[], int | None]) -> None:
        self.store = store
        self.keep_free = keep_free
        """Gives the bytes of the disk below which no mail is taken; None for the usual number."""
        self._rules: Rules | None = None

    @contextmanager
    def work(self, actor: Actor, now: datetime) -> Iterator[Work]:
        """A use case's transaction: commit with `work.session.commit()`; leaving without that rolls back."""
        with self.store.begin() as session:
            connection = session.connection()
            yield Work(session, connection, actor, now.replace(microsecond=0), self._current_rules(connection))

    @contextmanager
    def sweep(self, actor: Actor, now: datetime) -> Iterator[Work]:
        """The same for deleting much: commit with `store/engine.commit_sound`."""
        with self.store.sweep() as session:
            connection = session.connection()
            yield Work(session, connection, actor, now.replace(microsecond=0), self._current_rules(connection))

    @contextmanager
    def look(self, actor: Actor, now: datetime) -> Iterator[Work]:
        """The same to read only: it waits for no writer and holds up none, and writing in it fails."""
        with self.store.look() as session:
            connection = session.connection()
            yield Work(session, connection, actor, now.replace(microsecond=0), self._current_rules(connection))

    def lacking_room(self) -> str | None:
        """One sentence where the disk is nearly full: whoever takes mail asks before, since it is safe where it is."""
        wished = self.keep_free()
        return room.lacking(self.store.path, room.KEEP_FREE if wished is None else wished)

    def require_room(self) -> None:
        """Unavailable where no mail should be taken for want of room."""
        sentence = self.lacking_room()
        if sentence is not None:
            raise Unavailable(sentence, "no mail is taken until there is room: free some, or lower [store] keep_free")

    def ref(self, number: int) -> str:
        """A ticket's number as people write it, where the set-up is known already."""
        return self._rules.ref(number) if self._rules is not None else str(number)

    def close(self) -> None:
        """Give the store back."""
        self.store.close()

    def _current_rules(self, connection: Connection) -> Rules:
        """The set-up, read again where another process applied a desk file meanwhile."""
        if self._rules is None or self._rules.revision != setup_rules.revision(connection):
            self._rules = setup_rules.load(connection)
        return self._rules


def open_desk(
    path: Path,
    *,
    keep_free: Callable[[], int | None] = lambda: None,
    busy_seconds: float = BUSY_SECONDS,
    durable: bool = True,
) -> Desk:
    """Open the desk whose store is at `path`; Unavailable where it is missing, locked, or of another version.

    `keep_free` is asked when mail is about to be taken: how much of the disk stays free, as the configuration wishes.
    Not `durable`: for a store that would be made anew should the machine stop.
    """
    return Desk(Store(path, busy_seconds=busy_seconds, durable=durable), keep_free)
