"""A ticket of OTRS or one of its heirs as its database has it, and what that means here.

Nothing of it is believed: texts are made safe, addresses that are none are left out, instants are checked by who reads
the line.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from email.utils import getaddresses

from sdesk.domain.errors import SdeskError
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.ticket import Channel, Direction
from sdesk.domain.ticket_line import LineFile, LineMessage

OVER = frozenset({"closed", "removed", "merged"})
"""Types of states in which a ticket is over."""
MOST_BOXES = 200
LONGEST_TEXT = 500_000
"""Characters of a message, as of a mail: what is longer is cut."""
_LONGEST_HEADER = 20_000
_BARE = re.compile(r"""[^\s<>(),;:"'@]{1,64}@[^\s<>(),;:"'@]{1,250}""")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
_LENIENT: dict[str, bool] = {"strict": False} if "strict" in inspect.signature(getaddresses).parameters else {}
"""Newer Pythons give up a whole header for one slip (CVE-2023-27043): an archive's is read as far as it can be."""
_INTERNAL = frozenset({"email-internal", "email-notification-int", "note-internal", "note-report"})
"""Types of articles of generation 5 that a customer never saw."""
_CHANNELS = {"email": Channel.MAIL, "phone": Channel.PHONE, "webrequest": Channel.PORTAL}

Fold = Callable[[str, str], tuple[str, str]]
"""Own words and what was quoted, of a text and its subject."""


@dataclass(frozen=True, slots=True)
class OtrsArticle:
    """One article, as it stands."""

    id: int
    sender: str
    """`agent`, `customer` or `system`."""
    kind: str
    """`email-external` of generation 5; `Email` of the later ones."""
    visible: bool
    writer: str
    """The login of who made it there."""
    sent_at: int
    """Seconds since 1970, UTC."""
    origin: str
    to: str
    cc: str
    subject: str
    message_id: str
    in_reply_to: str
    body: str
    files: tuple[LineFile, ...] = ()
    raw: Callable[[], bytes | None] | None = None
    left: tuple[str, ...] = ()
    """What of it was left where it was, in sentences."""

    @property
    def direction(self) -> Direction:
        """What it was: only what the requester saw, or wrote, is more than a note."""
        if self.sender == "system":
            return Direction.AUTO
        if not self.visible:
            return Direction.NOTE
        return Direction.IN if self.sender == "customer" else Direction.OUT


@dataclass(frozen=True, slots=True)
class OtrsTicket:
    """One ticket, as it stands."""

    id: int
    number: str
    title: str
    queue: str
    state: str
    state_type: str
    priority: str
    owner: str
    """The login; empty where nobody has it."""
    service: str
    customer: str
    """The login of the customer's user."""
    customer_box: str
    """His mailbox, where the database has it."""
    company: str
    created: object
    ended: object
    """When it came into the state in which it is over; None where it is not."""
    articles: tuple[OtrsArticle, ...] = ()
    unread: int = 0
    """Articles that are no mail and no note, as a chat is."""
    too_much: bool = False
    """Whether its articles were not read, since there are more than a ticket can have."""

    @property
    def over(self) -> bool:
        """Whether it is closed, removed or merged there."""
        return self.state_type in OVER


def is_visible(kind: str) -> bool:
    """Whether a customer saw an article of this type of generation 5."""
    return kind.lower() not in _INTERNAL


def instant_of(value: object, zone: tzinfo) -> datetime | None:
    """An instant of a column without a zone, or of seconds since 1970; None where it is none."""
    try:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, int):
            found = datetime.fromtimestamp(value, UTC)
        else:
            found = datetime.fromisoformat(str(value).strip())
        found = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        return found.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        return None


def boxes_of(header: str) -> tuple[Mailbox, ...]:
    """The mailboxes of a header as the old desk stored it, each once; what is no address is left out."""
    found: dict[str, Mailbox] = {}
    line = one_line(header[:_LONGEST_HEADER])
    try:
        pairs = getaddresses([line], **_LENIENT)
    except (ValueError, IndexError, RecursionError):  # the last: brackets in brackets
        pairs = [("", address) for address in _BARE.findall(line)]
    for name, address in pairs[:MOST_BOXES]:
        try:
            box = parse_mailbox(address)
        except SdeskError:
            continue
        found.setdefault(box.address.lower(), Mailbox(box.address, _name(name)))
    return tuple(found.values())


def message_of(article: OtrsArticle, *, agent: str | None, fold: Fold, opened: datetime, now: datetime) -> LineMessage:
    """An article as a message. `agent`: the login here of who wrote it, where it was one.

    What has no time of its own, or one to come, has that at which its ticket was `opened`: the same at each import.
    """
    author = next(iter(boxes_of(article.origin)), None) or Mailbox(
        "", _name(article.origin) or one_line(article.writer)
    )
    subject = one_line(article.subject)
    text = neutralise(article.body[:LONGEST_TEXT])
    own, quoted = fold(text, subject) if article.direction is not Direction.NOTE else (text, "")
    sent_at = instant_of(article.sent_at, UTC) if article.sent_at > 0 else None
    return LineMessage(
        article.direction,
        author,
        sent_at if sent_at is not None and sent_at <= now else min(opened, now),
        own,
        agent=agent if article.direction in {Direction.OUT, Direction.NOTE} else None,
        quoted=quoted,
        subject=subject,
        message_id=_message_id(article.message_id),
        in_reply_to=_message_id(article.in_reply_to),
        to=boxes_of(article.to),
        cc=boxes_of(article.cc),
        files=article.files,
        raw=article.raw,
        defects=article.left,
    )


def channel_of(articles: Sequence[OtrsArticle]) -> Channel:
    """How a ticket came: as its first article did."""
    if not articles:
        return Channel.IMPORT
    kind = articles[0].kind.lower().partition("-")[0]
    if kind == "internal" and articles[0].sender == "customer":
        return Channel.PORTAL
    return _CHANNELS.get(kind, Channel.IMPORT)


def requester_of(ticket: OtrsTicket, decided: Mapping[str, str]) -> Mailbox | None:
    """Who asked: as was decided, as the database knows him, by his login, or as the first customer's article says."""
    said = (
        decided.get(one_line(ticket.customer), ""),
        ticket.customer_box,
        ticket.customer,
        *(article.origin for article in ticket.articles if article.direction is Direction.IN),
    )
    return next((box for text in said for box in boxes_of(text)), None)


def _message_id(text: str) -> str:
    found = _MESSAGE_ID.search(text[:_LONGEST_HEADER])
    return found[0] if found is not None and found[0].isprintable() else ""


def _name(text: str) -> str:
    return one_line(text)[:200].replace("<", "").replace(">", "").strip().strip('"').strip()
