"""Tickets that belong together: merge, link, incident, and messages that are a matter of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sdesk.domain.filter_fields import Flag
from sdesk.domain.filters import Filter, Match
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import OPEN_STATUSES, LinkKind
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import _
from sdesk.tui.render.words import word
from sdesk.tui.verbs.doing import Possible, Verbs, named, subjects

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import LinkRow, TicketDetail


class Belonging(Verbs):
    """Puts tickets together, and apart."""

    def action_link(self) -> None:
        """Choose how tickets belong together, or do not any more."""
        from sdesk.tui.screens.choose import Choice, Choose

        rows = self.chosen()
        if not rows:
            self.console.notice(_("There is no ticket here"), "error")
            return
        ways = (
            ("relate", "link", _("related to..."), _("they belong together, and no more than that")),
            ("join", "join", _("part of an incident..."), _("answered and resolved together")),
            ("merge", "merge", _("merge into..."), _("the other goes on alone")),
            ("split", "split", _("split off messages..."), _("they become a ticket of their own")),
            ("unlink", "unlink", _("related no more..."), _("takes a link away")),
            ("leave_incident", "leave", _("out of its incident"), _("it stands for itself again")),
        )
        choices = [Choice(way, (words, what), self._why_not(verb, rows)) for way, verb, words, what in ways]

        def chosen(way: str | None) -> None:
            if way is not None:
                getattr(self, f"action_{way}")()

        self.app.push_screen(Choose(_("{tickets}: link").format(tickets=named(rows)), choices, widths=(24,)), chosen)

    def action_relate(self) -> None:
        """Say that tickets belong together."""
        from sdesk.tui.screens.find_ticket import FindTicket

        if not (rows := self._possible("link")):
            return

        def chosen(to: str | None) -> None:
            if to is not None:
                self._perform("link", rows, {"to": int(to)})

        title = _("{tickets} related to").format(tickets=named(rows))
        self.app.push_screen(FindTicket(title, rows, leave_out=_numbers(rows)), chosen)

    def action_join(self) -> None:
        """Make tickets part of an incident."""
        from sdesk.tui.screens.find_ticket import FindTicket

        if not (rows := self._possible("join")):
            return

        def why_not(row: TicketRow) -> str | None:
            if row.status not in OPEN_STATUSES:
                return word(row.status)
            return _("is part of an incident itself") if row.incident is not None else None

        def chosen(incident: str | None) -> None:
            if incident is not None:
                parts = _others(rows, int(incident))
                self._perform("join", parts, {"incident": int(incident)})

        title = _("{tickets} part of the incident").format(tickets=named(rows))
        incidents = Filter((Match("is", (Flag.INCIDENT.value,)),))
        dialog = FindTicket(title, rows, near=_several(rows), prefer=incidents, leave_out=_one(rows), why_not=why_not)
        self.app.push_screen(dialog, chosen)

    def action_merge(self) -> None:
        """Put tickets into another, which goes on alone; one of the marked may be it."""
        from sdesk.tui.screens.dialog import Confirm
        from sdesk.tui.screens.find_ticket import FindTicket

        if not (rows := self._possible("merge")):
            return

        def why_not(row: TicketRow) -> str | None:
            return None if row.status in OPEN_STATUSES else word(row.status)

        def chosen(number: str | None) -> None:
            if number is None:
                return
            into = dialog.rows[int(number)]
            merged = _others(rows, into.number)

            def confirmed(yes: bool | None) -> None:
                if yes:
                    self._perform("merge", merged, {"into": into.number}, asked=True)

            question = _("Merge {tickets} into {ref}?").format(tickets=named(merged), ref=into.ref)
            lines = [
                *subjects(merged),
                "",
                _("into {ref}  {subject}").format(ref=into.ref, subject=one_line(into.subject)),
                *_requesters(merged, into),
                "",
                _("Its conversation, time and tags move there; mails that answer it arrive there."),
            ]
            self.app.push_screen(Confirm(question, _("Merge"), lines), confirmed)

        title = _("Merge {tickets} into").format(tickets=named(rows))
        dialog = FindTicket(title, rows, near=_several(rows), leave_out=_one(rows), why_not=why_not)
        self.app.push_screen(dialog, chosen)

    def action_unlink(self) -> None:
        """Say that a ticket does not belong to another after all."""
        from sdesk.tui.screens.choose import Choice, Choose

        if not (rows := self._only("unlink", _("A link is taken from one ticket at a time"))):
            return
        row = rows[0]

        def chosen(to: str | None) -> None:
            if to is not None:
                self._perform("unlink", rows, {"to": int(to)})

        def read(detail: TicketDetail) -> None:
            links = [link for link in detail.links if link.kind is LinkKind.RELATED]
            dialog.fill([Choice(str(link.number), _cells(link)) for link in links])
            if not links:
                dialog.complain(_("{ref} is linked with no ticket").format(ref=row.ref))

        dialog = Choose(_("{ref} not related to").format(ref=row.ref), (), widths=(9, 8))
        self.app.push_screen(dialog, chosen)
        self._read_ticket(dialog, row, read)

    def action_leave_incident(self) -> None:
        """Take tickets out of their incident."""
        if rows := self._possible("leave"):
            self._perform("leave", rows, {})

    def action_split(self) -> None:
        """Open a ticket of its own for messages of this one."""
        from sdesk.tui.screens.form_split import SplitForm

        if not (rows := self._only("split", _("Messages are split off one ticket at a time"))):
            return
        form = SplitForm(_("Split off {tickets}").format(tickets=named(rows)), self._clock)
        self._ask(form, "split", rows)
        self._read_ticket(form, rows[0], form.fill)


def _numbers(rows: Sequence[TicketRow]) -> frozenset[int]:
    return frozenset(row.number for row in rows)


def _several(rows: Sequence[TicketRow]) -> Sequence[TicketRow]:
    """Marked ones: one of them may be the one that goes on."""
    return rows if len(rows) > 1 else ()


def _one(rows: Sequence[TicketRow]) -> frozenset[int]:
    """A single ticket is not put into itself."""
    return _numbers(rows) if len(rows) == 1 else frozenset()


def _others(rows: Sequence[TicketRow], number: int) -> Possible:
    out = rows.left_out if isinstance(rows, Possible) else ()
    return Possible((row for row in rows if row.number != number), out)


def _requesters(merged: Sequence[TicketRow], into: TicketRow) -> list[str]:
    """Who asked, where that is not one and the same: all of them take part in what goes on."""
    asked = [*merged, into]
    if len({(row.requester_email or "").lower() for row in asked}) < 2:
        return []
    names = dict.fromkeys(one_line(row.requester_name or row.requester_email or _("nobody")) for row in asked)
    return ["", _("Different people asked: {names}").format(names=", ".join(names))]


def _cells(link: LinkRow) -> tuple[str, ...]:
    return link.ref, word(link.status), one_line(link.subject)
