"""`now` for eyes: what burns first, one line a ticket, and what to type."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sdesk.domain.duration import format_duration, format_working
from sdesk.reports.now import Group, Now, Todo
from sdesk.reports.page import Cell, Heading, Page, Section, Table, Tone
from sdesk.reports.wording import amount, counted, listed, when
from sdesk.store.reader.detail_rows import IncidentRow
from sdesk.store.reader.reports.now import MailTrouble, Need

_TITLES = {
    Need.BURNING: "Loss",
    Need.BREACHED: "Breached",
    Need.AT_RISK: "At risk",
    Need.UNANSWERED: "Unanswered",
    Need.UNASSIGNED: "Unassigned",
}
_TONES = {Need.BURNING: Tone.BAD, Need.BREACHED: Tone.BAD, Need.AT_RISK: Tone.WARN}
_BURNING = (
    Heading("LOSS/H", right=True),
    Heading("SO FAR", right=True),
    Heading("ID", typed=True),
    Heading("SUBJECT", cut=True),
    Heading("UNIT", cut=True),
    Heading("WHO", spare=True),
    Heading("DO", typed=True),
)
_NAMED = 8
"""Tickets of a proposal that are named."""


def page(found: Now, *, desk: str, prefix: str, zone: ZoneInfo) -> Page:
    """The page; `desk` is its name, `prefix` stands before a ticket's number."""
    sections = [
        *_stale(found.group(Need.STALE)),
        *(_group(group, found) for group in found.groups if group.here and group.need is not Need.STALE),
        *_proposals(found.proposals, prefix, zone, found),
        *_mail(found.mail, zone, found),
    ]
    if not sections:
        sections = [Section("Nothing is urgent", words=("Every promise is on its way to be kept.",))]
    return Page(f"{desk}: what must be done right now", _subtitle(found, zone), tuple(sections), when(found.at, zone))


def _subtitle(found: Now, zone: ZoneInfo) -> str:
    burning = ""
    if found.loss_per_hour:
        burning = f"loss {amount(found.loss_per_hour)} {found.currency} an hour"
    suspected = ""
    if found.suspected_per_hour:
        suspected = f"~{amount(found.suspected_per_hour)} {found.currency} an hour suspected"
    return listed((when(found.at, zone), found.scope, f"{found.open} open", burning, suspected))


def _stale(group: Group) -> Iterator[Section]:
    if group.here:
        yield Section(
            f"Stale: {group.here}, for the lead to decide",
            words=(
                "Their promise is breached twice over: do it, raise it, or agree on a new date.",
                f"sdesk {group.list_command}",
            ),
        )


def _group(group: Group, found: Now) -> Section:
    more = (f"{group.more} more: sdesk {group.list_command}",) if group.more else ()
    above = f", {group.total - group.here} of them above" if group.total > group.here else ""
    title = f"{_TITLES[group.need]}: {group.total}{above}"
    if group.need is Need.BURNING:
        return Section(title, Table(_BURNING, tuple(_burning(todo) for todo in group.todos)), more)
    headings = (
        Heading("WAITS" if group.need is Need.UNANSWERED else "DUE", right=True),
        Heading("ID", typed=True),
        Heading("PR"),
        Heading("SUBJECT", cut=True),
        Heading("WHO"),
        Heading("DO", typed=True),
    )
    return Section(title, Table(headings, tuple(_row(todo, group.need, found) for todo in group.todos)), more)


def _burning(todo: Todo) -> tuple[Cell, ...]:
    row = todo.ticket
    tone = Tone.BAD if row.loss_confirmed else Tone.WARN
    mark = "" if row.loss_confirmed else "~"
    rate = "" if row.loss_per_hour is None else f"{mark}{amount(row.loss_per_hour)}"
    so_far = "" if row.loss_so_far is None else f"{mark}{amount(row.loss_so_far)}"
    return (
        Cell(rate, tone),
        Cell(so_far, tone),
        Cell(row.ref),
        Cell(row.subject),
        Cell(row.unit_name or row.unit or ""),
        Cell(_who(todo)),
        Cell(f"sdesk {todo.command}", Tone.STRONG),
    )


def _row(todo: Todo, need: Need, found: Now) -> tuple[Cell, ...]:
    row = todo.ticket
    if need is Need.UNANSWERED and row.unanswered_since is not None:
        when = format_duration(int((found.at - row.unanswered_since).total_seconds()))
    else:
        when = "" if row.due_in is None else format_working(row.due_in)
    return (
        Cell(when, _TONES.get(need, Tone.PLAIN)),
        Cell(row.ref),
        Cell(row.priority.value),
        Cell(row.subject),
        Cell(_who(todo)),
        Cell(f"sdesk {todo.command}", Tone.STRONG),
    )


def _who(todo: Todo) -> str:
    """Who has it; the team where nobody does."""
    return todo.ticket.assignee or f"({todo.ticket.team})"


def _proposals(each: tuple[IncidentRow, ...], prefix: str, zone: ZoneInfo, found: Now) -> Iterator[Section]:
    if not each:
        return
    words = []
    for proposal in each:
        where = f"{proposal.units} units" if proposal.units > 1 else "one unit"
        refs = " ".join(f"{prefix}-{number}" for number in proposal.tickets[:_NAMED])
        left = len(proposal.tickets) - _NAMED
        refs += f" and {left} more" if left > 0 else ""
        since = when(proposal.since, zone, now=found.at)
        what = f"{proposal.service_name}, {where}, {len(proposal.tickets)} tickets since {since}: {refs}"
        words.append(f"{what}: {proposal.command}")
    yield Section(f"May be one incident: {len(each)}", words=tuple(words))


def _mail(mail: MailTrouble | None, zone: ZoneInfo, found: Now) -> Iterator[Section]:
    if mail is None or not mail.any:
        return
    words = []
    if mail.fetch_error:
        words.append(f"No mail comes in: {mail.fetch_error} (sdesk mail check)")
    if mail.quarantine:
        words.append(f"{counted(mail.quarantine, 'message')} in quarantine: sdesk mail quarantine list")
    if mail.failed:
        words.append(f"{counted(mail.failed, 'mail')} not delivered: sdesk mail outbox list --state failed")
    if mail.held:
        words.append(f"{counted(mail.held, 'mail')} held back: sdesk mail outbox list --state held")
    if mail.waiting and mail.waiting_since is not None:
        since = when(mail.waiting_since, zone, now=found.at)
        words.append(f"{counted(mail.waiting, 'mail')} should have gone since {since}: sdesk mail send")
    yield Section("Mail", words=tuple(words))
