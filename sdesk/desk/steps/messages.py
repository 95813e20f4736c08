"""Adding to a ticket's conversation: messages, their files, and the words that search finds."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.actor import SYSTEM
from sdesk.domain.inbound import InboundAttachment, InboundMail, Mailbox
from sdesk.domain.outgoing import Party
from sdesk.domain.thread import hide_agent_tokens
from sdesk.domain.ticket import Direction
from sdesk.store.models import Approval, Asset, Attachment, Blob, Message, RawMail, TicketAsset
from sdesk.store.prepared import Prepared
from sdesk.store.search import ANSWERS, LONGEST_TEXT, LONGEST_THREAD, equipment_words, fold, words_of

RAW_LEVEL = 1
"""Of zlib: most of a large mail is base64, which a higher level packs little better for much more time."""

_INDEX_NEW = "INSERT INTO ticket_fts (rowid, subject, body, people) VALUES (?, ?, ?, ?)"
_INDEX_MORE = (
    "UPDATE ticket_fts SET body = body || char(10) || ?, people = people || ' ' || ?"
    f" WHERE rowid = ? AND length(body) < {LONGEST_THREAD}"
)
_RAW_BY_DIGEST = Prepared(select(col(RawMail.id)).where(col(RawMail.sha256) == bindparam("sha256")))
_BLOB_BY_DIGEST = Prepared(select(col(Blob.id)).where(col(Blob.sha256) == bindparam("sha256")))


def keep_raw(work: Work, raw: bytes, sha256: str) -> int:
    """The raw bytes of a mail, stored once; gives the row."""
    found = _RAW_BY_DIGEST.run(work.connection, sha256=sha256).scalar()
    if found is not None:
        return int(found)
    return insert_row(work, RawMail, {"sha256": sha256, "size": len(raw), "data": zlib.compress(raw, RAW_LEVEL)})


def recipients_of(to: Iterable[Mailbox], cc: Iterable[Mailbox] = ()) -> dict[str, Any]:
    """Recipients as a document: `to` and `cc`, lists of [address, name]."""
    return {
        "to": [[hide_agent_tokens(box.address), box.name] for box in to],
        "cc": [[hide_agent_tokens(box.address), box.name] for box in cc],
    }


def last_heard(work: Work, number: int, party: Party, address: str | None = None) -> Message | None:
    """What a party said last, which is what one answers. With `address`, of that one alone; else of who takes part."""
    query = select(Message).where(
        col(Message.ticket_id) == number,
        col(Message.direction) == Direction.IN,
        col(Message.party) == party,
        col(Message.takes_part) if address is None else col(Message.author_address) == address,
    )
    return work.session.scalars(query.order_by(col(Message.id).desc()).limit(1)).first()


def add_message(
    work: Work,
    number: int,
    direction: Direction,
    text: str,
    *,
    author_name: str,
    author_address: str,
    agent_id: int | None = None,
    person_id: int | None = None,
    takes_part: bool = True,
    sent_at: datetime | None = None,
    subject: str = "",
    quoted: str = "",
    recipients: dict[str, Any] | None = None,
    message_id: str | None = None,
    in_reply_to: str | None = None,
    defects: Sequence[str] = (),
    raw_id: int | None = None,
    party: Party = Party.REQUESTER,
    attachments: Sequence[InboundAttachment] = (),
    indexed: bool = True,
) -> int:
    """Add a message to a ticket; gives its row. `indexed` is False where the ticket's own first row of text has it."""
    row = insert_row(
        work,
        Message,
        {
            "ticket_id": number,
            "direction": direction,
            "agent_id": agent_id,
            "person_id": person_id,
            "author_name": author_name,
            "author_address": author_address,
            "takes_part": takes_part,
            "sent_at": sent_at or work.now,
            "taken_at": work.now,
            "subject": subject,
            "text": text,
            "quoted": quoted,
            "recipients": recipients,
            "message_id": message_id,
            "in_reply_to": in_reply_to,
            "undeliverable": None,
            "defects": list(defects) or None,
            "raw_id": raw_id,
            "party": party,
        },
    )
    for attachment in attachments:
        insert_row(
            work,
            Attachment,
            {
                "message_id": row,
                "blob_id": _keep_blob(work, attachment.content),
                "name": attachment.name,
                "media_type": attachment.media_type,
                "content_id": attachment.content_id,
                "inline": attachment.inline,
            },
        )
    if indexed:
        work.connection.exec_driver_sql(
            _INDEX_MORE, (fold(text[:LONGEST_TEXT]), fold(f"{author_name} {author_address}"), number)
        )
    return row


def index_ticket(work: Work, number: int, subject: str, body: str, people: str) -> None:
    """The one row of full text that a ticket has; later messages are added to it."""
    work.connection.exec_driver_sql(_INDEX_NEW, (number, fold(subject), fold(body[:LONGEST_TEXT]), fold(people)))


def add_to_index(work: Work, number: int, words: str) -> None:
    """More words that find a ticket, beside those of its conversation; folded already."""
    work.connection.exec_driver_sql(
        "UPDATE ticket_fts SET people = people || ' ' || ? WHERE rowid = ?", (words, number)
    )


def rename_in_index(work: Work, number: int, subject: str) -> None:
    """Another subject is found as well."""
    work.connection.exec_driver_sql("UPDATE ticket_fts SET subject = ? WHERE rowid = ?", (fold(subject), number))


def begin_conversation(
    work: Work,
    number: int,
    subject: str,
    text: str,
    author: Mailbox,
    person_id: int | None,
    *,
    answers: Sequence[str] = (),
    attachments: Sequence[InboundAttachment] = (),
) -> int | None:
    """The first message of a ticket that was written down here, and its words for the search; gives its row.

    `person_id`: the requester, in whose name it stands; without one it is the acting agent's. `answers`: what is found
    besides, of the form of its service. None without a text and without attachments.
    """
    words = "\n".join((*answers, text[:LONGEST_TEXT])) if answers else text
    index_ticket(work, number, subject, words, f"{author.name} {author.address}")
    if not text and not attachments:
        return None
    return add_message(
        work,
        number,
        Direction.IN,
        text,
        author_name=author.name,
        author_address=author.address,
        agent_id=work.actor.agent_id if person_id is None else None,
        person_id=person_id,
        subject=subject,
        attachments=attachments,
        indexed=False,
    )


def begin_with_note(work: Work, number: int, subject: str, text: str, people: str, at: datetime) -> int | None:
    """The text that the desk itself opens a ticket with, as a note, and its words for the search; gives its row.

    `people`: whose names find it besides. None without a text.
    """
    index_ticket(work, number, subject, text, people)
    if not text:
        return None
    return add_message(
        work,
        number,
        Direction.NOTE,
        text,
        author_name=SYSTEM.name,
        author_address="",
        sent_at=at,
        indexed=False,
    )


def reindex(work: Work, number: int) -> None:
    """Write a ticket's full text anew, after something was taken out of its conversation or of its equipment, or an
    approver decided.
    """
    rows = work.connection.execute(
        select(col(Message.text), col(Message.author_name), col(Message.author_address))
        .where(col(Message.ticket_id) == number, col(Message.taken_back_at).is_(None))
        .order_by(col(Message.id))
    ).all()
    answers = work.connection.exec_driver_sql(ANSWERS, (number,)).scalar()
    begun = [(answers, "", "")] if answers else []
    asked = work.connection.execute(
        select(col(Approval.comment), col(Approval.name), col(Approval.address))
        .where(col(Approval.ticket_id) == number)
        .order_by(col(Approval.id))
    ).all()
    equipment = work.connection.execute(
        select(col(Asset.inventory_number), col(Asset.serial))
        .join(TicketAsset, col(TicketAsset.asset_id) == col(Asset.id))
        .where(col(TicketAsset.ticket_id) == number)
        .order_by(col(Asset.number_key))
    ).all()
    body, people = words_of(
        (*begun, *((text, name, address) for text, name, address in (*rows, *asked))),
        [equipment_words(inventory_number, serial) for inventory_number, serial in equipment],
    )
    work.connection.exec_driver_sql(
        "UPDATE ticket_fts SET body = ?, people = ? WHERE rowid = ?", (body, people, number)
    )


def add_inbound(
    work: Work,
    number: int,
    direction: Direction,
    mail: InboundMail,
    *,
    raw_id: int,
    author: Mailbox | None = None,
    agent_id: int | None = None,
    person_id: int | None = None,
    takes_part: bool = True,
    party: Party = Party.REQUESTER,
    by_reference: bool = True,
    indexed: bool = True,
) -> int:
    """Add a mail as it came to a ticket's conversation; gives the row. `author` stands for its sender, where given.

    Agents' keys in it are hidden. Of a mail that came by a number alone (not `by_reference`) the recipients are left
    out: who stands in copy there takes no part by that.
    """
    author = author or mail.sender
    named = recipients_of(mail.to, mail.cc) if by_reference else recipients_of(())
    answered = mail.in_reply_to[0] if mail.in_reply_to else None
    return add_message(
        work,
        number,
        direction,
        hide_agent_tokens(mail.body_text),
        author_name=author.name,
        author_address=author.address,
        agent_id=agent_id,
        person_id=person_id,
        takes_part=takes_part,
        sent_at=mail.date,
        subject=mail.subject,
        quoted=hide_agent_tokens(mail.body_quoted),
        recipients=named,
        message_id=mail.message_id or None,
        in_reply_to=None if answered is None else hide_agent_tokens(answered),
        defects=mail.defects,
        raw_id=raw_id,
        party=party,
        attachments=mail.attachments,
        indexed=indexed,
    )


def attached_files(work: Work, message_id: int) -> tuple[InboundAttachment, ...]:
    """The files of a message, to be added to another."""
    rows = work.connection.execute(
        select(
            col(Attachment.name),
            col(Attachment.media_type),
            col(Blob.data),
            col(Attachment.content_id),
            col(Attachment.inline),
        )
        .join(Blob, col(Blob.id) == col(Attachment.blob_id))
        .where(col(Attachment.message_id) == message_id)
        .order_by(col(Attachment.id))
    ).all()
    return tuple(
        InboundAttachment(name, kind, data, content_id, inline) for name, kind, data, content_id, inline in rows
    )


def _keep_blob(work: Work, content: bytes) -> int:
    digest = hashlib.sha256(content).hexdigest()
    found = _BLOB_BY_DIGEST.run(work.connection, sha256=digest).scalar()
    if found is not None:
        return int(found)
    return insert_row(work, Blob, {"sha256": digest, "size": len(content), "data": content})
