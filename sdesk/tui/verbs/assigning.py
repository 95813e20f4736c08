"""Whose it is, and what it is about: take, assign, service, priority, status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.duration import format_working
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Priority
from sdesk.store.reader.rows import AgentRow, ServiceRow, TeamRow
from sdesk.tui.render.signals import clock_text
from sdesk.tui.screens.ask import Ask
from sdesk.tui.screens.choose import Choice, Choose
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.verbs.doing import DoingScreen, named


class Assigning(DoingScreen):
    """Hands tickets on and sorts them."""

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
