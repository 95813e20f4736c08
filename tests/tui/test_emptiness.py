"""What an empty list says, in each view: why it is empty, and what is next."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from command_line import some_tickets

from sdesk.domain.views import NamedView, standing
from sdesk.store.reader.rows import Counts, TicketRow
from sdesk.tui.paging import Totals
from sdesk.tui.render.emptiness import empty_words
from sdesk.tui.views import View, all_views

VIEWS = all_views(standing(["it"]), [NamedView("tills", "service:till", owner="anna")])
FIRST = some_tickets()[1]._replace(due_in=1080)
COUNTS = Counts(1, 0, 0, 0, 0, 0, Decimal(0), 0, 0, datetime(2026, 11, 23, tzinfo=UTC), None)


def totals(first: TicketRow | None = FIRST, free: TicketRow | None = None) -> Totals:
    """The numbers around an empty list."""
    return Totals(COUNTS, VIEWS, (0,) * len(VIEWS), 0, first, free, {}, True, ())


def view(name: str) -> View:
    """One of the views."""
    return next(view for view in VIEWS if view.name == name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Mine", "You have no ticket. Nobody's ticket of your teams waits for you either."),
        ("Unassigned", "Everything has an assignee. Most urgent: SD-1038, due in 18m."),
        ("Team", "Your teams have no open ticket. Most urgent: SD-1038, due in 18m."),
        ("Waiting", "Nothing waits. Most urgent: SD-1038, due in 18m."),
        ("Breached", "Nothing is breached. Next due: SD-1038 in 18m."),
        ("tills", "No ticket fits the view tills now. Most urgent: SD-1038, due in 18m."),
    ],
)
def test_each_view_says_what_is_next(name: str, words: str) -> None:
    assert empty_words(view(name), "", totals(), fetches=True) == (words.replace("SD-1038", FIRST.ref),)


def test_what_is_late_or_has_no_time_or_is_not_there() -> None:
    late = FIRST._replace(due_in=-3600)
    assert empty_words(view("Waiting"), "", totals(late), fetches=True)[0].endswith(f"{FIRST.ref}, 1h late.")
    bare = FIRST._replace(due_in=None)
    assert empty_words(view("Breached"), "", totals(bare), fetches=True)[0].endswith(f"Most urgent: {FIRST.ref}.")
    assert empty_words(view("All"), "", totals(None), fetches=True) == ("There is no ticket. No ticket is open.",)
    mine = empty_words(view("Mine"), "", totals(free=FIRST), fetches=True)
    assert mine == (f"You have no ticket. Next that nobody has: {FIRST.ref}, due in 18m.",)


def test_a_filter_without_a_hit_says_where_else_to_look_or_what_was_meant() -> None:
    nothing, how = empty_words(view("Team"), "vpn\x1b[31m", totals(), fetches=True)
    assert nothing.startswith("Nothing fits “vpn")
    assert "\x1b" not in nothing
    assert how == "Esc clears the filter; the same in All finds closed tickets too."
    assert empty_words(view("All"), "vpn", totals(), fetches=True)[1] == "Esc clears the filter."
    slip = totals()._replace(meant={"pritner": "printer"})
    said = empty_words(view("Team"), "status:open pritner", slip, fetches=True)[1]
    assert said.startswith("Did you mean “status:open printer”?")


def test_an_empty_desk_says_how_the_first_ticket_comes() -> None:
    new = totals(None)._replace(has_any=False)
    assert "F fetches mail" in empty_words(view("Team"), "", new, fetches=True)[1]
    assert "[mailboxes]" in empty_words(view("Team"), "", new, fetches=False)[1]
