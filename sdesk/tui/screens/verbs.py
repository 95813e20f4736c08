"""What changes tickets, from the list and from the ticket alike: ask what is needed, perform, say what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.actions.perform import Outcome
from sdesk.domain.actor import Actor
from sdesk.domain.duration import format_duration
from sdesk.domain.errors import SdeskError
from sdesk.domain.instant import from_rfc3339, parse_instant
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Direction, Priority
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import AgentRow, ServiceRow, TeamRow, TicketDetail, TicketRow
from sdesk.tui.countdown import Held, hold
from sdesk.tui.screens.ask import Ask
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.screens.choose import Choice, Choose
from sdesk.tui.screens.compose import Compose
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.screens.forms import CloseForm, WaitForm
from sdesk.tui.signals import clock_text


class WorkScreen(DeskScreen):
    """A screen with tickets to work on."""

    def deed_done(self, numbers: Sequence[int]) -> None:
        """Tickets were changed from here: read them again."""
        raise NotImplementedError

    # ---- the commands ---------------------------------------------------------------------------

    def action_take(self) -> None:
        """Take it."""
        if rows := self._possible("take"):
            self._perform("take", rows, {})

    def action_assign(self) -> None:
        """Give it to an agent or a team."""
        if not (rows := self._possible("assign")):
            return
        dialog = Choose(f"Assign {named(rows)} to", (), widths=(16, 28))

        def chosen(to: str | None) -> None:
            if to is not None:
                self._perform("assign", rows, {"to": to})

        self.app.push_screen(dialog, chosen)
        self.console.link.read(
            dialog,
            lambda reader, actor: assignees(reader.agents(), reader.teams(actor)),
            dialog.fill,
            self.console.notice_error,
        )

    def action_service(self) -> None:
        """Set the service."""
        if not (rows := self._possible("service")):
            return
        dialog = Choose(f"Service of {named(rows)}", (), widths=(26, 14, 4, 14))

        def chosen(key: str | None) -> None:
            if key is not None:
                self._perform("service", rows, {"service": key})

        self.app.push_screen(dialog, chosen)
        self.console.link.read(
            dialog, lambda reader, actor: services(reader.services(actor)), dialog.fill, self.console.notice_error
        )

    def action_priority(self) -> None:
        """Override the priority, with a reason."""
        if not (rows := self._possible("priority")):
            return

        def reasoned(priority: str, reason: str | None) -> None:
            if reason is not None and reason.strip():
                self._perform("priority", rows, {"priority": priority, "reason": reason.strip()})
            elif reason is not None:
                self.console.notice("A priority is set with a reason", "error")

        def chosen(priority: str | None) -> None:
            if priority is not None:
                ask = Ask(f"Why is {named(rows)} {priority}?", placeholder="the reason, which is recorded")
                self.app.push_screen(ask, lambda reason: reasoned(priority, reason))

        choices = [Choice(each.value, (each.value,)) for each in Priority]
        self.app.push_screen(Choose(f"Priority of {named(rows)}", choices), chosen)

    def action_wait(self) -> None:
        """Wait for somebody or something."""
        if not (rows := self._possible("wait")):
            return
        now, zone = self.console.now, self.console.zone
        form = WaitForm(
            f"{named(rows)} waits",
            parse=lambda text: parse_instant(text, now=now(), zone=zone),
            shown=lambda at: clock_text(at.astimezone(zone), now().astimezone(zone)),
        )
        self._ask(form, "wait", rows)

    def action_close(self) -> None:
        """Close with a resolution."""
        if rows := self._possible("close"):
            self._ask(CloseForm(f"Close {named(rows)}"), "close", rows)

    def action_spam(self) -> None:
        """It is spam."""
        if not (rows := self._possible("spam")):
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._perform("spam", rows, {})

        self.app.push_screen(Confirm(f"Is {named(rows)} spam?", "Mark as spam"), confirmed)

    def action_status(self) -> None:
        """Choose among the moves that are possible now."""
        rows = self.chosen()
        if not rows:
            self.console.notice("There is no ticket here", "error")
            return
        moves = (
            ("take", "open: take it"),
            ("wait", "waiting..."),
            ("close", "resolved..."),
            ("reopen", "open again"),
            ("confirm", "outage confirmed: its loss counts"),
            ("restored", "restored: the outage is over, the ticket stays"),
            ("spam", "spam..."),
        )
        choices = [Choice(verb, (words,), self._why_not(verb, rows)) for verb, words in moves]

        def chosen(verb: str | None) -> None:
            if verb in {"reopen", "confirm", "restored"}:
                self._perform(verb, rows, {})
            elif verb is not None:
                getattr(self, f"action_{verb}")()

        self.app.push_screen(Choose(f"Status of {named(rows)}: now {rows[0].status.value}", choices), chosen)

    def action_reply(self) -> None:
        """Answer the requester."""
        self._write(Direction.OUT)

    def action_note(self) -> None:
        """Write an internal note."""
        self._write(Direction.NOTE)

    def action_editor(self) -> None:
        """Answer in $EDITOR; the text comes back for a last look before it is sent."""
        self._write(Direction.OUT, editor=True)

    # ---- how ------------------------------------------------------------------------------------

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

    def _ask(self, form: WaitForm | CloseForm, verb: str, rows: tuple[TicketRow, ...]) -> None:
        def answered(values: dict[str, Any] | None) -> None:
            if values is not None:
                self._perform(verb, rows, values)

        self.app.push_screen(form, answered)

    def _write(self, direction: Direction, *, editor: bool = False) -> None:
        verb = "note" if direction is Direction.NOTE else "reply"
        rows = self._possible(verb)
        if not rows:
            return
        if len(rows) > 1:
            self.console.notice(f"A {verb} is written to one ticket: {len(rows)} are marked", "error")
            return
        row, link = rows[0], self.console.link

        def save(text: str | None) -> None:
            link.save_draft(self.app, row.number, direction, text, self.console.notice_error)

        def written(text: str | None) -> None:
            if text is None:
                return
            # The draft is forgotten only when the words are safely elsewhere.
            self._perform(verb, rows, {"text": text}, succeeded=lambda: save(None))

        dialog = Compose(row, direction, save, editor=editor)
        self.app.push_screen(dialog, written)
        now = self.console.now()

        def ask(reader: Reader, actor: Actor) -> tuple[TicketDetail, Held, str | None]:
            detail = reader.ticket(actor, row.number, now=now)
            held = hold([detail.ticket], {}, now)[0]
            return detail, held, reader.draft(actor, row.number, direction)

        link.read(dialog, ask, dialog.restore, self._draft_lost)

    def _draft_lost(self, error: SdeskError) -> None:
        self.console.notice(f"The draft could not be read: {error}", "error")

    def _perform(
        self, verb: str, rows: tuple[TicketRow, ...], values: Mapping[str, object], *, succeeded: Any = None
    ) -> None:
        def done(outcomes: tuple[Outcome, ...]) -> None:
            self.console.touched(outcomes, rows)
            text, kind = report(outcomes, {row.number: row.ref for row in rows})
            self.console.notice(in_local_time(text, self.console.now(), self.console.zone), kind)
            if succeeded is not None and not any(outcome.error for outcome in outcomes):
                succeeded()
            self.deed_done([row.number for row in rows])

        self.console.link.perform(
            self,
            verb,
            [row.number for row in rows],
            values,
            self.console.versions(rows),
            done,
            self.console.notice_error,
        )


def named(rows: Sequence[TicketRow]) -> str:
    """What an action is about, for its title: the reference, or how many."""
    return rows[0].ref if len(rows) == 1 else f"{len(rows)} tickets"


def report(outcomes: Sequence[Outcome], refs_by_number: Mapping[int, str]) -> tuple[str, str]:
    """What came of an action, and the kind of notice: every ticket that failed is named."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    done = [outcome for outcome in outcomes if outcome.error is None]
    if not failed:
        if len(done) == 1:
            return done[0].sentence, "good"
        return f"{len(done)} tickets: {one_line(done[0].sentence)} ..." if done else "Nothing to do", "good"
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


def assignees(agents: Sequence[AgentRow], teams: Sequence[TeamRow]) -> tuple[Choice, ...]:
    """Whom a ticket can be given to: me, nobody, agents, teams."""
    of_teams = {team.key: team.name for team in teams}
    return (
        Choice("me", ("me", "yourself", "")),
        Choice("none", ("none", "nobody: back to the team", "")),
        *(Choice(each.login, (each.login, each.name, ", ".join(each.teams))) for each in agents),
        *(Choice(f"team:{key}", (f"team:{key}", name, "team")) for key, name in of_teams.items()),
    )


def services(rows: Sequence[ServiceRow]) -> tuple[Choice, ...]:
    """The catalogue, with what would follow: priority, team, resolution target in working time."""
    return tuple(
        Choice(
            row.key,
            (
                row.name,
                row.key,
                row.priority.value,
                row.team,
                f"resolve in {format_duration(row.resolution_target)}" if row.resolution_target else "no target",
            ),
        )
        for row in rows
    )
