"""`doctor`: what is set up and what works, a line each, with what to do where something does not."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import SdeskError
from sdesk.domain.kinds import TEXT, maybe, word


class Verdict(StrEnum):
    """How one thing does."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Finding(NamedTuple):
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    what: str
    remedy: str = ""
    """What to do; empty where all is well."""


FINDINGS: Sheet[Finding] = Sheet(
    fields=(
        Field("name", lambda row: row.name, kind=TEXT),
        Field("state", lambda row: row.verdict.value, kind=word(Verdict)),
        Field("what", lambda row: row.what, kind=TEXT),
        Field("remedy", lambda row: row.remedy or None, kind=maybe(TEXT)),
    ),
    columns=(
        Column(
            "STATE",
            lambda row, eyes: row.verdict.value,
            style=lambda row: {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "bold red"}[row.verdict],
        ),
        Column("NAME", lambda row, eyes: row.name),
        Column("WHAT", lambda row, eyes: f"{row.what}. {row.remedy}" if row.remedy else row.what, wrap=True),
    ),
)


def ok(name: str, what: str) -> Finding:
    """All is well."""
    return Finding(name, Verdict.OK, what)


def warning(name: str, what: str, remedy: str) -> Finding:
    """It works, and somebody should see to it."""
    return Finding(name, Verdict.WARNING, what, remedy)


def failed(name: str, what: str, remedy: str = "") -> Finding:
    """It does not work."""
    return Finding(name, Verdict.FAILED, what, remedy)


def broken(name: str, error: SdeskError) -> Finding:
    """What an error says."""
    return failed(name, error.what, error.remedy)


def doctor(
    ctx: typer.Context,
    online: Annotated[
        bool, typer.Option("--online", help="log in to the mail servers too; nothing is taken or sent")
    ] = False,
) -> ExitCode:
    """Look at all that the desk needs, and say what to do where something is missing. Exit code 1: something failed.

    It changes nothing, and asks the network only with --online.

    Examples:
      sdesk doctor
      sdesk doctor --online
      sdesk doctor -o json | jq '.[] | select(.state != "ok")'
    """
    call = invocation.of(ctx)
    call.output.check(FINDINGS)
    from sdesk.cli.doctor_desk import look_at_desk
    from sdesk.cli.doctor_machine import look_at_configuration, look_at_program, look_at_terminal

    configuration = look_at_configuration(call)
    found = [*look_at_program(), configuration]
    if configuration.verdict is not Verdict.FAILED or call.wishes.db:
        found += look_at_desk(call, configured=configuration.verdict is not Verdict.FAILED)
    found += look_at_terminal()
    if online and configuration.verdict is not Verdict.FAILED:
        found += _look_outside(call)
    call.output.rows(found, FINDINGS)
    count = sum(each.verdict is Verdict.FAILED for each in found)
    if not count:
        return ExitCode.DONE
    diagnostics.note("one thing failed" if count == 1 else f"{count} things failed")
    return ExitCode.FAILED


def _look_outside(call: Invocation) -> Iterator[Finding]:
    """Each server that the configuration names."""
    from sdesk.mail.check import check_mailbox, check_smtp

    tried = [check_mailbox(mailbox, call.now) for mailbox in call.config.mailboxes.values()]
    if call.config.smtp is not None:
        tried.append(check_smtp(call.config.smtp, call.now))
    for each in tried:
        name = "login to smtp" if each.kind == "smtp" else f"login to {each.name}"
        yield ok(name, each.what) if each.error is None else broken(name, each.error)
