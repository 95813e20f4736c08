"""`desk template`: the words of what the desk sends, and what they make of a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import invocation, output
from sdesk.cli.numbers import one_ticket
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.kinds import TEXT
from sdesk.domain.safe_text import neutralise, one_line

if TYPE_CHECKING:
    from sdesk.mail.outbox.templates import Chosen


class TemplateRow(NamedTuple):
    """A template that may be used."""

    name: str
    language: str
    origin: str
    """`team KEY`, `desk`, or `program`: what stands first here is used first."""
    subject: str


TEMPLATES: Sheet[TemplateRow] = Sheet(
    fields=(
        Field("name", lambda row: row.name, kind=TEXT),
        Field("language", lambda row: row.language, kind=TEXT),
        Field("origin", lambda row: row.origin, kind=TEXT),
        Field("subject", lambda row: row.subject, kind=TEXT),
    ),
    columns=(
        Column("NAME", lambda row, eyes: row.name),
        Column("LANGUAGE", lambda row, eyes: row.language),
        Column("FROM", lambda row, eyes: row.origin),
        Column("SUBJECT", lambda row, eyes: row.subject, cut=True),
    ),
)


def template_list(ctx: typer.Context) -> None:
    """Print the templates: the teams' own, the desk's own, and the program's.

    Examples:
      sdesk desk template list
    """
    call = invocation.of(ctx)
    actor = call.actor_or_system
    from sdesk.desk.outbox.previews import all_wordings
    from sdesk.mail.outbox.templates import all_shipped

    with call.desk.look(actor, call.now) as work:
        _, own = all_wordings(work)
    rows = [TemplateRow(each.name, each.language, f"team {each.team}", each.subject) for each in own if each.team]
    rows += [TemplateRow(each.name, each.language, "desk", each.subject) for each in own if not each.team]
    rows += [TemplateRow(each.name.value, each.language, each.origin, each.subject) for each in all_shipped()]
    order = {"t": 0, "d": 1, "p": 2}
    rows.sort(key=lambda row: (row.name, row.language, order[row.origin[0]], row.origin))
    call.output.rows(rows, TEMPLATES)


def template_show(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="reply, acknowledgement, ...", show_default=False)],
    ticket: Annotated[
        str | None,
        typer.Option(
            "--ticket", metavar="NUMBER", help="whose values are put in; else those of an example", show_default=False
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="LANGUAGE", help="instead of the requester's", show_default=False),
    ] = None,
    team: Annotated[
        str | None, typer.Option("--team", metavar="KEY", help="instead of the ticket's", show_default=False)
    ] = None,
    source: Annotated[
        bool, typer.Option("--source", help="the template itself, as a desk file has it: to begin one's own with")
    ] = False,
) -> None:
    """Print a mail as a template would make it, of an example or of a ticket; or the template itself.

    Nothing is sent, nothing is changed.

    Examples:
      sdesk desk template show acknowledgement
      sdesk desk template show resolution --ticket SD-12 --language ru --team it
      sdesk desk template show acknowledgement --source --language ru >> desk.toml
    """
    call = invocation.of(ctx)
    actor = call.actor_or_system
    number = one_ticket(call, [ticket], "--ticket") if ticket is not None else None
    from sdesk.desk.outbox.example import example
    from sdesk.desk.outbox.previews import kind_of, previewed
    from sdesk.mail.outbox.render import render, template_of

    with call.desk.look(actor, call.now) as work:
        kind = kind_of(name)
        if number is None:
            facts = example(work, kind, language=language, team=team)
        else:
            facts = previewed(work, kind, number, language=language, team=team)
    chosen = template_of(facts)
    if source:
        output.text(_as_toml(chosen, team))
        return
    letter = render(facts, fallback_sender=call.config.sender or "nobody@desk.invalid")
    output.text(f"Template: {chosen.name} in {chosen.language}, of the {one_line(chosen.origin)}\n")
    output.sentences(neutralise(letter.shown()))


def _as_toml(chosen: Chosen, team: str | None) -> str:
    """A template as it stands in a desk file."""
    before = f"teams.{team}." if team is not None else ""
    return (
        f"[{before}templates.{chosen.name}.{chosen.language}]    # as the {chosen.origin} has it\n"
        f"subject = {_toml_text(chosen.subject)}\n"
        f'body = """\n{_escaped(chosen.body.strip(chr(10)))}\n"""\n'
    )


def _toml_text(text: str) -> str:
    escaped = _escaped(text).replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    """For a basic string of TOML: whatever a desk file held is the same text again."""
    return neutralise(text).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
