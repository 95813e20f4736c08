"""`mail parse`: what the desk makes of one raw message, without any store."""

from __future__ import annotations

import sys
from operator import itemgetter
from typing import Annotated

import typer

from sdesk.actions.fence import keep_off_files
from sdesk.cli import invocation
from sdesk.cli import output as standard_output
from sdesk.cli.output import Format
from sdesk.cli.sheet import Field, Sheet
from sdesk.cli.wording import counted
from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.domain.system_words import reason_of


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
    from sdesk.cli.json_mail import as_json
    from sdesk.mail.mime.message import read

    output = call.output
    mail = read(content_of(file))
    if output.format is Format.TABLE and output.fields is None:
        standard_output.text(_page(mail))
    else:
        parsed = as_json(mail)
        output.one(parsed, Sheet(tuple(Field(name, itemgetter(name)) for name in parsed), ()))


def content_of(file: str) -> bytes:
    """The bytes of a message: a file, or `-` for standard input. BadInput; Refused for a file of the server."""
    if file == "-":
        return sys.stdin.buffer.read()
    keep_off_files()
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise BadInput(f"the message {file} cannot be read: {reason_of(error)}", "name another file") from error


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
        ("Forwarded", "" if mail.forwarded_from is None else f"from {_person(mail.forwarded_from)}"),
        ("Bounce", "yes" if mail.is_bounce else ""),
        ("Automatic", (mail.auto_reason or "yes") if mail.is_auto else ""),
        ("Defects", "; ".join(mail.defects)),
        *(
            ("File", f"{file.name}, {counted(len(file.content), 'byte')}, {file.media_type}")
            for file in mail.attachments
        ),
    )
    lines = [f"{name:<12} {one_line(fact)}" for name, fact in facts if fact]
    lines += ["", *neutralise(mail.body_text).strip("\n").split("\n")]
    if mail.body_quoted.strip():
        lines += [f"> {line}" for line in neutralise(mail.body_quoted).strip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def _person(person: Mailbox) -> str:
    return f"{person.name} <{person.address}>" if person.name else person.address
