"""What an empty list says: why it is empty and what is next, rather than nothing."""

from __future__ import annotations

from collections.abc import Mapping

from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import N_, _, in_context
from sdesk.tui.paging import Totals
from sdesk.tui.render.words import length_text
from sdesk.tui.views import ALL, View

_NOTHING = {
    "Mine": N_("You have no ticket."),
    "Unassigned": N_("Everything has an assignee."),
    "Team": N_("Your teams have no open ticket."),
    "Waiting": N_("Nothing waits."),
    "Breached": N_("Nothing is breached."),
    "All": N_("There is no ticket."),
}
"""For the views of every desk."""


def empty_words(view: View, text: str, totals: Totals, *, fetches: bool) -> tuple[str, ...]:
    """Lines for a list without a row; `text` is the filter that was typed, `fetches` whether mail can be fetched."""
    if not totals.has_any:
        return (
            _("The desk is open, and no ticket has come yet."),
            _("F fetches mail, C opens a ticket by hand.")
            if fetches
            else _("C opens a ticket by hand; mail comes once a mailbox is set up ([mailboxes] of the configuration)."),
        )
    if text:
        nothing = _("Nothing fits “{words}” in {view}.").format(words=one_line(text), view=view.label)
        if totals.meant:
            meant = one_line(with_meant(text, totals.meant))
            return (nothing, _("Did you mean “{words}”? Tab in the filter takes it.").format(words=meant))
        if view.key == ALL:
            return (nothing, _("Esc clears the filter."))
        return (
            nothing,
            _("Esc clears the filter; the same in {view} finds closed tickets too.").format(
                view=in_context("view", "All")
            ),
        )
    start = (
        _("No ticket fits the view {view} now.").format(view=view.label) if view.is_saved else _(_NOTHING[view.name])
    )
    return (f"{start} {_next(view, totals)}",)


def with_meant(text: str, meant: Mapping[str, str]) -> str:
    """A filter's text with the words that were probably meant."""
    return " ".join(meant.get(word, word) for word in text.split(" "))


def _next(view: View, totals: Totals) -> str:
    """What is to be done meanwhile."""
    first = totals.first
    if first is None:
        return _("No ticket is open.")
    if view.name == "Mine" and not view.is_saved:
        free = totals.free
        if free is None:
            return _("Nobody's ticket of your teams waits for you either.")
        return _("Next that nobody has: {ticket}.").format(ticket=_due(free))
    if view.name == "Breached" and not view.is_saved and first.due_in is not None:
        return _("Next due: {ticket}.").format(ticket=_due(first, named=False))
    return _("Most urgent: {ticket}.").format(ticket=_due(first))


def _due(row: TicketRow, *, named: bool = True) -> str:
    if row.due_in is None:
        return row.ref
    time = length_text(abs(row.due_in))
    if row.due_in < 0:
        return _("{ref}, {time} late").format(ref=row.ref, time=time)
    return (_("{ref}, due in {time}") if named else _("{ref} in {time}")).format(ref=row.ref, time=time)
