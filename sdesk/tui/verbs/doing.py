"""Doing what changes tickets, from the list and from the ticket alike: perform, and say what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.actions.perform import TicketOutcome
from sdesk.domain.errors import SdeskError
from sdesk.domain.instant import from_rfc3339
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.render.signals import clock_text
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.widgets.preview import Preview


class DoingScreen(DeskScreen):
    """A screen with tickets to work on."""

    preview: Preview

    def deed_done(self, numbers: Sequence[int]) -> None:
        """Tickets were changed from here: read them again."""
        raise NotImplementedError

    def _why_not(self, verb: str, rows: Sequence[TicketRow]) -> str | None:
        ground = self.console.ground
        if ground is None:
            return "the store is not open yet"
        reasons = [self.console.reason(verb, row, ground.actor) for row in rows]
        return None if None in reasons else reasons[0]

    def _possible(self, verb: str) -> tuple[TicketRow, ...]:
        """What was chosen, if the action is possible for any of it; else the reason is said and nothing given."""
        rows = self.chosen()
        why = self._why_not(verb, rows) if rows else "There is no ticket here"
        if why is not None:
            self.console.notice(f"{named(rows)}: {why}" if rows else why, "error")
            return ()
        return rows

    def _perform(
        self,
        verb: str,
        rows: tuple[TicketRow, ...],
        values: Mapping[str, object],
        *,
        succeeded: Callable[[], object] | None = None,
        refused: Callable[[SdeskError], object] | None = None,
    ) -> None:
        """Do it and say what came of it; `refused` is told instead, where there is one ticket and it was refused."""

        def done(outcomes: tuple[TicketOutcome, ...]) -> None:
            self.console.touched(outcomes, rows)
            errors = [outcome.error for outcome in outcomes if outcome.error is not None]
            if errors and refused is not None:
                refused(errors[0])
                return
            text, kind = report(outcomes, {row.number: row.ref for row in rows})
            if not errors and (verb == "reply" or (values.get("text") and verb in {"wait", "close"})):
                text += ON_ITS_WAY
            self.console.notice(in_local_time(text, self.console.now(), self.console.zone), kind)
            if succeeded is not None and not errors:
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
        )


ON_ITS_WAY = ": u takes it back within ten seconds"
"""Said after an answer, while it waits in the outbox."""


def named(rows: Sequence[TicketRow]) -> str:
    """What an action is about, for its title: the reference, or how many."""
    return rows[0].ref if len(rows) == 1 else f"{len(rows)} tickets"


def report(outcomes: Sequence[TicketOutcome], refs_by_number: Mapping[int, str]) -> tuple[str, str]:
    """What came of an action, and the kind of notice: every ticket that failed is named."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    done = [outcome for outcome in outcomes if outcome.error is None]
    if not failed:
        if len(done) == 1:
            warning = f". But {done[0].warning}" if done[0].warning else ""
            return f"{done[0].sentence}{warning}", "good"
        # What was done is the same for all: the sentence of one, less its reference.
        what = one_line(done[0].sentence).removeprefix(done[0].ref).strip() if done else ""
        return f"{len(done)} tickets {what}" if done else "Nothing to do", "good"
    if len(outcomes) == 1:
        return str(failed[0].error), "error"
    refs = ", ".join(refs_by_number.get(outcome.number, outcome.ref) for outcome in failed)
    return f"{len(done)} done, {len(failed)} refused ({refs}): {failed[0].error}", "error"


_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def in_local_time(sentence: str, now: datetime, zone: ZoneInfo) -> str:
    """A sentence of the desk, whose instants are RFC 3339 in UTC, with them as the desk's clock shows them."""
    return _INSTANT.sub(
        lambda found: clock_text(from_rfc3339(found.group()).astimezone(zone), now.astimezone(zone)), sentence
    )
