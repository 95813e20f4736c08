"""`mail test`: what messages on disk would become, and which rule decides which field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli import output as standard_output
from sdesk.cli.invocation import Invocation
from sdesk.cli.mailboxes import chosen
from sdesk.cli.output import Format
from sdesk.cli.parse import content_of
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.cli.wrapping import wrapped
from sdesk.domain.kinds import FLAG, TEXT, many, maybe, thing, word
from sdesk.domain.ledger import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from sdesk.config.wire import AnyMailbox
    from sdesk.desk.intake import Origin
    from sdesk.desk.intake.explain import Explanation
    from sdesk.desk.opening import Desk
    from sdesk.domain.actor import Actor


class Tested(NamedTuple):
    """One message, and what it would become."""

    file: str
    subject: str
    sender: str
    ticket: str | None
    """The ticket that it would go to, where it would go to one that is there."""
    found: Explanation


TESTED: Sheet[Tested] = Sheet(
    fields=(
        Field("file", lambda row: row.file, kind=TEXT),
        Field("outcome", lambda row: row.found.receipt.outcome.value, kind=word(Outcome)),
        Field("ticket", lambda row: row.ticket, kind=maybe(TEXT)),
        Field("reason", lambda row: row.found.receipt.reason, kind=TEXT),
        Field(
            "decided",
            lambda row: [{"field": each.name, "value": each.value, "by": each.why} for each in row.found.decided],
            lambda row: "; ".join(f"{each.name}={each.value} ({each.why})" for each in row.found.decided),
            kind=many(thing({"field": TEXT, "value": TEXT, "by": TEXT})),
        ),
        Field("acknowledged", lambda row: row.found.acknowledged, kind=FLAG),
        Field("withheld", lambda row: row.found.withheld, kind=maybe(TEXT)),
        Field("known", lambda row: row.found.known, kind=maybe(TEXT)),
        Field("sender", lambda row: row.sender, kind=TEXT),
        Field("subject", lambda row: row.subject, kind=TEXT),
    ),
    columns=(
        Column("FILE", lambda row, eyes: row.file),
        Column("OUTCOME", lambda row, eyes: row.found.receipt.outcome.value),
        Column("TICKET", lambda row, eyes: row.ticket or ""),
        Column("WHY", lambda row, eyes: row.found.receipt.reason, wrap=True),
    ),
)


def explain_files(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="raw messages; - reads standard input")],
    mailbox: Annotated[
        str | None,
        typer.Option(
            "--mailbox", metavar="NAME", help="as if it lay in this one; else the first configured", show_default=False
        ),
    ] = None,
) -> None:
    """Print what messages would become: a ticket, a follow-up or neither, by which rule, and why. Nothing is kept.

    Examples:
      sdesk mail test message.eml
      sdesk mail test samples/*.eml --mailbox support -o json
    """
    call = invocation.of(ctx)
    call.output.check(TESTED)
    actor = call.actor_or_system
    origin = _origin(_mailbox(call, mailbox), call.now)
    rows = [tested(call.desk, actor, file, content_of(file), origin) for file in files]
    if call.output.format is Format.TABLE and call.output.fields is None:
        width = standard_output.width()
        pages = [[piece for line in page(row) for piece in wrapped(line, width, hang=14)] for row in rows]
        standard_output.text("\n".join("\n".join(each) + "\n" for each in pages))
    else:
        call.output.rows(rows, TESTED)


def _mailbox(call: Invocation, name: str | None) -> AnyMailbox | None:
    if name is not None:
        return chosen(call, [name])[0]
    return next(iter(call.config.mailboxes.values()), None)


def _origin(box: AnyMailbox | None, now: datetime) -> Origin:
    """As if the message lay in a mailbox of the configuration, or in one of which nothing is known."""
    from sdesk.desk.intake import Origin

    return Origin(
        mailbox=box.name if box else "test",
        folder="",
        uidvalidity=0,
        uid="test",
        arrived_at=now,
        addresses=box.addresses if box else (),
        desk_addresses=box.desk_addresses if box else (),
        team=(box.team or None) if box else None,
        service=(box.service or None) if box else None,
        auto_tickets=box.auto_tickets if box else False,
        trusts_auth_from=box.trusts_auth_from if box else (),
    )


def tested(desk: Desk, actor: Actor, file: str, raw: bytes, origin: Origin) -> Tested:
    """What a message would become of a desk. `file` is its name; nothing is kept."""
    from sdesk.desk.intake.explain import explain
    from sdesk.domain.actor import SYSTEM
    from sdesk.domain.ledger import Outcome
    from sdesk.mail.mime.message import read

    mail = read(raw)
    with desk.work(SYSTEM, origin.arrived_at) as work:
        # Left without a commit: nothing of it stays.
        found = explain(work, mail, raw, origin, viewer=actor)
        number = found.receipt.number
        ticket = None if number is None or found.receipt.outcome is Outcome.CREATED else work.rules.ref(number)
    return Tested(file, mail.subject, mail.sender.address, ticket, found)


_OUTCOMES = {
    "created": "a new ticket",
    "followed_up": "a follow-up to",
    "noted": "an internal note on",
    "ignored": "nothing: it would stand in the ledger alone",
    "duplicate": "nothing new: it is in",
}


def page(row: Tested) -> Iterator[str]:
    """One message, line by line, safe for a terminal."""
    from sdesk.domain.safe_text import one_line

    found = row.found
    yield f"{one_line(row.file)}: {one_line(row.sender) or 'no sender'}: {one_line(row.subject) or 'no subject'}"
    yield f"  becomes     {_OUTCOMES[found.receipt.outcome.value]} {row.ticket or ''}".rstrip()
    yield f"  because     {one_line(found.receipt.reason)}"
    for each in found.decided:
        yield f"  {each.name:<11} {one_line(each.value)}" + (f"   ({one_line(each.why)})" if each.why else "")
    if found.acknowledged:
        yield "  answered    by an acknowledgement, two minutes later"
    elif found.withheld:
        yield f"  answered    not acknowledged: {one_line(found.withheld)}"
    if found.known is not None:
        yield f"  known       the desk took this very mail before: it is in {found.known}"
