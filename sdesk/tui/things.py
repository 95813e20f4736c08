"""What of a ticket can be opened: quoted parts, files, links in its text, other tickets; pure, for the menu of `o`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from sdesk.domain.safe_text import neutralise, one_line
from sdesk.store.reader.detail_rows import AttachmentRow, TicketDetail
from sdesk.tui.language import N_, _, count_of
from sdesk.tui.outside import why_not_opened
from sdesk.tui.render.conversation import file_label, folded_part

MOST_LINKS = 50
"""A newsletter has hundreds."""

_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]«»“”]+", re.IGNORECASE)


class Kind(StrEnum):
    """What opening it does."""

    QUOTE = "quote"
    QUOTES = "quotes"
    FILE = "file"
    SAVE = "save"
    LINK = "link"
    TICKET = "ticket"


WORDS = {
    Kind.QUOTE: N_("quoted"),
    Kind.QUOTES: N_("quoted"),
    Kind.FILE: N_("open"),
    Kind.SAVE: N_("save"),
    Kind.LINK: N_("link"),
    Kind.TICKET: N_("ticket"),
}
"""How the menu calls them; `_` says it."""


class Thing(NamedTuple):
    """A row of the menu."""

    kind: Kind
    text: str
    message: int = 0
    file: AttachmentRow | None = None
    link: str = ""
    number: int = 0


def things(detail: TicketDetail, current: int | None, unfolded: Collection[int]) -> list[Thing]:
    """All that can be opened; what belongs to the message `current` first."""
    return [
        *_quotes(detail, current, unfolded),
        *_files(detail, current),
        *_links(detail, current),
        *_tickets(detail),
    ]


def _quotes(detail: TicketDetail, current: int | None, unfolded: Collection[int]) -> Iterator[Thing]:
    quoting = [message for message in detail.messages if folded_part(message).strip()]
    mine = next((message for message in quoting if message.id == current), None)
    if mine is not None:
        lines = mine.quoted.strip("\n").count("\n") + 1
        if mine.taken_back_at is not None:
            text = _("fold what was taken back") if mine.id in unfolded else _("unfold what was taken back")
        elif mine.id in unfolded:
            text = count_of("fold {count} quoted line", "fold {count} quoted lines", lines)
        else:
            text = count_of("unfold {count} quoted line", "unfold {count} quoted lines", lines)
        yield Thing(Kind.QUOTE, text, message=mine.id)
    if len(quoting) > 1 or (quoting and mine is None):
        shown = all(message.id in unfolded for message in quoting)
        yield Thing(Kind.QUOTES, _("fold all quoted text") if shown else _("unfold all quoted text"))


def _files(detail: TicketDetail, current: int | None) -> Iterator[Thing]:
    files = [file for message in detail.messages for file in message.attachments]
    # Those of the message at hand first, and pictures that are part of a text last.
    files.sort(key=lambda file: (file.inline, file.message_id != current, -file.id))
    reasons = {file.id: why_not_opened(file.name, file.media_type) for file in files}
    for file in files:
        if reasons[file.id] is None:
            yield Thing(Kind.FILE, file_label(file), file=file)
    for file in files:
        label, why = file_label(file), reasons[file.id]
        if why is not None:
            label = _("{file}  (not opened: {why})").format(file=label, why=why)
        yield Thing(Kind.SAVE, label, file=file)


def _links(detail: TicketDetail, current: int | None) -> Iterator[Thing]:
    messages = sorted(detail.messages, key=lambda message: (message.id != current, -message.id))
    texts = (text for message in messages for text in (message.text, message.quoted))
    found = dict.fromkeys(link for text in texts for link in links_in(text))
    for link in list(found)[:MOST_LINKS]:
        yield Thing(Kind.LINK, link, link=link)


def _tickets(detail: TicketDetail) -> Iterator[Thing]:
    seen = set()
    for link in detail.links:
        seen.add(link.number)
        words = f"{link.ref} {_(link.kind.value.replace('_', ' '))}: {one_line(link.subject)}"
        yield Thing(Kind.TICKET, words, number=link.number)
    for other in detail.others:
        if other.number not in seen:
            text = f"{other.ref} {other.priority.value} {one_line(other.subject)}"
            yield Thing(Kind.TICKET, text, number=other.number)


def links_in(text: str) -> Iterator[str]:
    """The links of a text, as whoever reads it takes them: http and https, without what ends the sentence."""
    for found in _LINK.finditer(neutralise(text)):
        link = found.group()
        while link and (link[-1] in ".,;:!?*_~…" or (link[-1] == ")" and link.count(")") > link.count("("))):
            link = link[:-1]
        if where_to(link):
            yield link


def where_to(link: str) -> str:
    """The machine that a link leads to, as the network knows it (IDNA); empty for what is no link."""
    try:
        host = urlsplit(link).hostname or ""
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return ""
