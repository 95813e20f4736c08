"""What the bars around a ticket say: its header, its subject, the facts in one line, the footer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Status
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import Context, footer_of
from sdesk.tui.company import Company
from sdesk.tui.countdown import Held
from sdesk.tui.language import _
from sdesk.tui.render.columns import customer_of
from sdesk.tui.render.facts import WORDS_OF_STATE, summary_line
from sdesk.tui.render.headline import footer_parts
from sdesk.tui.render.signals import DONE, SIGNALS, clock_text, due_text
from sdesk.tui.widgets.bar import Bar, Part


class TicketBars:
    """Writes the bars of one ticket's screen."""

    def __init__(self) -> None:
        names = ("header", "subject", "find-sign", "find-note", "summary", "footer")
        self.by_name = {
            name: Bar(id=name, ground="bar" if name in ("header", "footer") else "background") for name in names
        }

    def show_footer(self, width: int, own: Mapping[str, str]) -> None:
        """The keys, a person's own ones in their place."""
        self.by_name["footer"].show(footer_parts(footer_of(Context.TICKET, own), width))

    def show(self, held: Held, place: tuple[int, int] | None, company: Company, now: datetime, zone: ZoneInfo) -> None:
        """All that is said of the ticket; `place`: which of how many of its list it is."""
        row = held.row
        done = row.status in DONE
        who = one_line(row.requester_name or row.requester_email or "")
        where = customer_of(row)
        self.by_name["header"].show(
            [
                Part(f" {row.ref} ", "strong"),
                *(() if done else _promise(held, now)),
                Part(f" {row.priority.value}  ", "breached" if row.priority.value == "P1" and not done else "text"),
                Part(f"{_(row.status.value)}{_until(row, now, zone)}  ", "strong" if done else "text"),
                Part(row.assignee or _("nobody"), "text" if row.assignee else "dim"),
                Part(f"  {one_line(row.team_name)}", "dim"),
            ],
            [Part(f"{where} / {who} " if who and who != where else f"{where} ", "text")],
        )
        which = "" if place is None else _("{place} of {count}").format(place=place[0], count=place[1]) + " "
        self.by_name["subject"].show(
            [Part(f" {one_line(row.subject)}", "strong")], [*_company(row, company, now, zone), Part(which, "dim")]
        )
        spans = summary_line(held, now=now, zone=zone)
        known = {"dim": "dim", "breached": "breached", "at-risk": "at-risk"}
        self.by_name["summary"].show([Part(text, known.get(name, "text")) for text, name in spans])

    def show_find(self, words: str, found: tuple[int, int], *, typing: bool) -> None:
        """What is sought, and which of how many hits it is."""
        self.by_name["find-sign"].show(
            [Part(" / ", "key", "filter"), Part("" if typing else words, "strong", "filter")]
        )
        which, count = found
        if not words.strip():
            note = _("type to find in messages, facts and history") + " "
        elif not count:
            note = _("nothing found") + " "
        else:
            note = _("{which} of {count}").format(which=which, count=count) + "  "
        keys = [] if typing or not words else [Part(" n ", "key", "next_found"), Part(_("Next") + " ", "dim")]
        keys += [] if typing or not words else [Part(" N ", "key", "previous_found"), Part(_("Previous") + " ", "dim")]
        keys += [Part(" Esc ", "key", "back"), Part(_("Clear") + " ", "dim")]
        self.by_name["find-note"].show([], [Part(note, "warning" if words.strip() and not count else "strong"), *keys])


def _company(row: TicketRow, company: Company, now: datetime, zone: ZoneInfo) -> list[Part]:
    """The agent's own unsent words, and who else is at it."""
    words = ((company.draft_of(row.number, now, zone), "at-risk"), (company.at(row.number), "warning"))
    return [Part(f"{text}  ", style) for text, style in words if text]


def _promise(held: Held, now: datetime) -> tuple[Part, ...]:
    """The next deadline as sign, countdown and words."""
    state = held.state(now)
    style = {"breached": "breached", "at_risk": "at-risk"}.get(state.value, "text")
    left = due_text(held.due_in(now), state)
    countdown = "" if left == "-" else f" {left}"
    return (Part(f" {SIGNALS[state].strip()}{countdown} {_(WORDS_OF_STATE[state])} ", style),)


def _until(row: TicketRow, now: datetime, zone: ZoneInfo) -> str:
    """Until when it waits."""
    if row.status is not Status.WAITING or row.wake_at is None:
        return ""
    return " " + _("until {at}").format(at=clock_text(row.wake_at.astimezone(zone), now.astimezone(zone)))
