"""Textual reads some texts as markup (titles of boxes, the palette): words that people chose must not be read so."""

from __future__ import annotations


def verbatim(text: str) -> str:
    """The markup that shows a text as it is.

    Textual's own `escape` leaves what it takes for no tag, which its reader then takes for one: `[$x]`, `a[ b]`.
    """
    return text.replace("[", "\\[")
