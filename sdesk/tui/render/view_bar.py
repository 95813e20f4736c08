"""The line of views: each with its digit and count, the active one in brackets; what does not fit is left out."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from sdesk.tui.views import View
from sdesk.tui.widgets.bar import Part

MORE = "…"


def view_parts(views: Sequence[View], counts: Sequence[int | None], active: int, width: int) -> list[Part]:
    """The views by digit; the brackets are seen without colour.

    Where all do not fit, short names come first, then those farthest from the active one give way, with a sign.
    """
    labels: list[str] = []
    for short in (False, True):
        labels = [_label(view, counts[at] if at < len(counts) else 0, short) for at, view in enumerate(views)]
        if 1 + sum(map(cell_len, labels)) + 2 * len(labels) <= width:
            break
    first, last = _window([cell_len(label) + 2 for label in labels], active, width - 1)
    parts = [Part(" " if first == 0 else MORE, "dim", None if first == 0 else "previous_view")]
    for at in range(first, last):
        on = at == active
        text = f"[{labels[at]}]" if on else f" {labels[at]} "
        parts.append(Part(text, "on" if on else "dim", f"show_view({at})"))
    if last < len(views):
        parts.append(Part(MORE, "dim", "next_view"))
    return parts


def _label(view: View, count: int | None, short: bool) -> str:
    digit = f"{view.digit} " if view.digit is not None else ""
    # A saved filter that is wrong by now has no count; before the counts are read nothing is said.
    return f"{digit}{view.short if short else view.label} {'?' if count is None else count}"


def _window(widths: Sequence[int], active: int, room: int) -> tuple[int, int]:
    """From where to where the views are shown: all, or as many as fit with the active one among them."""
    if sum(widths) <= room:
        return 0, len(widths)
    room -= len(MORE)
    first, last, used = active, active + 1, widths[active]
    while True:
        before = first > 0 and used + widths[first - 1] <= room
        after = last < len(widths) and used + widths[last] <= room
        if before and (not after or first >= 1):
            # What stands left of the active one first: the digits begin there.
            first -= 1
            used += widths[first]
        elif after:
            used += widths[last]
            last += 1
        else:
            return first, last
