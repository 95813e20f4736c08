"""The draft of what is written: kept while one writes, found again, never put over newer words of another terminal."""

from __future__ import annotations

import secrets

from sdesk.actions.personal import KeptDraft
from sdesk.domain.beside import Beside, beside_of
from sdesk.domain.errors import Conflict, SdeskError
from sdesk.domain.ticket import Direction
from sdesk.store.reader.personal_rows import DraftRow
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import _
from sdesk.tui.left import LeftDraft
from sdesk.tui.render.signals import clock_text
from sdesk.tui.screens.compose_form import ComposeForm
from sdesk.tui.unkept import SAVE_SECONDS


class KeptCompose(ComposeForm):
    """An editor whose words outlive it."""

    def __init__(self, row: TicketRow, direction: Direction) -> None:
        super().__init__(row, direction)
        self.keeps_draft = False
        """Whether it was left with words that are kept."""
        self.kept = KeptDraft(secrets.token_hex(6), direction)
        """By which the store knows the words of this editor from those of another terminal."""
        self._saved: tuple[str, Beside] = ("", Beside())
        self._is_kept = False
        """Whether the store has a draft that this editor knows of."""
        self._restored = False
        self._theirs: DraftRow | None = None
        """The draft as another terminal has written on it."""
        self._answered: tuple[str, Beside] = ("", Beside())
        """What the store is known to have."""
        self._held: LeftDraft | None = None
        """What an editor of this ticket was left with before, and the store did not have when this one was opened."""
        self._was_left = False

    @property
    def key(self) -> tuple[int, Direction]:
        """By which its words are known while the store does not have them."""
        return self.number, self._direction

    def on_mount(self) -> None:
        self.set_interval(SAVE_SECONDS, self.keep_draft)

    def restore_draft(self, draft: DraftRow | None, first: Beside) -> str:
        """Put the kept words before what was typed meanwhile; gives what to say of it. `first`: without a draft."""
        area, said = self._area, ""
        if self._held is not None:
            return self._restore_held(self._held)
        kept = beside_of(draft.beside) if draft is not None else first
        self.fill(kept)
        if draft is not None:
            area.load_text(draft.text + area.text)
            area.move_cursor(area.document.end)
            self.kept.seen, self._is_kept = draft.stamp, True
            said = _("draft of {when} restored").format(when=self._when(draft))
        # What was typed and chosen before the draft was here is not kept yet.
        self._saved = self._answered = (draft.text if draft is not None else "", kept)
        self._restored = True
        return said

    def find_held(self) -> None:
        """Look for words that wait for the store; before the draft is read, which is older."""
        left = self.console.unkept.find(self.key)
        self._held = left if isinstance(left, LeftDraft) else None

    def _restore_held(self, left: LeftDraft) -> str:
        """Go on with words that the store would not take, in their own name: they may get there meanwhile."""
        self.console.unkept.take(self.key)
        self.fill(left.beside)
        self._area.load_text((left.text or "") + self._area.text)
        self._area.move_cursor(self._area.document.end)
        self.kept, self._is_kept, self._restored = left.words, True, True
        self.keep_draft()
        return _("what you wrote is here; the store does not have it yet")

    def _when(self, draft: DraftRow) -> str:
        zone = self.console.zone
        return clock_text(draft.updated_at.astimezone(zone), self.console.now().astimezone(zone))

    def keep_draft(self) -> None:
        """Keep what was written if it is new; never before the kept draft was read, which would be lost."""
        words = (self.text, self.beside)
        going = self._area.read_only
        if self._restored and words != self._saved and self._theirs is None and not going:
            self._saved = words
            self._keep()

    def _keep(self) -> None:
        text, beside = self._saved
        empty = not text.strip() and not beside.files
        if empty and not self._is_kept:
            return
        self._is_kept = not empty
        self._store(None if empty else text, beside)

    def leave_draft(self) -> None:
        """The editor goes: what the store has not answered for is the console's to keep."""
        self.join()
        words = text, beside = self.text, self.beside
        if not self._restored:
            # The draft, which was never read here, stays before these words.
            if not text.strip():
                return
        elif words == self._answered or not (text.strip() or beside.files or self._is_kept):
            return
        self._was_left = True
        kept = text if text.strip() or beside.files else None
        self.console.unkept.hold(
            LeftDraft(key=self.key, ref=self._row.ref, text=kept, words=self.kept, number=self.number, beside=beside)
        )

    def _store(self, text: str | None, beside: Beside) -> None:
        words = self._saved

        def kept(nothing: None) -> None:
            self._answered = words

        self.console.link.save_draft(
            self.app,
            self.number,
            self._direction,
            text,
            self._not_kept,
            beside=beside.kept(),
            session=self.kept.session,
            seen=self.kept.seen,
            kept=kept,
        )

    def _not_kept(self, error: SdeskError) -> None:
        if self._was_left:
            return  # the console has the words
        if not isinstance(error, Conflict):
            self._saved = ("", Beside())  # tried again with the next beat
            self.console.notice_error(error)
            return
        self.console.link.read(
            self.app,
            lambda reader, actor: reader.draft(actor, self.number, self._direction),
            self._parted,
            self.console.notice_error,
        )

    def _parted(self, theirs: DraftRow | None) -> None:
        """Another terminal went on with the draft: both are kept, one below the other, at the latest on leaving."""
        if self._was_left or not self.is_attached:
            return
        if theirs is None:
            # Sent or discarded there: these are words of their own, unless they are on their way by now.
            self.kept.seen, self._saved = None, ("", Beside())
            self.keep_draft()
        else:
            self._theirs = theirs
            words = _("Another terminal has written on this draft ({when}): Ctrl+T joins both, and so does leaving")
            self.complain(words.format(when=self._when(theirs)))

    @property
    def is_parted(self) -> bool:
        """Whether another terminal has newer words of the draft."""
        return self._theirs is not None

    def join(self) -> None:
        """Put the other terminal's words before these."""
        if self._theirs is not None:
            theirs, self._theirs = self._theirs, None
            area = self._area
            area.load_text(f"{theirs.text}\n\n{area.text}")
            area.move_cursor(area.document.end)
            both = self.beside.joined(beside_of(theirs.beside))
            self._cc.value = both.cc
            self.fill(both)
            self.complain("")
            self.kept.seen = theirs.stamp
            self.keep_draft()

    def forget_draft(self) -> None:
        """The words are not wanted."""
        self._restored = False
        if self._is_kept:
            self._is_kept = False
            # Newer words of another terminal stay: a Conflict is what is wanted here.
            self.console.link.save_draft(
                self.app,
                self.number,
                self._direction,
                None,
                lambda error: None if isinstance(error, Conflict) else self.console.notice_error(error),
                session=self.kept.session,
                seen=self.kept.seen,
            )
