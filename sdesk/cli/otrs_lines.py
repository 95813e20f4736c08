"""From a ticket of the old desk to the line that an import takes, as its mapping says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from sdesk.cli.import_mapping import WordMap, ours_of
from sdesk.cli.importing import ReadLine
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.otrs import OtrsArticle, OtrsTicket, channel_of, instant_of, message_of, requester_of
from sdesk.domain.safe_text import one_line
from sdesk.domain.thread import NO_SUBJECT, OTRS
from sdesk.domain.ticket import Status
from sdesk.domain.ticket_line import LineFile, LineMessage, TicketLine, mailbox_text, read_line

FIELDS = ("team", "service", "assignee", "unit", "status", "priority")
"""What the mapping decides of a ticket."""

NOBODY = "tickets without a requester: neither the database nor a mail of theirs has an address"
WORDLESS = "tickets without a mail or a note"
UNREAD = "articles that are neither mail nor note, as chats"
CUT = "messages of which a part stayed behind; each says which"
LOST = "files and raw mails that were gone, or too large; the messages that had them say which"


@dataclass(slots=True)
class Converter:
    """What makes lines of tickets, and counts what they lack."""

    mapping: WordMap
    file: str
    """The mapping's, for what is wrong with it."""
    zone: tzinfo
    """Of the old desk's database."""
    now: datetime
    left: Counter[str]
    """Counts what the tickets that are read lack, by what it is: one of the sentences above."""

    def lines(self, tickets: Iterable[OtrsTicket]) -> Iterator[ReadLine]:
        """A line for each ticket, or what is wrong with it."""
        for ticket in tickets:
            name = f"ticket {one_line(ticket.number)[:40] or ticket.id}"
            try:
                yield ReadLine(name, self._line(ticket))
            except SdeskError as error:
                yield ReadLine(name, None, error)

    def _line(self, ticket: OtrsTicket) -> TicketLine:
        if not one_line(ticket.number):
            raise BadInput(f"the ticket with the id {ticket.id} has no number", "look at its row in the old database")
        if ticket.too_much:
            raise BadInput("it has more articles than a ticket can have", "move what matters of it by hand")
        created = instant_of(ticket.created, self.zone)
        if created is None:
            raise BadInput("its create_time is no instant", "look at its row in the old database")
        requester = requester_of(ticket, self.mapping.words.get("requester", {}))
        subject = one_line(ticket.title) or next((one_line(each.subject) for each in ticket.articles), "") or NO_SUBJECT
        said: dict[str, object] = {
            "external_id": f"{OTRS}{one_line(ticket.number)}",
            "subject": subject,
            "requester": mailbox_text(requester) if requester is not None else None,
            "created_at": to_rfc3339(created),
            "channel": str(channel_of(ticket.articles)),
            **self.mapping.defaults,
            **self._decided(ticket),
        }
        if said.get("status") in {Status.RESOLVED, Status.CLOSED, Status.MERGED}:
            ended = instant_of(ticket.ended, self.zone) if ticket.over else None
            over = to_rfc3339(ended if ended is not None and created <= ended <= self.now else created)
            said["resolved_at"] = over
            said["closed_at"] = over if said["status"] != Status.RESOLVED else None
        line = read_line(said, now=self.now, zone=self.zone)
        for what, count in (
            (NOBODY, line.requester is None),
            (WORDLESS, not ticket.articles),
            (UNREAD, ticket.unread),
            (CUT, sum(bool(article.left) for article in ticket.articles)),
        ):
            if count:
                self.left[what] += int(count)
        return replace(line, messages=tuple(self._message(each, created) for each in ticket.articles) or None)

    def _decided(self, ticket: OtrsTicket) -> dict[str, object]:
        theirs = (ticket.queue, ticket.service, ticket.owner, ticket.company, ticket.state, ticket.priority)
        found = {}
        for name, word in zip(FIELDS, theirs, strict=True):
            value = one_line(word)
            ours = ours_of(self.mapping, name, value, self.file) if value else ""
            if ours:
                found[name] = ours
        return dict(found)

    def _message(self, article: OtrsArticle, created: datetime) -> LineMessage:
        from sdesk.mail.mime.quoting import folded

        writer = one_line(article.writer)
        ours = article.sender == "agent" and bool(writer)
        agent = ours_of(self.mapping, "assignee", writer, self.file) if ours else ""
        made = message_of(
            article,
            agent=agent or None,
            fold=lambda text, subject: folded(text, subject, reply=bool(article.in_reply_to)),
            opened=created,
            now=self.now,
        )
        raw = self._counted(article.raw) if article.raw is not None else None
        return replace(made, files=tuple(self._watched(file) for file in made.files), raw=raw)

    def _watched(self, file: LineFile) -> LineFile:
        return replace(file, read=self._counted(file.read))

    def _counted(self, read: Callable[[], bytes | None]) -> Callable[[], bytes | None]:
        def counting() -> bytes | None:
            content = read()
            if content is None:
                self.left[LOST] += 1
            return content

        return counting
