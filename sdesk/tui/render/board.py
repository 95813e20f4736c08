"""The panels of the board in lines: what burns, who has what, how it went, what falls due, what comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from rich.cells import cell_len

from sdesk.domain.safe_text import one_line
from sdesk.reports.ahead import Item, Kind
from sdesk.reports.who import AgentLoad
from sdesk.reports.wording import percent
from sdesk.store.reader.reports.now import Need
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.board_reading import Board
from sdesk.tui.language import _, count_of, in_context
from sdesk.tui.render.columns import fit
from sdesk.tui.render.lines import Line, Span, edges, line
from sdesk.tui.render.series import AT_RISK, CAME, LATE, REPLIES, SOLVED, legend, load_bar, sparkline
from sdesk.tui.render.signals import clock_text, currency_sign, money_text, short_money
from sdesk.tui.widgets.bar import Part

HOUR = timedelta(hours=1)
LOGIN = 10
"""Cells of a login."""
CLOCK = 10
"""Cells of a header that its clock takes, with a gap."""


class Row(NamedTuple):
    """A line of a panel, and the ticket that it is about."""

    line: Line
    number: int | None = None


# ---- above them all --------------------------------------------------------------------------------


def headline(board: Board | None, width: int) -> list[Part]:
    """The figures of now in one line."""
    parts = [Part(" sdesk  ", "dim"), Part(_("Board"), "strong")]
    if board is None:
        return parts
    found = board.now
    counts = {need: found.group(need).total for need in Need}
    # Translators: {count} stands before its word, as in "3 breached".
    room = width - CLOCK - sum(cell_len(part.text) for part in parts)
    for count, words, style in (
        (counts[Need.BREACHED], _("{count} breached"), "breached"),
        (counts[Need.AT_RISK], in_context("board", "{count} at risk"), "at-risk"),
        (counts[Need.STALE], _("{count} stale"), "text"),
        (counts[Need.UNANSWERED], in_context("board", "{count} unanswered"), "text"),
        (counts[Need.UNASSIGNED], _("{count} unassigned"), "text"),
        (found.open, _("{count} open"), "text"),
    ):
        part = Part(("   " if width >= 150 else "  ") + words.format(count=count), style if count else "dim")
        room -= cell_len(part.text)
        if room >= 0:
            parts.append(part)  # whole, or not at all
    if found.mail is not None and found.mail.fetch_error:
        parts.append(Part("   " + _("mail fails"), "warning"))
    return parts


# ---- what burns ------------------------------------------------------------------------------------


def big_figure(board: Board) -> str:
    """The loss an hour, of confirmed outages; empty where there is none."""
    return money_text(board.now.loss_per_hour) if board.now.loss_per_hour else ""


def burning_words(board: Board, width: int) -> Line:
    """What the big figure is, and what is only suspected."""
    found, sign = board.now, currency_sign(board.now.currency)
    money = money_text if width >= 50 else short_money
    spans: list[Span] = []
    if found.loss_per_hour:
        amount = f"{money(found.loss_per_hour)} {sign}"
        spans.append((" " + _("loss {amount} an hour").format(amount=amount) + "  ", "loss"))
    if found.suspected_per_hour:
        amount = f"~{money(found.suspected_per_hour)} {sign}"
        words = _("{amount} an hour suspected") if width >= 50 else _("{amount} suspected")
        spans.append((" " + words.format(amount=amount), "at-risk"))
    return line(*spans) if spans else line((" " + _("There is no loss."), "dim"))


def burning_rows(board: Board, width: int, *, public: bool = False) -> list[Row]:
    """The burning tickets, the most expensive first as the desk orders them; then what is breached.

    `public`: on a screen that anybody walks past, without a word of what the requester wrote.
    """
    rows = []
    for todo in board.now.group(Need.BURNING).todos:
        style = "loss" if todo.ticket.loss_confirmed else "at-risk"
        rows.append(Row(_ticket_line(todo.ticket, _loss(todo.ticket), style, width, public), todo.ticket.number))
    breached = board.now.group(Need.BREACHED)
    if breached.todos:
        rows.append(Row(line((" " + _("{count} breached").format(count=breached.total), "breached"))))
    for todo in breached.todos:
        before = f"!! {todo.ticket.priority.value}"
        rows.append(Row(_ticket_line(todo.ticket, before, "breached", width, public), todo.ticket.number))
    return rows


def _loss(row: TicketRow) -> str:
    if row.loss_per_hour is None:
        return ""
    return ("" if row.loss_confirmed else "~") + short_money(row.loss_per_hour)


def _ticket_line(row: TicketRow, before: str, style: str, width: int, public: bool) -> Line:
    """A ticket in one line: a figure, its reference, what it is about, and who has it."""
    who = row.assignee or _("nobody")
    where = one_line(row.unit_name or "")
    what = one_line(row.service_name or row.team_name) if public else one_line(row.subject)
    left: list[Span] = [(f" {before:>6} ", style), (f"{row.ref}  ", "dim"), (what, "text")]
    right: list[Span] = [(f"  {who} ", "text" if row.assignee else "at-risk")]
    if where and (width >= 60 or public):
        right.insert(0, (f"  {where}", "dim"))
    return edges(left, right, width)


# ---- who has what ------------------------------------------------------------------------------------


def load_rows(board: Board, width: int) -> list[Row]:
    """An agent a line: a bar of what he has, how many, how many of them are late, and whether he is there."""
    loads = sorted(board.who.agents, key=lambda each: (-_all(each), each.agent.login))
    if not loads:
        return [Row(line((" " + _("Nobody has a ticket."), "dim")))]
    most = max(map(_all, loads))
    rows = [Row(_load_line(each, most, width)) for each in loads if _all(each) or each.away is None]
    rows += [Row(_load_line(each, most, width)) for each in loads if not _all(each) and each.away is not None]
    nobody = sum(team.load.unassigned for team in board.who.teams)
    words = count_of("{count} ticket has no assignee", "{count} tickets have no assignee", nobody)
    return [*rows, Row(line((f" {words}", "at-risk" if nobody else "dim")))]


def load_title(width: int) -> str:
    """What the panel is, and what its signs mean, as many of them as there is room for."""
    title = _("Who has what")
    for place, words in enumerate(legend()):
        longer = title + ("   " if not place else "  ") + words
        if cell_len(longer) > width:
            break
        title = longer
    return title


def _all(each: AgentLoad) -> int:
    return each.load.open + each.load.waiting


def _load_line(each: AgentLoad, most: int, width: int) -> Line:
    load = each.load
    figures: list[Span] = [(f" {_all(each):>4}", "text")]
    figures.append((f" {LATE}{load.late}" if load.late else "", "breached"))
    figures.append((f" {AT_RISK}{load.at_risk}" if load.at_risk else "", "at-risk"))
    words, style = _presence(each)
    room = max(4, width - LOGIN - 2 - (26 if width >= 50 else 13))
    bar = load_bar(load, most, room)
    blank = " " * (room - sum(cell_len(text) for text, _style in bar))
    left: list[Span] = [(f" {fit(each.agent.login, LOGIN)} ", "text"), *bar, (blank, "text"), *figures]
    return edges(left, [(f" {words} " if width >= 50 and words else "", style)], width)


def _presence(each: AgentLoad) -> tuple[str, str]:
    """Whether he is there, and whether it is too much."""
    if each.away is not None:
        return _("away"), "warning"
    if each.room < 0:
        # More is promised than he has time for.
        return _("too much"), "warning"
    return (_("on call"), "dim") if each.on_call else ("", "dim")


# ---- how it went -------------------------------------------------------------------------------------


def backlog_lines(board: Board, width: int) -> list[Line]:
    """What is open, and what came and was solved this week beside the last one, each with its course."""
    course = board.course
    now_open = course.days[-1].backlog if course.days else board.now.open
    before = course.last_week.backlog
    spark = max(0, min(len(course.days), width - 34))
    opened, solved = ([getattr(step, name) for step in course.days] for name in ("opened", "solved"))
    return [
        line(
            (" " + _("open {count}").format(count=now_open), "strong"),
            (f" {now_open - before:+d} " + _("this week"), "at-risk" if now_open > before else "dim"),
        ),
        line(
            (f" {CAME} ", "at-risk"),
            (fit(_("came {count}").format(count=course.this_week.opened), 14), "text"),
            (fit(_("last week {count}").format(count=course.last_week.opened), 15), "dim"),
            (sparkline(opened, spark), "at-risk"),
        ),
        line(
            (f" {SOLVED} ", "text"),
            (fit(_("solved {count}").format(count=course.this_week.solved), 14), "text"),
            (fit(_("last week {count}").format(count=course.last_week.solved), 15), "dim"),
            (sparkline(solved, spark), "text"),
        ),
    ]


def share_lines(board: Board, width: int) -> list[Line]:
    """What of the promises was kept in time: this week, the last one, and the weeks before as a course.

    Where people are asked how it was, also how many of the answers were good ones.
    """
    weeks = board.course.weeks
    if not weeks:
        return []
    spark = max(0, min(len(weeks), width - 39))
    told = [
        ("-", "file", in_context("board", "solved in time"), [week.resolution for week in weeks]),
        (REPLIES, "at-risk", in_context("board", "first reply"), [week.first_response for week in weeks]),
    ]
    content = [week.content for week in weeks]
    if any(share is not None for share in content):
        # It has no course in the chart: few answer in a week.
        told.append((" ", "text", in_context("board", "rated 4-5"), content))
    lines = []
    for sign, style, words, shares in told:
        last = shares[-2] if len(shares) > 1 else None
        lines.append(
            line(
                (f" {sign} ", style),
                (fit(words, 15), "text"),
                (f"{percent(shares[-1]):>4} ", "strong"),
                (fit(_("last week {count}").format(count=percent(last)), 16), "dim"),
                (sparkline(shares, spark), style),
            )
        )
    return lines


# ---- what falls due, and what comes ---------------------------------------------------------------------


def due_rows(board: Board, width: int, *, public: bool = False) -> list[Row]:
    """The next deadlines, the first one first."""
    local = board.at.astimezone(board.zone)
    items = [item for day in board.ahead.days for item in day.items if item.kind is Kind.DEADLINE]
    today = board.ahead.days[0].counts[Kind.DEADLINE] if board.ahead.days else 0
    soon = sum(item.at <= board.at + HOUR for item in items)
    rows = [
        Row(
            line(
                (" " + _("{count} within the hour").format(count=soon), "at-risk" if soon else "dim"),
                ("   " + _("{count} today").format(count=today), "text" if today else "dim"),
            )
        )
    ]
    rows += [Row(_item_line(board, item, local, width, public), item.number) for item in items]
    if not items:
        rows.append(Row(line((" " + _("Nothing falls due in the next seven days."), "dim"))))
    return rows


def coming_rows(board: Board, width: int, *, public: bool = False) -> list[Row]:
    """Visits, tickets that come by themselves and who will be away, by time; then the waits that end."""
    local = board.at.astimezone(board.zone)
    items = [item for day in board.ahead.days for item in day.items if item.kind is not Kind.DEADLINE]
    found: list[tuple[datetime, Row]] = [
        (item.at, Row(_item_line(board, item, local, width, public), item.number))
        for item in items
        if item.kind is not Kind.WAKE_UP
    ]
    for away in board.who.away:
        there = _("stand-in {agent}").format(agent=away.stand_in.login) if away.stand_in else _("no stand-in")
        until = clock_text(away.ends_at.astimezone(board.zone), local)
        words = _("{agent} is away until {until}").format(agent=away.agent.login, until=until)
        starts = max(away.starts_at, board.at)
        when = _("now") if away.starts_at <= board.at else clock_text(starts.astimezone(board.zone), local)
        found.append((starts, Row(edges([(f" {when}  ", "dim"), (words, "text")], [(f"{there} ", "dim")], width))))
    rows = [row for _at, row in sorted(found, key=lambda pair: pair[0])]
    waits = sum(day.counts[Kind.WAKE_UP] for day in board.ahead.days)
    if waits:
        rows.append(Row(line((" " + count_of("{count} wait ends", "{count} waits end", waits), "dim"))))
        rows += [
            Row(_item_line(board, item, local, width, public), item.number)
            for item in items
            if item.kind is Kind.WAKE_UP
        ]
    return rows or [Row(line((" " + _("Nothing planned for seven days."), "dim")))]


def _item_line(board: Board, item: Item, local: datetime, width: int, public: bool) -> Line:
    soon = item.kind is Kind.DEADLINE and item.at <= board.at + HOUR
    when = clock_text(item.at.astimezone(board.zone), local)
    left: list[Span] = [(f" {'! ' if soon else ''}{when}  ", "at-risk" if soon else "dim")]
    left += _about(board, item, public)
    who = item.agent or (_("nobody") if item.number is not None else item.team or "")
    return edges(left, [(f"  {who} ", "text" if item.agent else "dim")], width)


def _about(board: Board, item: Item, public: bool) -> Iterator[Span]:
    if item.kind is Kind.VISIT:
        yield _("visit") + " ", "note"
    elif item.kind in (Kind.RECURRING, Kind.STEP):
        yield _("will be opened") + " ", "note"
    if item.number is not None:
        yield f"{board.prefix}-{item.number}", "dim"
    if not public:
        yield f"  {one_line(item.subject)}", "text"
    elif item.kind in (Kind.RECURRING, Kind.STEP):
        yield f"  {item.team or ''}", "text"
    if item.unit:
        yield f"  {one_line(item.unit)}", "dim"
