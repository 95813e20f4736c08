"""The console's way to the store: one thread that reads, one that writes, and word of what other processes change."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from textual.message_pump import MessagePump

from sdesk.domain.actor import Actor
from sdesk.domain.errors import SdeskError, Unavailable
from sdesk.domain.ticket import Direction, Doing
from sdesk.store.reader import Reader
from sdesk.store.reader.personal_rows import LastChange
from sdesk.tui.company import Company
from sdesk.tui.hand import Hand

if TYPE_CHECKING:
    from sdesk.actions.perform import TicketOutcome
    from sdesk.actions.personal import Kept, KeptForm
    from sdesk.desk.opening import Desk
    from sdesk.mail.outbox.ready import ReadyText

Result = TypeVar("Result")
Failed = Callable[[SdeskError], object]

POLL_SECONDS = 0.5
"""How often the store is asked whether somebody else changed it."""

WRITE_SECONDS = 5.0
"""How long an action waits for a store that another process has locked, before it is refused."""

END_SECONDS = 10.0
"""How long the console waits at its end for what is still to be written."""


class StoreLink:
    """Reading and writing for one agent; every answer arrives in the event loop."""

    def __init__(
        self,
        path: Path,
        login: str,
        now: Callable[[], datetime],
        changed: Callable[[], object],
        met: Callable[[Company], object] = lambda company: None,
    ) -> None:
        """`changed` is called in the reading thread when another connection changed what the console shows, and `met`
        when somebody comes to a ticket or leaves it, or a draft of the agent's own is begun or gone."""
        self.path, self.login, self.now = path, login, now
        self._changed, self._met = changed, met
        self._company: Company | None = None
        self._actor: Actor | None = None
        self._version: int | None = None
        self._stand: tuple[LastChange, int] | None = None
        self._marks = 0
        """How often this console has set seen marks: they alone change no event, and take the `+` from a row."""
        self._reading: Hand[Reader] = Hand(
            "sdesk-reader", self._open_reader, Reader.close, self._poll, idle_seconds=POLL_SECONDS
        )
        # Reports over many tickets take a second: whoever moves in the queue must not wait behind them.
        self._reckoning: Hand[Reader] = Hand("sdesk-reports", lambda: Reader(self.path), Reader.close)
        self._reckons = False
        self._asides: tuple[Hand[None], ...] = ()
        self._ends_at = 0.0
        """Until when what must not be lost is tried again in the thread itself: no answer arrives any more."""
        self._writing: Hand[Desk] = Hand("sdesk-writer", self._open_desk, lambda desk: desk.close())

    def start(self) -> None:
        """Begin both threads, and load what writing needs while nobody waits for it."""
        self._reading.start()
        self._writing.start()

    def warm_up(self, asker: MessagePump, failed: Failed) -> None:
        """Open the desk for writing now, so that the first action does not pay for the imports (0.45 s, measured)."""

        def load(desk: Desk) -> None:
            for name in ("perform", "personal", "registry"):
                import_module(f"sdesk.actions.{name}")

        self._writing.ask(asker, load, lambda nothing: None, failed)

    def stop(self) -> None:
        """End both threads; what was asked of the writer is done first."""
        self._ends_at = time.monotonic() + END_SECONDS
        self._writing.stop(END_SECONDS)
        self._reading.stop(2)
        if self._reckons:
            self._reckoning.stop(2)

    @property
    def busy(self) -> bool:
        """Whether a question or an action is on its way."""
        hands: tuple[Hand[Any], ...] = (self._reading, self._writing, self._reckoning, *self._asides)
        return any(each.busy for each in hands)

    def read(
        self,
        asker: MessagePump,
        question: Callable[[Reader, Actor], Result],
        then: Callable[[Result], object],
        failed: Failed,
        topic: str | None = None,
        *,
        behind_writes: bool = False,
    ) -> None:
        """Ask the reader; of several questions with one topic only the newest is answered.

        `behind_writes`: once what this console is writing is written, so that it is not taken for somebody else's.
        """
        if behind_writes and self._writing.busy:
            self._writing.ask(
                asker, lambda desk: None, lambda nothing: self.read(asker, question, then, failed, topic), failed
            )
            return

        def work(reader: Reader) -> Result:
            # Each time anew, since teams and roles change while the console is open. Who is no agent any more is nobody
            # for what is written either.
            self._actor = None
            self._actor = reader.actor(self.login)
            return question(reader, self._actor)

        self._reading.ask(asker, work, then, failed, topic)

    def reckon(
        self,
        asker: MessagePump,
        question: Callable[[Reader, Actor], Result],
        then: Callable[[Result], object],
        failed: Failed,
        topic: str | None = None,
    ) -> None:
        """Ask what takes long, as a report, of a reader and a thread of its own."""
        if not self._reckons:
            self._reckons = True
            self._reckoning.start()

        def work(reader: Reader) -> Result:
            reader.refresh()
            return question(reader, reader.actor(self.login))

        self._reckoning.ask(asker, work, then, failed, topic)

    def aside(
        self,
        asker: MessagePump,
        work: Callable[[], Result],
        then: Callable[[Result], object],
        failed: Failed,
    ) -> None:
        """Do what needs no store and may hang, as a file in a network folder: each time in a thread of its own."""
        hand: Hand[None] = Hand("sdesk-aside", lambda: None, lambda nothing: None)
        hand.start()
        hand.ask(asker, lambda nothing: work(), then, failed)
        hand.stop(0)
        self._asides = (*(each for each in self._asides if each.busy), hand)

    def perform(
        self,
        asker: MessagePump,
        name: str,
        numbers: Sequence[int],
        values: Mapping[str, object],
        versions: Mapping[int, int],
        then: Callable[[tuple[TicketOutcome, ...]], object],
        failed: Failed,
        *,
        dry_run: bool = False,
        batch: str | None = None,
        words: Kept | None = None,
    ) -> None:
        """Do an action of `sdesk.actions`; refused tickets are in the outcomes, `failed` gets what struck them all."""
        from sdesk.actions.perform import perform

        self._writing.ask(
            asker,
            lambda desk: perform(
                desk,
                self._who(),
                name,
                numbers,
                values,
                now=self.now(),
                versions=versions,
                dry_run=dry_run,
                batch=batch,
                words=words,
            ),
            then,
            failed,
        )

    def write(
        self,
        asker: MessagePump,
        deed: Callable[[Desk, Actor, datetime], Result],
        then: Callable[[Result], object],
        failed: Failed,
    ) -> None:
        """Write something that is no action on tickets, as a saved view."""
        self._writing.ask(asker, lambda desk: deed(desk, self._who(), self.now()), then, failed)

    def keep(
        self,
        asker: MessagePump,
        deed: Callable[[Desk, Actor, datetime], None],
        then: Callable[[None], object],
        failed: Failed,
    ) -> None:
        """Write what must not be lost: while the console ends, a store that is locked is asked until it answers."""

        def work(desk: Desk) -> None:
            while True:
                try:
                    return deed(desk, self._who(), self.now())
                except Unavailable:
                    if time.monotonic() >= self._ends_at:
                        raise
                    time.sleep(0.05)

        self._writing.ask(asker, work, then, failed)

    def create(
        self,
        asker: MessagePump,
        values: Mapping[str, object],
        then: Callable[[TicketOutcome], object],
        failed: Failed,
        *,
        words: Kept | None = None,
    ) -> None:
        """Open a ticket by hand."""
        from sdesk.actions.perform import create

        self._writing.ask(
            asker, lambda desk: create(desk, self._who(), values, now=self.now(), words=words), then, failed
        )

    def save_draft(
        self,
        asker: MessagePump,
        number: int,
        direction: Direction,
        text: str | None,
        failed: Failed,
        *,
        beside: Mapping[str, Any] | None = None,
        session: str = "",
        seen: str | None = None,
        kept: Callable[[None], object] = lambda nothing: None,
    ) -> None:
        """Keep an unsent text with what is chosen beside it; None forgets it. Conflict as in `desk/personal`."""
        from sdesk.actions.personal import save_draft

        self._writing.ask(
            asker,
            lambda desk: save_draft(
                desk,
                self._who(),
                number,
                direction,
                text,
                now=self.now(),
                beside=beside,
                session=session,
                seen=seen,
            ),
            kept,
            failed,
        )

    def save_form(
        self,
        asker: MessagePump,
        kept: KeptForm,
        words: Mapping[str, str],
        then: Callable[[None], object],
        failed: Failed,
    ) -> None:
        """Keep what stands in the fields of a form that is open; nothing forgets it."""
        from sdesk.actions.personal import save_form

        self._writing.ask(
            asker,
            lambda desk: save_form(desk, self._who(), kept, words, now=self.now(), is_open=True),
            then,
            failed,
        )

    def be_at(
        self, asker: MessagePump, number: int | None, doing: Doing, failed: Failed, *, seconds: float | None = None
    ) -> None:
        """Let others see which ticket the agent is at, for the next while or `seconds`; None: at none any more."""
        from sdesk.actions.personal import be_at

        self._writing.ask(
            asker,
            lambda desk: be_at(desk, self._who(), number, doing, now=self.now(), seconds=seconds),
            lambda nothing: None,
            failed,
        )

    def ready_replies(
        self, asker: MessagePump, number: int, then: Callable[[tuple[ReadyText, ...]], object], failed: Failed
    ) -> None:
        """The ready replies for a ticket, filled in. The desk has them: they are made as mails are."""
        from sdesk.actions.personal import ready_replies

        self._writing.ask(
            asker, lambda desk: ready_replies(desk, self._who(), number, now=self.now()), then, failed, topic="ready"
        )

    def mark_seen(self, asker: MessagePump, numbers: Sequence[int], failed: Failed) -> None:
        """Say that the agent has looked at these tickets."""
        from sdesk.actions.perform import mark_seen

        def work(desk: Desk) -> None:
            mark_seen(desk, self._who(), numbers, now=self.now())
            self._marks += 1

        self._writing.ask(asker, work, lambda nothing: None, failed)

    def _who(self) -> Actor:
        if self._actor is None:
            # Nothing can be acted on before something was read; still, never act as nobody.
            with Reader(self.path) as reader:
                self._actor = reader.actor(self.login)
        return self._actor

    def _open_reader(self) -> Reader:
        reader = Reader(self.path)
        self._version = reader.data_version()
        self._stand = reader.last_change(), self._marks
        return reader

    def _open_desk(self) -> Desk:
        from sdesk.desk.opening import open_desk  # SQLModel comes with it: not before the first paint

        return open_desk(self.path, busy_seconds=WRITE_SECONDS)

    def _poll(self, reader: Reader) -> None:
        """Say so where something changed that is shown. A draft is kept every few seconds, and changes nothing."""
        version, marks = reader.data_version(), self._marks
        if version != self._version or self._company is None or self._company.present:
            # Who is killed says no good-bye: that runs out without anybody writing.
            self._look_around(reader)
        if version == self._version and self._stand is not None and self._stand[1] == marks:
            return
        self._version = version
        stand = reader.last_change(), marks
        if stand != self._stand:
            self._stand = stand
            reader.refresh()
            self._changed()

    def _look_around(self, reader: Reader) -> None:
        if self._actor is None:
            return  # before the first question nothing is shown either
        company = Company(reader.presence(self._actor, now=self.now()), reader.drafts(self._actor))
        if company != self._company:
            self._company = company
            self._met(company)
