"""`desk check`: a desk file is read without any store, and tried on sample mails, so that it can be tested in a CI."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.cli.desk import DeskFileName, read_file
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.mail_test import TESTED, Tested, page, tested
from sdesk.cli.output import Format
from sdesk.cli.sheet import Column, Field, Sheet, Value
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.kinds import TEXT, many, thing

if TYPE_CHECKING:
    from sdesk.desk.deskfile import DeskFile

SIDECAR = ".expect.toml"
"""What is appended to a mail's name for the file that says what it should become."""
EXPECTED = ("outcome", "team", "service", "requester", "unit", "priority", "status", "tags")
"""What such a file may say."""


class Mismatch(NamedTuple):
    """What a mail should become, and does not."""

    field: str
    expected: str
    found: str


class Sample(NamedTuple):
    """A mail, what it would become, and where that is not what was expected."""

    tested: Tested
    mismatches: tuple[Mismatch, ...]


def _of_mail(field: Field[Tested]) -> Field[Sample]:
    text = field.text
    return Field(
        field.name,
        lambda row: field.get(row.tested),
        None if text is None else lambda row: text(row.tested),
        field.kind,
    )


SAMPLES: Sheet[Sample] = Sheet(
    fields=(
        *map(_of_mail, TESTED.fields),
        Field(
            "mismatches",
            lambda row: [_mismatch(each) for each in row.mismatches],
            lambda row: "; ".join(f"{each.field}={each.found}, not {each.expected}" for each in row.mismatches),
            kind=many(thing({"field": TEXT, "expected": TEXT, "found": TEXT})),
        ),
    ),
    columns=(Column("FILE", lambda row, eyes: row.tested.file),),
)


def check(
    ctx: typer.Context,
    file: DeskFileName,
    mails: Annotated[
        list[str] | None, typer.Argument(metavar="[MAIL]...", help="messages, Maildirs or mboxes", show_default=False)
    ] = None,
    against: Annotated[
        bool, typer.Option("--against", help="try routing rules and services on the mails that follow")
    ] = False,
    team: Annotated[
        str | None,
        typer.Option("--team", metavar="KEY", help="of what no address and no rule decides", show_default=False),
    ] = None,
) -> ExitCode:
    """Look for mistakes in a desk file, without any store; with --against, print what it makes of mails, and why.

    Each mail is taken by itself, by a throw-away desk. Beside MAIL may stand MAIL.expect.toml with what it should
    become, as `service = "till"` (outcome, team, service, requester, unit, priority, status, tags): where it becomes
    anything else, the exit code is 1.

    Examples:
      sdesk desk check desk.toml
      sdesk desk check desk.toml --against samples/*.eml
      sdesk desk check desk.toml --against ~/Maildir old.mbox --team it -o json
    """
    call = invocation.of(ctx)
    call.output.check(SAMPLES)
    if mails and not against:
        raise BadInput("mails are named without --against", f"write `sdesk desk check {file} --against MAIL...`")
    if against and not mails:
        raise BadInput("--against names no mail", "name messages, Maildirs or mboxes")
    text, name = read_file(file)
    from sdesk.desk.deskfile import read

    found = read(text, name)
    for each in found.warnings:
        diagnostics.warning(each)
    if not mails:
        if not call.output.asked:
            output.text(f"{_words(found, name)}\n")
        else:
            call.output.rows([], SAMPLES)
        return ExitCode.DONE
    if team is not None and team not in found.teams:
        raise BadInput(f"{name} has no team `{team}`", f"it has: {', '.join(found.teams)}")
    samples, errors = [], []
    for sample in _samples(call, text, name, mails, team):
        if isinstance(sample, Sample):
            samples.append(sample)
        else:
            about, error = sample
            errors.append(error)
            diagnostics.error(error, about=about)
    _print(call, samples)
    if errors:
        return diagnostics.overall(errors, done=len(samples))
    return ExitCode.FAILED if any(each.mismatches for each in samples) else ExitCode.DONE


def _samples(
    call: invocation.Invocation, text: str, name: str, mails: list[str], team: str | None
) -> Iterator[Sample | tuple[str, Refused]]:
    from sdesk.desk.intake import Origin
    from sdesk.domain.actor import SYSTEM
    from sdesk.mail.inbox.rehearsal import samples, throw_away_desk

    sources = [Path(each) for each in mails if not each.endswith(SIDECAR)]
    with throw_away_desk(text, name, call.now) as desk:
        for title, path, raw in samples(sources, call.now):
            origin = Origin("check", "", 0, "check", call.now, team=team)
            expected = _expected(path) if path is not None else {}
            try:
                row = tested(desk, SYSTEM, title, raw, origin)
            except Refused:
                yield title, Refused("no address and no rule says which team's it is", "name the team with --team")
            else:
                yield Sample(row, tuple(_mismatches(row, expected)))


def _expected(mail: Path) -> dict[str, Any]:
    """What stands beside a mail. BadInput where that cannot be read, or says what nobody knows."""
    file = mail.with_name(mail.name + SIDECAR)
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {error}", "mend it") from error
    from sdesk.domain.nearest import did_you_mean

    for key, value in found.items():
        if key not in EXPECTED:
            raise BadInput(f"{file}: {key}: unknown key", did_you_mean(key, EXPECTED, f"known: {', '.join(EXPECTED)}"))
        right = isinstance(value, list) and all(isinstance(each, str) for each in value) if key == "tags" else None
        if right is False or (key != "tags" and not isinstance(value, str)):
            raise BadInput(f"{file}: {key}: must be a text", 'write it as "..."; tags as ["..."]')
    return found


def _mismatches(row: Tested, expected: dict[str, Any]) -> Iterator[Mismatch]:
    found = {each.name: each.value for each in row.found.decided} | {"outcome": row.found.receipt.outcome.value}
    for field, value in expected.items():
        wanted = ",".join(sorted(value)) if isinstance(value, list) else str(value)
        if found.get(field, "") != wanted:
            yield Mismatch(field, wanted, found.get(field, ""))


def _mismatch(mismatch: Mismatch) -> Value:
    return {"field": mismatch.field, "expected": mismatch.expected, "found": mismatch.found}


def _print(call: invocation.Invocation, samples: list[Sample]) -> None:
    asked = call.output.asked or call.output.fields is not None
    if asked and (call.output.format is not Format.TABLE or call.output.fields is not None):
        call.output.rows(samples, SAMPLES)
        return
    from sdesk.domain.safe_text import one_line

    for sample in samples:
        for line in page(sample.tested):
            output.text(f"{line}\n")
        for each in sample.mismatches:
            found = one_line(each.found) or "nothing"
            output.text(
                f"  MISMATCH    {each.field} should be {one_line(each.expected) or 'nothing'}, and is {found}\n"
            )
    wrong = sum(bool(each.mismatches) for each in samples)
    counted = "1 mail" if len(samples) == 1 else f"{len(samples)} mails"
    output.text(counted + (f", {wrong} of them not as expected" if wrong else "") + "\n")


def _words(file: DeskFile, name: str) -> str:
    from sdesk.domain.safe_text import one_line

    counts = [
        (len(each), noun)
        for each, noun in (
            (file.calendars, "calendar"),
            (file.slas, "SLA"),
            (file.teams, "team"),
            (file.agents, "agent"),
            (file.units, "unit"),
            (file.services, "service"),
            (file.routing, "routing rule"),
        )
    ]
    said = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts)
    if file.replies:
        said += f", {len(file.replies)} ready {'reply' if len(file.replies) == 1 else 'replies'}"
    return f"{one_line(name)}: no mistakes: {said}"
