"""`mail parse`: what the desk makes of one raw message, without any store."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sdesk.cli import invocation
from sdesk.cli import output as standard_output
from sdesk.cli.output import Format
from sdesk.cli.sheet import Field, Sheet, Value
from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import InboundMail, Mailbox


def _addresses(people: tuple[Mailbox, ...]) -> Value:
    return [person.address for person in people]


def _attachments(mail: InboundMail) -> Value:
    return [{"name": file.name, "size": len(file.content), "type": file.media_type} for file in mail.attachments]


PARSED: Sheet[InboundMail] = Sheet(
    fields=(
        Field("from_addr", lambda mail: mail.sender.address or None),
        Field("from_name", lambda mail: mail.sender.name),
        Field("reply_to", lambda mail: mail.reply_to[0].address if mail.reply_to else None),
        Field("to", lambda mail: _addresses(mail.to)),
        Field("cc", lambda mail: _addresses(mail.cc)),
        Field("subject", lambda mail: mail.subject),
        Field("date", lambda mail: mail.date),
        Field("message_id", lambda mail: mail.message_id or None),
        Field("in_reply_to", lambda mail: mail.in_reply_to[0] if mail.in_reply_to else None),
        Field("references", lambda mail: list(mail.references)),
        Field("body_text", lambda mail: mail.body_text),
        Field("body_quoted", lambda mail: mail.body_quoted),
        Field("attachments", _attachments),
        Field("is_bounce", lambda mail: mail.is_bounce),
        Field("is_auto", lambda mail: mail.is_auto),
        Field("defects", lambda mail: list(mail.defects)),
        Field("auto_reason", lambda mail: mail.auto_reason),
        Field("language", lambda mail: mail.language),
        Field("sha256", lambda mail: mail.sha256),
        Field("size", lambda mail: mail.size),
    ),
    columns=(),
)
"""A message as the desk understands it; absent addresses, dates and identifiers are null."""


def parse(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="one raw message; - or nothing: standard input")] = "-",
) -> None:
    """Print what the desk makes of one raw message (RFC 5322). No store is touched.

    Examples:
      sdesk mail parse message.eml
      sdesk mail parse -o json < message.eml
    """
    call = invocation.of(ctx)
    from sdesk.mail.message import read

    output = call.output
    mail = read(_content(file))
    if output.format is Format.TABLE and output.fields is None:
        standard_output.text(_page(mail))
    else:
        output.one(mail, PARSED)


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise BadInput(f"the message {file} cannot be read: {error.strerror}", "name another") from error


def _page(mail: InboundMail) -> str:
    from sdesk.domain.instant import to_rfc3339
    from sdesk.domain.safe_text import neutralise, one_line

    facts = (
        ("From", _person(mail.sender)),
        ("Reply-To", ", ".join(map(_person, mail.reply_to))),
        ("To", ", ".join(map(_person, mail.to))),
        ("Cc", ", ".join(map(_person, mail.cc))),
        ("Subject", mail.subject),
        ("Date", "" if mail.date is None else to_rfc3339(mail.date)),
        ("Message-ID", mail.message_id),
        ("In-Reply-To", " ".join(mail.in_reply_to)),
        ("Bounce", "yes" if mail.is_bounce else ""),
        ("Automatic", (mail.auto_reason or "yes") if mail.is_auto else ""),
        ("Defects", "; ".join(mail.defects)),
        *(("File", f"{file.name}, {len(file.content)} bytes, {file.media_type}") for file in mail.attachments),
    )
    lines = [f"{name:<12} {one_line(fact)}" for name, fact in facts if fact]
    lines += ["", *neutralise(mail.body_text).strip("\n").split("\n")]
    if mail.body_quoted.strip():
        lines += [f"> {line}" for line in neutralise(mail.body_quoted).strip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def _person(person: Mailbox) -> str:
    return f"{person.name} <{person.address}>" if person.name else person.address
