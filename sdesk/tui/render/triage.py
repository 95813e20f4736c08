"""Triage in lines: what the desk guessed, the services on the digits, what else is open there, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import N_, _, count_of
from sdesk.tui.render.columns import customer_of, fit
from sdesk.tui.render.lines import Line, Span, edges, line
from sdesk.tui.render.signals import age_text, clock_text, currency_sign, loss_text
from sdesk.tui.render.words import length_text
from sdesk.tui.sorting import Round
from sdesk.tui.sorting_reading import OneToSort, service_of
from sdesk.tui.widgets.bar import Part

MOST_OTHERS = 6
"""Other tickets that are listed."""
ROOMY = 100
"""Cells from which all is said."""
PICKED, HAS, USUAL, ALIKE = ">", "=", "*", "?"
"""Signs before a service, and before another ticket."""
SIGNS: tuple[tuple[str, str], ...] = (
    (f"3{PICKED}", N_("the service that you picked: what would follow is said; Enter sets it")),
    (f"3{HAS}", N_("the service that the ticket has")),
    (f"3{USUAL}", N_("a service that tickets of this unit are often about")),
    (ALIKE, N_("another open ticket that may be about the same; M merges into it")),
    ("~", N_("before a loss: suspected, not confirmed")),
)
"""What the signs of triage mean, for the list of keys; `_` says them."""


def progress_parts(sorting: Round, now: datetime) -> list[Part]:
    """`17 of 140, 12 a minute`."""
    words = _("{place} of {whole}").format(place=sorting.place, whole=sorting.whole)
    rate = sorting.per_minute(now)
    if rate is not None:
        words += ", " + _("{count} a minute").format(count=rate)
    return [Part(words + " ", "strong")]


def guess_lines(one: OneToSort, picked: str | None, width: int) -> list[Line]:
    """What the desk made of it, and what would follow from the service that was picked."""
    row = one.detail.ticket
    guessed = one_line(row.service_name or "") or _("no service")
    due = ""
    if row.due_in is not None:
        words = _("{time} late") if row.due_in < 0 else _("due in {time}")
        due = "  " + words.format(time=length_text(abs(row.due_in)))
    lines = [
        edges(
            [
                (" " + _("The desk says") + "  ", "dim"),
                (guessed, "strong" if row.service else "at-risk"),
                (f"  {row.priority.value}  {one_line(row.team_name)}{due}", "text"),
            ],
            _loss(row),
            width,
        )
    ]
    chosen = service_of(one.services, picked)
    how = _("Enter sets it, m takes it so") if width >= ROOMY else _("Enter sets it")
    if chosen is not None and picked == row.service:
        # It stands there as it is already: its usual priority and target would only seem to contradict.
        lines.append(edges([], [(f"  {how} ", "warning")], width))
    elif chosen is not None:
        target = length_text(chosen.resolution_target) if chosen.resolution_target else _("no target")
        left = [
            (" " + _("You say") + "  ", "dim"),
            (one_line(chosen.name), "file"),
            (f"  {chosen.priority.value}  {one_line(chosen.team)}  ", "text"),
            (_("resolve in {time}").format(time=target) if chosen.resolution_target else target, "dim"),
        ]
        lines.append(edges(left, [(f"  {how} ", "warning")], width))
    return lines


def service_lines(one: OneToSort, usual: Sequence[str], picked: str | None, width: int) -> list[Line]:
    """The services on the digits, in columns; `>` the picked one, `=` what the ticket has, `*` what is usual here."""
    cells: list[list[Span]] = []
    columns = 3 if width >= 100 else 2 if width >= 56 else 1
    size = max(12, width // columns)
    has, here = one.detail.ticket.service, one.usual_here
    for digit, key in enumerate(usual, 1):
        service = service_of(one.services, key)
        if service is None:
            continue
        sign = PICKED if key == picked else HAS if key == has else USUAL if key in here else " "
        style = "file" if key == picked else "strong" if key == has or key in here else "text"
        name = fit(one_line(service.name), max(4, size - 12))
        cells.append(
            [(f" {digit}", "note"), (f"{sign} ", style), (name, style), (f" {service.priority.value}    ", "dim")]
        )
    rows = -(-len(cells) // columns)
    lines = []
    for at in range(rows):
        spans = [span for column in range(columns) for span in _cell(cells, column * rows + at)]
        lines.append(line(*spans))
    return lines


def _loss(row: TicketRow) -> list[Span]:
    """What it costs an hour."""
    if not row.loss_per_hour:
        return []
    money = f"{loss_text(row, short=False)} {currency_sign(row.currency)}"
    return [(_("{money}/h").format(money=money) + " ", "loss")]


def services_legend() -> str:
    """What the signs before the services mean."""
    signs = ((PICKED, _("you pick")), (HAS, _("it has")), (USUAL, _("usual at this unit")))
    return "   ".join(f"{sign} {words}" for sign, words in signs)


def others_legend(one: OneToSort) -> str:
    """What stands there, and what the sign before some of it means."""
    title = _("Open here too")
    return f"{title}   {ALIKE} " + _("may be the same") if one.alike or one.proposal is not None else title


def _cell(cells: Sequence[list[Span]], at: int) -> list[Span]:
    return cells[at] if at < len(cells) else []


def others_lines(one: OneToSort, now: datetime, width: int) -> list[Line]:
    """What else is open at the unit, and by the requester; what may be the same is marked."""
    lines: list[Line] = []
    if one.proposal is not None:
        count = count_of("{count} ticket", "{count} tickets", len(one.proposal.tickets))
        words = _("May be one incident: {service}, {tickets}, since {age}").format(
            service=one_line(one.proposal.service_name), tickets=count, age=age_text(one.proposal.since, now)
        )
        lines.append(line((f" {words}", "warning"), (f"  {one.proposal.command}", "dim")))
    if not one.others:
        return [*lines, line((" " + _("Nothing else is open here."), "dim"))]
    alike = len(one.alike)
    if alike:
        words = count_of("{count} may be the same: M merges into it", "{count} may be the same: M merges", alike)
        lines.append(line((f" {words}", "at-risk")))
    for other in one.others[:MOST_OTHERS]:
        lines.append(_other(other, other.number in one.alike, now, width))
    more = len(one.others) - MOST_OTHERS
    if more > 0:
        lines.append(line((" " + count_of("and {count} more", "and {count} more", more), "dim")))
    return lines


def _other(row: TicketRow, alike: bool, now: datetime, width: int) -> Line:
    left: list[Span] = [
        (f" {ALIKE} " if alike else "   ", "at-risk"),
        (f"{row.ref}  ", "dim"),
        (one_line(row.subject), "strong" if alike else "text"),
    ]
    return edges(left, [(f"  {row.assignee or _('nobody')}  {age_text(row.created_at, now)} ", "dim")], width)


def who_lines(one: OneToSort, now: datetime, zone: ZoneInfo, width: int) -> list[Line]:
    """Who asks, from where, when, and how to reach them."""
    row, unit = one.detail.ticket, one.detail.unit
    who = one_line(row.requester_name or row.requester_email or _("unknown"))
    when = clock_text(row.created_at.astimezone(zone), now.astimezone(zone))
    address = f"  <{one_line(row.requester_email)}>" if row.requester_email and row.requester_name else ""
    lines = [edges([(f" {who}", "author"), (address, "dim")], [(f"{when} ", "dim")], width)]
    if unit is not None:
        reach = "  ".join(one_line(each) for each in (unit.phone, unit.address) if each)
        lines.append(line((f" {one_line(unit.name)}", "text"), (f"  {reach}", "text")))
    elif customer_of(row) not in ("", who):
        lines.append(line((f" {customer_of(row)}", "text")))
    return lines


def finished_lines(sorting: Round, first: TicketRow | None, now: datetime) -> list[Line]:
    """What a finished round says: what was done, and what is next."""
    count = len(sorting.decided)
    if not count and not sorting.passed:
        lines = [line((" " + _("Everything new has been sorted."), "strong"))]
    else:
        words = count_of("{count} ticket is sorted", "{count} tickets are sorted", count)
        lines = [line((f" {words}.", "strong"))]
        rate = sorting.per_minute(now)
        if rate is not None:
            lines.append(line((" " + _("{count} a minute").format(count=rate), "dim")))
        if sorting.passed:
            left = count_of("{count} was passed over", "{count} were passed over", len(sorting.passed))
            lines.append(line((" " + left + ": " + _("Ctrl+R asks about them again."), "text")))
    lines.append(Line())
    if first is None:
        lines.append(line((" " + _("Every open ticket of your teams is taken."), "text")))
    else:
        late = first.due_in is not None and first.due_in < 0
        when = ""
        if first.due_in is not None:
            words = _("{time} late") if late else _("due in {time}")
            when = "  " + words.format(time=length_text(abs(first.due_in)))
        lines.append(line((" " + _("Next in the queue:") + " ", "dim"), (first.ref, "strong"), (when, "at-risk")))
        lines.append(line((f" {one_line(first.subject)}", "text")))
    lines += [Line(), line((" " + _("q goes back to the queue."), "dim"))]
    return lines
