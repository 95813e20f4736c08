"""Whose it is, and what it is about: take, assign, service, status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sdesk.domain.safe_text import one_line
from sdesk.tui.language import N_, _
from sdesk.tui.render.signals import clock_text
from sdesk.tui.render.words import length_text, word
from sdesk.tui.verbs.doing import Verbs, named, subjects

if TYPE_CHECKING:
    from sdesk.store.reader.organisation_rows import AgentRow, ServiceRow, TeamRow
    from sdesk.tui.screens.choose import Choice


class Assigning(Verbs):
    """Hands tickets on and sorts them."""

    def action_take(self) -> None:
        """Take it; asks first where somebody else has it."""
        from sdesk.tui.screens.dialog import Confirm

        if not (rows := self._possible("take")):
            return
        others = [row for row in rows if row.assignee not in (None, self.console.link.login)]
        if not others:
            self._perform("take", rows, {})
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._perform("take", rows, {}, asked=True)

        whom = ", ".join(dict.fromkeys(one_line(row.assignee or "") for row in others))
        question = _("Take {tickets} from {whom}?").format(tickets=named(others), whom=whom)
        self.app.push_screen(Confirm(question, _("Take"), subjects(others)), confirmed)

    def action_assign(self) -> None:
        """Give it to an agent or a team."""
        from sdesk.tui.screens.choose import Choose

        if not (rows := self._possible("assign")):
            return
        dialog = Choose(_("Assign {tickets} to").format(tickets=named(rows)), (), widths=(16, 28))
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
        from sdesk.tui.screens.choose import Choose

        if not (rows := self._possible("service")):
            return
        # What follows for one ticket depends on what stands at its unit; for several there is no one answer.
        one = rows[0].number if len(rows) == 1 else None
        dialog = Choose(_("Service of {tickets}").format(tickets=named(rows)), (), widths=(24, 12, 3, 11))

        def chosen(key: str | None) -> None:
            if key is not None:
                self._perform("service", rows, {"service": key})

        self.app.push_screen(dialog, chosen)
        self.console.link.read(
            dialog, lambda reader, actor: services(reader.services(actor, one)), dialog.fill, self.console.notice_error
        )

    def action_status(self) -> None:
        """Choose among the moves that are possible now."""
        from sdesk.tui.screens.choose import Choice, Choose

        rows = self.chosen()
        if not rows:
            self.console.notice(_("There is no ticket here"), "error")
            return
        choices = [Choice(command, (_(words),), self._why_not(verb, rows)) for command, verb, words in MOVES]

        def chosen(command: str | None) -> None:
            if command == "back_to_team":
                self._perform("assign", rows, {"to": "none"})
            elif command is not None:
                getattr(self, f"action_{command}")()

        stand = ", ".join(dict.fromkeys(word(row.status) for row in rows))
        title = _("Status of {tickets}: now {status}").format(tickets=named(rows), status=stand)
        self.app.push_screen(Choose(title, choices), chosen)


MOVES = (
    ("take", "take", N_("open: take it")),
    ("back_to_team", "assign", N_("new: back to the team, assigned to nobody")),
    ("wait", "wait", N_("waiting...")),
    ("close", "close", N_("resolved...")),
    ("reopen", "reopen", N_("open again...")),
    ("merge", "merge", N_("merged into another...")),
    ("spam", "spam", N_("spam...")),
    ("confirm", "confirm", N_("outage confirmed: its loss counts...")),
    ("restored", "restored", N_("restored: the outage is over, the ticket stays...")),
    ("visit", "visit", N_("a visit is agreed, or called off...")),
)
"""The moves of the status menu: command, action of the registry, words."""


def assignees(
    agents: Sequence[AgentRow], teams: Sequence[TeamRow], now: datetime, zone: ZoneInfo
) -> tuple[Choice, ...]:
    """Whom a ticket can be given to: me, nobody, agents (of who is away, until when), teams."""
    from sdesk.tui.screens.choose import Choice

    of_teams = {team.key: team.name for team in teams}
    return (
        Choice("me", ("me", _("yourself"), "")),
        Choice("none", ("none", _("nobody: back to the team"), "")),
        *(Choice(each.login, (each.login, each.name, _whereabouts(each, now, zone))) for each in agents),
        *(Choice(f"team:{key}", (f"team:{key}", name, _("team"))) for key, name in of_teams.items()),
    )


def _whereabouts(agent: AgentRow, now: datetime, zone: ZoneInfo) -> str:
    if agent.away_from is not None and agent.away_until is not None and agent.away_from <= now:
        until = clock_text(agent.away_until.astimezone(zone), now.astimezone(zone))
        return _("away until {until}").format(until=until)
    return ", ".join(agent.teams)


def services(rows: Sequence[ServiceRow]) -> tuple[Choice, ...]:
    """The catalogue, with what would follow: priority, team, resolution target in working time."""
    from sdesk.tui.screens.choose import Choice

    return tuple(
        Choice(
            row.key,
            (
                row.name,
                row.key,
                row.priority.value,
                row.team,
                _resolution(row),
            ),
        )
        for row in rows
    )


def _resolution(row: ServiceRow) -> str:
    if not row.resolution_target:
        return _("no target")
    return _("resolve in {time}").format(time=length_text(row.resolution_target))
