"""Doing what changes tickets, from the list and from the ticket alike: perform, and say what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sdesk.domain.errors import Refused, SdeskError
from sdesk.domain.instant import Day, from_rfc3339, parse_instant, parse_until
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import shown
from sdesk.tui.language import _, count_of, told, told_error
from sdesk.tui.render.conversation import MOST_LETTERS
from sdesk.tui.render.signals import clock_text, end_text
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.way_back import WayBack
from sdesk.tui.widgets.preview import Preview

if TYPE_CHECKING:
    from sdesk.actions.perform import TicketOutcome
    from sdesk.actions.personal import Kept
    from sdesk.store.reader.detail_rows import TicketDetail
    from sdesk.tui.screens.dialog import Dialog
    from sdesk.tui.screens.form import Form, Values


ANSWER_WAITS = 10
"""Seconds until an answer goes."""


OUT_OF_HANDS = frozenset({"assign", "close", "wait"})
"""Actions that take a ticket out of the hands of who has it; to take it asks by itself."""


class Possible(tuple[TicketRow, ...]):
    """The chosen tickets for which an action is possible; of the others, the reference and why not."""

    left_out: tuple[tuple[str, str], ...]

    def __new__(cls, rows: Iterable[TicketRow], left_out: Iterable[tuple[str, str]] = ()) -> Possible:
        made = super().__new__(cls, rows)
        made.left_out = tuple(left_out)
        return made


class DoingScreen(DeskScreen):
    """A screen with tickets to work on."""

    preview: Preview

    def deed_done(self, numbers: Sequence[int]) -> None:
        """Tickets were changed from here: read them again."""
        raise NotImplementedError

    def changed_by(self, batch: str, outcomes: Sequence[TicketOutcome], rows: Sequence[TicketRow]) -> None:
        """What was done under the name of `batch` came to this."""
        self.console.touched(outcomes, rows)

    def _why_not(self, verb: str, rows: Sequence[TicketRow]) -> str | None:
        ground = self.console.ground
        if ground is None:
            return _("the store is not open yet")
        reasons = [self.console.reason(verb, row, ground.actor) for row in rows]
        return None if None in reasons else reasons[0]

    def _possible(self, verb: str) -> tuple[TicketRow, ...]:
        """What was chosen and the action is possible for; where that is none of it, the reason is said."""
        rows, ground = self.chosen(), self.console.ground
        why = self._why_not(verb, rows) if rows else _("There is no ticket here")
        if why is not None or ground is None:
            self.console.notice(f"{named(rows)}: {told(why or '')}" if rows else why or "", "error")
            return ()
        reasons = [(row, self.console.reason(verb, row, ground.actor)) for row in rows]
        return Possible(
            (row for row, reason in reasons if reason is None),
            ((row.ref, told(reason)) for row, reason in reasons if reason is not None),
        )

    def _only(self, verb: str, what: str) -> tuple[TicketRow, ...]:
        """The one ticket of an action that is about one; `what` says that, where several are marked."""
        chosen = self.chosen()
        if len(chosen) > 1:
            marked = count_of("{count} ticket is marked", "{count} tickets are marked", len(chosen))
            self.console.notice(f"{what}: {marked}", "error")
            return ()
        return self._possible(verb)

    def _ask(self, form: Form, verb: str, rows: tuple[TicketRow, ...], *, kept_as: str = "") -> None:
        """Ask with a form, and do what it says; it stays until that is done, and its words are kept if it is left.

        `kept_as`: under which name, where a verb has several forms.
        """

        def key(rows: Iterable[TicketRow]) -> str:
            return f"{kept_as or verb} {' '.join(map(str, sorted(row.number for row in rows)))}"

        form.keep_as(key(rows), named(rows))

        def refused(error: SdeskError) -> None:
            if form.is_attached:
                form.refused(self._said(error), error.about)
            else:
                self.console.notice(self._said(error), "error")  # it was left meanwhile; its words are kept

        def submit(values: Values) -> None:
            typed = form.changed

            def partly(left: tuple[TicketRow, ...]) -> str:
                return form.keep_for(key(left), named(left), ", ".join(row.ref for row in left), typed)

            self._perform(verb, rows, values, succeeded=form.done, partly=partly, refused=refused, words=form.kept)

        form.submit = submit
        self.app.push_screen(form)

    def _read_ticket(self, asker: Dialog[Any], row: TicketRow, then: Callable[[TicketDetail], object]) -> None:
        """Read a ticket, for a dialog that is open already and shows more of it than the list knows."""
        now = self.console.now()
        self.console.link.read(
            asker,
            lambda reader, actor: reader.ticket(actor, row.number, now=now, longest=MOST_LETTERS),
            then,
            self.console.notice_error,
        )

    def _said(self, error: SdeskError) -> str:
        return in_local_time(told_error(error), self.console.now(), self.console.zone)

    def _instant(self, text: str) -> datetime:
        """An instant as people write it, ahead of now where that is open. BadInput."""
        return parse_instant(text, now=self.console.now(), zone=self.console.zone)

    def _end(self, text: str) -> datetime | Day:
        """Until when something lasts: an instant, or a day alone. BadInput."""
        return parse_until(text, now=self.console.now(), zone=self.console.zone)

    def _past_instant(self, text: str) -> datetime:
        """The same, behind now: since when, until when. BadInput."""
        return parse_instant(text, now=self.console.now(), zone=self.console.zone, past=True)

    def _clock(self, at: datetime | Day) -> str:
        return end_text(at, self.console.now(), self.console.zone)

    def _how_undone(self, *, answered: bool) -> WayBack:
        """The end of a notice: which key undoes it, and how long that of an answer does."""
        key = shown(self.console.settings.keys.get("undo", "u").partition(",")[0].strip())
        return WayBack(key, ANSWER_WAITS if answered else 0)

    def _hands(self, rows: Sequence[TicketRow]) -> str:
        """The colleagues who have some of these."""
        others = (one_line(row.assignee or "") for row in rows if row.assignee not in (None, self.console.link.login))
        return ", ".join(dict.fromkeys(others))

    def _perform(
        self,
        verb: str,
        rows: tuple[TicketRow, ...],
        values: Mapping[str, object],
        *,
        succeeded: Callable[[], object] | None = None,
        partly: Callable[[tuple[TicketRow, ...]], str] | None = None,
        refused: Callable[[SdeskError], object] | None = None,
        words: Kept | None = None,
        asked: bool = False,
    ) -> None:
        """Do it and say what came of it; `succeeded` is told if anything was done, `refused` if nothing was.

        `partly` is told of which tickets it was not done, where of others it was, and gives what to say of that.
        `words`: where those of the action are kept until it is done. Where it is about many, or takes tickets out of
        the hands of colleagues, it is asked first, unless it was (`asked`).
        """
        from sdesk.actions.perform import new_batch
        from sdesk.tui.verbs.many import MANY, question_of

        others = self._hands(rows) if verb in OUT_OF_HANDS else ""
        if (len(rows) > MANY or others) and not asked:
            now, zone = self.console.now(), self.console.zone
            what, lines = named(rows), subjects(rows)
            if others and len(rows) == 1:
                what = _("{tickets} of {whom}").format(tickets=what, whom=others)
            elif others:
                lines = [*lines, "", _("Some are in the hands of {whom}.").format(whom=others)]

            def answered(yes: bool | None) -> None:
                if yes:
                    self._perform(
                        verb,
                        rows,
                        values,
                        succeeded=succeeded,
                        partly=partly,
                        refused=refused,
                        words=words,
                        asked=True,
                    )
                elif refused is not None:
                    refused(Refused(_("Nothing was done")))

            self.app.push_screen(question_of(verb, what, values, lines, now, zone), answered)
            return
        batch = new_batch()

        def done(outcomes: tuple[TicketOutcome, ...]) -> None:
            self.changed_by(batch, outcomes, rows)
            errors = [outcome.error for outcome in outcomes if outcome.error is not None]
            if len(errors) == len(outcomes) and errors and refused is not None:
                refused(errors[0])
                return
            text, kind = report(outcomes, {row.number: row.ref for row in rows})
            if errors and partly is not None:
                failed = {outcome.number for outcome in outcomes if outcome.error is not None}
                text += partly(tuple(row for row in rows if row.number in failed))
            text += left_out(rows)
            back = None
            if any(outcome.error is None and outcome.can_be_undone for outcome in outcomes):
                said = verb in {"reply", "forward"} or (values.get("text") and verb in {"wait", "close"})
                back = self._how_undone(answered=bool(said))
            text = in_local_time(text, self.console.now(), self.console.zone)
            self.console.notice(text, kind, way_back=back)
            if succeeded is not None and len(errors) < len(outcomes):
                succeeded()
            self.deed_done([row.number for row in rows])

        if "text" in values:
            self.preview.follow()
        self.console.link.perform(
            self,
            verb,
            [row.number for row in rows],
            values,
            self.console.versions(rows),
            done,
            refused or self.console.notice_error,
            batch=batch,
            words=words,
        )


if TYPE_CHECKING:
    Verbs = DoingScreen
else:

    class Verbs:
        """Some verbs of a `DoingScreen`, which `WorkScreen` puts together. They are no widget themselves, as only the
        type checker takes them for: Textual prepares every class of widget for most of a millisecond (measured)."""


def named(rows: Sequence[TicketRow]) -> str:
    """What an action is about, for its title: the reference, or how many, and how many marked ones are left out."""
    out = len(rows.left_out) if isinstance(rows, Possible) else 0
    what = rows[0].ref if len(rows) == 1 else count_of("{count} ticket", "{count} tickets", len(rows))
    return f"{what} ({count_of('{count} left out', '{count} left out', out)})" if out else what


SUBJECTS = 6
"""How many tickets a question shows by their subjects."""


def subjects(rows: Sequence[TicketRow]) -> list[str]:
    """The tickets of a question, a line each: one sees what it is about."""
    lines = [f"{row.ref}  {one_line(row.subject)}" for row in rows[:SUBJECTS]]
    more = len(rows) - SUBJECTS
    return [*lines, count_of("and {count} more", "and {count} more", more)] if more > 0 else lines


def left_out(rows: Sequence[TicketRow]) -> str:
    """The end of a notice: which marked tickets an action left out, and why; empty where none."""
    if not isinstance(rows, Possible) or not rows.left_out:
        return ""
    by_reason: dict[str, list[str]] = {}
    for ref, reason in rows.left_out:
        by_reason.setdefault(reason, []).append(ref)
    told_of = "; ".join(f"{', '.join(refs)} ({reason})" for reason, refs in by_reason.items())
    return _(". Left out: {tickets}").format(tickets=told_of)


def _less_its_reference(outcome: TicketOutcome) -> str:
    """What stands behind the reference: `waits for a supplier`, which of several is said behind a colon."""
    return one_line(told(outcome.sentence)).removeprefix(outcome.ref).lstrip(": ")


def report(outcomes: Sequence[TicketOutcome], refs_by_number: Mapping[int, str]) -> tuple[str, str]:
    """What came of an action, and the kind of notice: every ticket that failed is named."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    done = [outcome for outcome in outcomes if outcome.error is None]
    if failed and len(outcomes) == 1:
        return told_error(failed[0].error), "error"
    if failed:
        refs = ", ".join(refs_by_number.get(outcome.number, outcome.ref) for outcome in failed)
        words = _("{done} done, {refused} refused ({tickets}): {why}")
        why = told_error(failed[0].error)
        return words.format(done=len(done), refused=len(failed), tickets=refs, why=why), "error"
    if not done:
        return _("Nothing to do"), "good"
    warnings = "; ".join(dict.fromkeys(told(outcome.warning) for outcome in done if outcome.warning))
    warning = _(". But {warning}").format(warning=warnings) if warnings else ""
    first = one_line(told(done[0].sentence))
    if len(done) == 1:
        return f"{first}{warning}", "good"
    # Mostly the same was done to all: it is said once, by the sentence of one, less its reference.
    whats = dict.fromkeys(_less_its_reference(each) for each in done)
    tickets = count_of("{count} ticket", "{count} tickets", len(done))
    if len(whats) == 1:
        return f"{tickets}: {next(iter(whats))}{warning}", "good"
    words = _("{tickets} done: {first}, and so on").format(tickets=tickets, first=first)
    return f"{words}{warning}", "good"


_INSTANT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"


def in_local_time(sentence: str, now: datetime, zone: ZoneInfo) -> str:
    """A sentence of the desk, whose instants are RFC 3339 in UTC, with them as the desk's clock shows them."""
    return re.sub(
        _INSTANT,
        lambda found: clock_text(from_rfc3339(found.group()).astimezone(zone), now.astimezone(zone)),
        sentence,
    )
