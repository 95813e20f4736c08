"""The daily verbs that write: reply, note, close, reopen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdesk.actions.grammar import attached
from sdesk.actions.personal import KeptDraft
from sdesk.cli import invocation
from sdesk.cli.changing import change, tell
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.effort import Spent, Visit, effort_values
from sdesk.cli.invocation import Invocation
from sdesk.cli.numbers import ticket_numbers
from sdesk.cli.options import MOST, DryRun, Numbers, Text
from sdesk.cli.text_input import Written, given, wanted

if TYPE_CHECKING:
    from sdesk.cli.begun import Begun

Cc = Annotated[
    list[str] | None, typer.Option("--cc", metavar="ADDRESS", help="a copy to; may be repeated", show_default=False)
]
Attach = Annotated[
    list[Path] | None,
    typer.Option("--attach", metavar="FILE", help="a file that goes along; may be repeated", show_default=False),
]


def reply(
    ctx: typer.Context,
    numbers: Numbers,
    text: Text = None,
    cc: Cc = None,
    cc_all: Annotated[bool, typer.Option("--cc-all", help="a copy to everybody who had one in this thread")] = False,
    attach: Attach = None,
    wait: Annotated[
        str | None,
        typer.Option(
            "--wait", metavar="WHOM", help="then wait for the requester, a supplier, a date", show_default=False
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="WHEN", help="when that wait ends by itself, as 2h or fri 12:00", show_default=False
        ),
    ] = None,
    phone: Annotated[
        bool, typer.Option("--phone", help="it was told by telephone: it is kept, and no mail goes out")
    ] = False,
    alone: Annotated[
        bool, typer.Option("--alone", help="of an incident: to its own requester, not to those of its parts")
    ] = False,
    pass_on: Annotated[
        list[int] | None,
        typer.Option(
            "--pass-on",
            metavar="MESSAGE",
            min=1,
            max=MOST,
            help="a supplier's answer that goes along with its files, by its number in `show`; may be repeated",
            show_default=False,
        ),
    ] = None,
    spent: Spent = None,
    visit: Visit = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Answer the requester. It goes out as mail, and meets the promise of a first response.

    Examples:
      sdesk reply 123 --text "On my way"
      sdesk reply 123 --text @answer.txt --cc boss@example.org
      sdesk reply 123 --text "See the picture" --attach fuse.jpg --cc-all
      sdesk reply 123 --text "Which till is it?" --wait requester --until "fri 12:00"
      sdesk reply 123 --phone --text "Told her to restart the till"
      sdesk reply 123 --text "This is what the supplier says" --pass-on 517
      sdesk reply 123 --text "I come tomorrow at ten" --visit "tomorrow 10:00" --spent 15m
      sdesk reply 123
    """
    call = invocation.of(ctx)
    more = effort_values(call, spent, visit)
    if cc:
        more["cc"] = tuple(cc)
    if cc_all:
        more["cc_all"] = True
    if attach:
        more["attachments"] = tuple(map(attached, attach))
    if wait:
        more["waiting_for"] = wait
    if until is not None:
        more["until"] = call.until(until)
    if phone:
        more["phone"] = True
    if alone:
        more["alone"] = True
    if pass_on:
        more["pass_on"] = tuple(pass_on)
    return _write(call, "reply", numbers, text, more, dry_run=dry_run)


def forward(
    ctx: typer.Context,
    numbers: Numbers,
    to: Annotated[str, typer.Option("--to", metavar="ADDRESS", help="the supplier")],
    text: Text = None,
    messages: Annotated[
        list[int] | None,
        typer.Option(
            "--with",
            metavar="MESSAGE",
            min=1,
            max=MOST,
            help="a message that goes along with its files, by its number in `show`; may be repeated",
            show_default=False,
        ),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="wait for the supplier: the resolution clock stands")] = False,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="WHEN", help="when the wait ends by itself, as 2h or fri 12:00", show_default=False
        ),
    ] = None,
    spent: Spent = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Ask a supplier. What is asked and answered stays within the desk, until you pass it on by `reply --pass-on`.

    Examples:
      sdesk forward 123 --to service@tills.example --text "Error 42: what is it?"
      sdesk forward 123 --to service@tills.example --with 517 --wait --until "fri 12:00" --text @question.txt
    """
    call = invocation.of(ctx)
    more: dict[str, object] = {"to": to, **effort_values(call, spent)}
    if messages:
        more["messages"] = tuple(messages)
    if wait or until is not None:
        more["wait"] = True
    if until is not None:
        more["until"] = call.until(until)
    return _write(call, "forward", numbers, text, more, dry_run=dry_run)


def take_back(ctx: typer.Context, numbers: Numbers, dry_run: DryRun = False) -> ExitCode:
    """Take back the last answer, resolution or question to a supplier, while it waits to be sent: ten seconds.

    The ticket is as it was before, and the text is your draft again.

    Examples:
      sdesk take-back 123
    """
    call = invocation.of(ctx)
    outcomes = change(call, "take_back", ticket_numbers(call, numbers), {}, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)


def note(
    ctx: typer.Context,
    numbers: Numbers,
    text: Text = None,
    attach: Attach = None,
    spent: Spent = None,
    visit: Visit = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Write an internal note, which the requester never sees.

    Examples:
      sdesk note 123 --text "Same fan as last week" --spent 20m
      journalctl -u till | sdesk note 123 --text -
    """
    call = invocation.of(ctx)
    more = effort_values(call, spent, visit)
    if attach:
        more["attachments"] = tuple(map(attached, attach))
    return _write(call, "note", numbers, text, more, dry_run=dry_run)


def close(
    ctx: typer.Context,
    numbers: Numbers,
    text: Text = None,
    silent: Annotated[bool, typer.Option("--silent", help="tell the requester nothing; a text becomes a note")] = False,
    cc: Cc = None,
    attach: Attach = None,
    spent: Spent = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Resolve tickets, telling the requester what was done.

    A resolved ticket is closed by the desk itself, once nobody has written for as long as its team says (`reopen_for`
    in the desk file). Until then the requester's mail opens it again; after that it opens a new ticket.

    Examples:
      sdesk close 123 --text "The drawer was replaced" --spent 40m
      sdesk close 123 124 --silent
    """
    call = invocation.of(ctx)
    more = effort_values(call, spent)
    if cc:
        more["cc"] = tuple(cc)
    if attach:
        more["attachments"] = tuple(map(attached, attach))
    if silent:
        written = given(text, numbers)
        values: dict[str, object] = {"silent": True, **more}
        if written is not None:
            values["text"] = written.text
        outcomes = change(call, "close", ticket_numbers(call, numbers), values, dry_run=dry_run)
        return tell(call, outcomes, dry_run=dry_run)
    return _write(call, "close", numbers, text, more, dry_run=dry_run)


def reopen(
    ctx: typer.Context,
    numbers: Numbers,
    text: Annotated[
        str | None,
        typer.Option(
            "--text", metavar="TEXT", help="why, as a note; - reads standard input, @FILE a file", show_default=False
        ),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Open resolved or closed tickets again.

    Examples:
      sdesk reopen 123 --text "It is back"
    """
    call = invocation.of(ctx)
    written = given(text, numbers)
    values = {} if written is None else {"text": written.text}
    outcomes = change(call, "reopen", ticket_numbers(call, numbers), values, dry_run=dry_run)
    return tell(call, outcomes, dry_run=dry_run)


def _write(
    call: Invocation,
    action: str,
    words: Sequence[str],
    text: str | None,
    more: Mapping[str, object],
    *,
    dry_run: bool,
) -> ExitCode:
    """One text for all the tickets; what was written in an editor is not lost where it could not be used."""
    if text is not None:
        written = given(text, words)
        numbers = ticket_numbers(call, words)
        versions, begun = None, None
    else:
        numbers = [] if "-" in words else ticket_numbers(call, words)
        begun, facts, versions = _for_editor(call, numbers, action, more)
        if begun is not None:
            more = {**begun.values, **more}
        written = wanted(None, words, begun=begun.draft.text if begun is not None else "", facts=facts)
    if written is None:
        raise TypeError("no text")  # `given` gives one where there is an option
    return _use(call, action, numbers, written, more, versions, begun, dry_run=dry_run)


def _use(
    call: Invocation,
    action: str,
    numbers: Sequence[int],
    written: Written,
    more: Mapping[str, object],
    versions: Mapping[int, int] | None,
    begun: Begun | None,
    *,
    dry_run: bool,
) -> ExitCode:
    kept = True
    draft = KeptDraft(direction=begun.draft.direction, seen=begun.draft.stamp) if begun is not None else None
    try:
        values = {"text": written.text, **more}
        outcomes = change(call, action, numbers, values, dry_run=dry_run, versions=versions, words=draft)
        if begun is not None and begun.along:
            outcomes = tuple(
                replace(each, sentence=f"{each.sentence} (from the draft: {begun.along})") if each.sentence else each
                for each in outcomes
            )
        kept = dry_run or any(outcome.error is not None for outcome in outcomes)
        return tell(call, outcomes, dry_run=dry_run)
    finally:
        if kept:
            written.keep()
        else:
            written.done()


_HEADINGS = {"note": "An INTERNAL NOTE on:", "forward": "Goes out to a SUPPLIER, about:"}
_BY_PHONE = "Was told BY PHONE, and goes out to nobody, on:"


def _for_editor(
    call: Invocation, numbers: Sequence[int], action: str, options: Mapping[str, object]
) -> tuple[Begun | None, str, dict[int, int]]:
    """The draft that the editor goes on with, what stands below, and which versions the person has seen."""
    from sdesk.cli.begun import begun
    from sdesk.domain.safe_text import one_line

    rows = call.reader.rows(call.actor, numbers, now=call.now)
    for number in numbers:
        if number not in rows:
            call.reader.ticket(call.actor, number, now=call.now)  # raises what is to be said
    found = begun(call, action, numbers[0], options) if len(numbers) == 1 else None
    by_phone = (options if found is None else {**found.values, **options}).get("phone") is True
    facts = [
        _BY_PHONE if by_phone else _HEADINGS.get(action, "Goes out to the requester of:"),
        *(
            f"{row.ref}  {one_line(row.subject)}  ({one_line(row.requester_name or row.requester_email or '')})"
            for row in rows.values()
        ),
        *((f"From the draft: {found.facts}",) if found is not None and found.facts else ()),
        "An empty text does nothing.",
    ]
    return found, "\n".join(facts), {row.number: row.version for row in rows.values()}
