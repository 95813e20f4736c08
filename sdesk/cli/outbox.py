"""`mail outbox`: what is to go, what went, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.numbers import one_ticket
from sdesk.cli.options import MOST, Limit, Yes
from sdesk.cli.question import agreed
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.nearest import did_you_mean
from sdesk.store.reader.rows import OutboxRow

if TYPE_CHECKING:
    from sdesk.desk.opening import Work
    from sdesk.domain.outgoing import OutboxState

STATES = ("queued", "sent", "failed", "held", "taken_back")

OUTBOX: Sheet[OutboxRow] = Sheet(
    fields=(
        Field("id", lambda row: row.id),
        Field("kind", lambda row: row.kind),
        Field("number", lambda row: row.number),
        Field("ref", lambda row: row.ref),
        Field("subject", lambda row: row.subject),
        Field("to", lambda row: list(row.to)),
        Field("state", lambda row: row.state),
        Field("created_at", lambda row: row.created_at),
        Field("send_after", lambda row: row.send_after),
        Field("sent_at", lambda row: row.sent_at),
        Field("attempts", lambda row: row.attempts),
        Field("error", lambda row: row.error),
        Field("message_id", lambda row: row.message_id),
    ),
    columns=(
        Column("ID", lambda row, eyes: str(row.id), right=True),
        Column("STATE", lambda row, eyes: row.state.replace("_", " ")),
        Column("WHEN", lambda row, eyes: eyes.local(row.sent_at or row.send_after)),
        Column("KIND", lambda row, eyes: row.kind),
        Column("TICKET", lambda row, eyes: row.ref),
        Column("TO", lambda row, eyes: ", ".join(row.to), cut=True),
        Column("TRIES", lambda row, eyes: str(row.attempts) if row.attempts else "", right=True, optional=True),
        Column("WHY", lambda row, eyes: row.error or "", wrap=True, optional=True),
    ),
    number=lambda row: row.id,
)

Mails = Annotated[
    list[int] | None,
    typer.Argument(metavar="[ID]...", min=0, max=MOST, help="of `sdesk mail outbox list`", show_default=False),
]


def outbox_list(
    ctx: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help=f"one of {', '.join(STATES)}", show_default=False)
    ] = None,
    number: Annotated[
        str | None, typer.Option("--number", metavar="NUMBER", help="of one ticket", show_default=False)
    ] = None,
    limit: Limit = 50,
) -> None:
    """Print what is to go and what went, newest first.

    Examples:
      sdesk mail outbox list
      sdesk mail outbox list --state failed
      sdesk mail outbox list --number SD-12 -o json
    """
    call = invocation.of(ctx)
    if state is not None and state not in STATES:
        raise BadInput(f"there is no state `{state}`", did_you_mean(state, STATES, f"known: {', '.join(STATES)}"))
    ticket = one_ticket(call, [number], "--number") if number is not None else None
    call.output.rows(call.reader.outbox(call.actor_or_system, state=state, number=ticket, limit=limit), OUTBOX)


def outbox_show(
    ctx: typer.Context,
    mail: Annotated[
        int, typer.Argument(metavar="ID", min=0, max=MOST, help="of `sdesk mail outbox list`", show_default=False)
    ],
    raw: Annotated[bool, typer.Option("--raw", help="the bytes as they go over the wire")] = False,
) -> None:
    """Print a mail of the outbox, with its header: as it would go now.

    Examples:
      sdesk mail outbox show 7
      sdesk mail outbox show 7 --raw > message.eml
    """
    call = invocation.of(ctx)
    actor = call.actor_or_system
    from sdesk.desk.outbox.previews import queued_mail
    from sdesk.domain.thread import hide_agent_tokens
    from sdesk.mail.outbox.render import render

    with call.desk.work(actor, call.now) as work:
        row, facts = queued_mail(work, mail)
    smtp = call.config.smtp
    letter = render(facts, fallback_sender=smtp.user if smtp is not None and "@" in smtp.user else "")
    if raw:
        output.raw(
            hide_agent_tokens(letter.as_bytes(utf8=True).decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            )
        )
        return
    from sdesk.domain.safe_text import neutralise, one_line

    where = row.state.value.replace("_", " ")
    if row.last_error:
        where += f": {row.last_error}"
    output.sentences(f"State: {one_line(where)}\n{neutralise(hide_agent_tokens(letter.shown()))}")


def outbox_retry(
    ctx: typer.Context,
    mails: Mails = None,
    failed: Annotated[bool, typer.Option("--failed", help="all that failed")] = False,
) -> ExitCode:
    """Try mails again that failed or wait for their next try: they go with the next `sdesk mail send`.

    Examples:
      sdesk mail outbox retry 7 8
      sdesk mail outbox retry --failed
    """
    from sdesk.desk.outbox.by_hand import retry
    from sdesk.domain.outgoing import OutboxState

    call = invocation.of(ctx)
    wanted = _wanted(call, mails, "--failed", OutboxState.FAILED if failed else None)
    return _each(call, wanted, retry, "goes with the next `sdesk mail send`")


def outbox_release(
    ctx: typer.Context,
    mails: Mails = None,
    everything: Annotated[bool, typer.Option("--all", help="all that are held")] = False,
) -> ExitCode:
    """Let mails go that are held since a restore.

    Examples:
      sdesk mail outbox release 7
      sdesk mail outbox release --all
    """
    from sdesk.desk.outbox.by_hand import release
    from sdesk.domain.outgoing import OutboxState

    call = invocation.of(ctx)
    wanted = _wanted(call, mails, "--all", OutboxState.HELD if everything else None)
    return _each(call, wanted, release, "is released")


def outbox_discard(ctx: typer.Context, mails: Mails = None, yes: Yes = False) -> ExitCode:
    """See that mails never go; they stay in the store, and the history says who did it.

    Examples:
      sdesk mail outbox discard 7 --yes
    """
    from sdesk.desk.outbox.by_hand import discard

    call = invocation.of(ctx)
    wanted = _wanted(call, mails, "", None)
    many = "this mail" if len(wanted) == 1 else f"these {len(wanted)} mails"
    if not agreed(f"see that {many} never go?", yes=yes):
        return ExitCode.FAILED
    return _each(call, wanted, discard, "never goes")


def _wanted(call: Invocation, mails: Sequence[int] | None, option: str, state: OutboxState | None) -> list[int]:
    """The mails that are named, or all of a state. BadInput where neither is said, or both."""
    if mails and state is not None:
        raise BadInput(f"{option} stands beside numbers", "give one of the two")
    if state is not None:
        actor = call.actor_or_system
        from sdesk.desk.outbox.by_hand import of_state

        with call.desk.work(actor, call.now) as work:
            return list(of_state(work, state))
    if not mails:
        raise BadInput("no mail is named", f"give numbers{f', or {option}' if option else ''}")
    return list(dict.fromkeys(mails))


def _each(call: Invocation, mails: Sequence[int], use_case: Callable[[Work, int], None], done: str) -> ExitCode:
    """One transaction for each mail; every outcome is said."""
    actor = call.actor_or_system
    errors: list[SdeskError] = []
    for mail in mails:
        try:
            with call.desk.work(actor, call.now) as work:
                use_case(work, mail)
                work.session.commit()
            output.text(f"mail {mail} {done}\n")
        except SdeskError as error:
            errors.append(error)
            diagnostics.error(error)
    return diagnostics.overall(errors, done=len(mails) - len(errors))
