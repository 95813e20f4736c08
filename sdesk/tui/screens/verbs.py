"""What changes tickets, from the list and from the ticket alike: ask what is needed, perform, say what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.actions.perform import TicketOutcome
from sdesk.domain.actor import Actor
from sdesk.domain.duration import format_working
from sdesk.domain.errors import Conflict, SdeskError
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
from sdesk.tui.widgets.preview import Preview


class WorkScreen(DeskScreen):
    """A screen with tickets to work on."""

    preview: Preview

    def deed_done(self, numbers: Sequence[int]) -> None:
        """Tickets were changed from here: read them again."""
        raise NotImplementedError

    # ---- the commands ---------------------------------------------------------------------------

    def action_take(self) -> None:
        """Take it; asks first where somebody else has it."""
        if not (rows := self._possible("take")):
            return
        others = [row for row in rows if row.assignee not in (None, self.console.link.login)]
        if not others:
            self._perform("take", rows, {})
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._perform("take", rows, {})

        whom = ", ".join(dict.fromkeys(one_line(row.assignee or "") for row in others))
        self.app.push_screen(Confirm(f"Take {named(others)} from {whom}?", "Take"), confirmed)

    def action_assign(self) -> None:
        """Give it to an agent or a team."""
        if not (rows := self._possible("assign")):
            return
        dialog = Choose(f"Assign {named(rows)} to", (), widths=(16, 28))
        now, zone = self.console.now(), self.console.zone

        def chosen(to: str | None) -> None:
            if to is not None:
                self._perform("assign", rows, {"to": to})

        self.app.push_screen(dialog, chosen)
        self.console.link.read(
            dialog,
            lambda reader, actor: assignees(reader.agents(now=now), reader.teams(actor), now, zone),
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

    def action_take_back(self) -> None:
        """Take an answer back before it goes."""
        if rows := self._possible("take_back"):
            self._perform("take_back", rows, {})

    def action_wait(self) -> None:
        """Wait for somebody or something."""
        if not (rows := self._possible("wait")):
            return
        now, zone = self.console.now, self.console.zone
        form = WaitForm(
            f"{named(rows)} waits",
            parse=lambda text: parse_instant(text, now=now(), zone=zone),
            shown=lambda at: clock_text(at.astimezone(zone), now().astimezone(zone)),
            text=self.console.unsent.get(_key("wait", rows), ""),
        )
        self._ask(form, "wait", rows)

    def action_close(self) -> None:
        """Close with a resolution."""
        if rows := self._possible("close"):
            form = CloseForm(f"Close {named(rows)}", text=self.console.unsent.get(_key("close", rows), ""))
            self._ask(form, "close", rows)

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
        key, unsent = _key(verb, rows), self.console.unsent

        def answered(values: dict[str, Any] | None) -> None:
            if form.text.strip():
                unsent[key] = form.text
            else:
                unsent.pop(key, None)
            if values is not None:
                self._perform(verb, rows, values, succeeded=lambda: unsent.pop(key, None))
            elif form.text.strip():
                self.console.notice(f"words about {named(rows)} kept until the console ends")

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
        seen = rows

        def save(text: str | None) -> None:
            link.save_draft(self.app, row.number, direction, text, self.console.notice_error)

        def left(nothing: None) -> None:
            if dialog.keeps_draft:
                self.console.notice(f"draft of {row.ref} kept")

        def ask(reader: Reader, actor: Actor) -> tuple[TicketDetail, Held, str | None]:
            now = self.console.now()
            detail = reader.ticket(actor, row.number, now=now)
            return detail, hold([detail.ticket], {}, now)[0], reader.draft(actor, row.number, direction)

        def look_again(answer: tuple[TicketDetail, Held, str | None]) -> None:
            nonlocal seen
            detail, held, _ = answer
            seen = (detail.ticket,)
            words = f"{row.ref} was changed meanwhile: look at it, then send again"
            dialog.show_read(detail, held)
            dialog.refused(words)
            self.console.notice(words)

        def refused(error: SdeskError) -> None:
            if isinstance(error, Conflict):
                link.read(self.app, ask, look_again, refused)
            else:
                dialog.refused(str(error))
                self.console.notice(str(error))

        def send(text: str) -> None:
            self._perform(verb, seen, {"text": text}, succeeded=lambda: dialog.sent(), refused=refused)

        dialog = Compose(row, direction, save, send, editor=editor)
        self.app.push_screen(dialog, left)
        link.read(dialog, ask, dialog.restore, self._draft_lost)

    def _draft_lost(self, error: SdeskError) -> None:
        self.console.notice(f"The draft could not be read: {error}", "error")

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


def _key(verb: str, rows: Sequence[TicketRow]) -> tuple[str, tuple[int, ...]]:
    """What kept words of a form belong to."""
    return verb, tuple(sorted(row.number for row in rows))


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


def assignees(
    agents: Sequence[AgentRow], teams: Sequence[TeamRow], now: datetime, zone: ZoneInfo
) -> tuple[Choice, ...]:
    """Whom a ticket can be given to: me, nobody, agents (of who is away, until when), teams."""
    of_teams = {team.key: team.name for team in teams}
    return (
        Choice("me", ("me", "yourself", "")),
        Choice("none", ("none", "nobody: back to the team", "")),
        *(Choice(each.login, (each.login, each.name, _whereabouts(each, now, zone))) for each in agents),
        *(Choice(f"team:{key}", (f"team:{key}", name, "team")) for key, name in of_teams.items()),
    )


def _whereabouts(agent: AgentRow, now: datetime, zone: ZoneInfo) -> str:
    if agent.away_from is not None and agent.away_until is not None and agent.away_from <= now:
        return f"away until {clock_text(agent.away_until.astimezone(zone), now.astimezone(zone))}"
    return ", ".join(agent.teams)


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
                f"resolve in {format_working(row.resolution_target)}" if row.resolution_target else "no target",
            ),
        )
        for row in rows
    )
