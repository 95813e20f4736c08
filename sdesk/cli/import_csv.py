"""`import csv`: moving in from a spreadsheet or another system: plan a mapping, decide, apply it as often as wanted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import diagnostics, importing, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.import_mapping import MAPPED, UNDECIDED, WordMap, converter, read_mapping, values_of, write_mapping
from sdesk.cli.import_source import LineFormat, encoding_of, opened, source_of
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import DryRun
from sdesk.cli.sheet import Column, Field, Sheet
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.kinds import FLAG, NUMBER, TEXT, maybe

MOST_VALUES = 5_000
"""Different words of one column: what has more is no list of words."""


class Word(NamedTuple):
    """A word of the other system, and what it is here."""

    field: str
    value: str
    rows: int
    ours: str
    """Empty where it is left out, `?` where it is undecided."""


PLAN: Sheet[Word] = Sheet(
    fields=(
        Field("field", lambda word: word.field, kind=TEXT),
        Field("value", lambda word: word.value, kind=TEXT),
        Field("rows", lambda word: word.rows, kind=NUMBER),
        Field("ours", lambda word: None if word.ours == UNDECIDED else word.ours, kind=maybe(TEXT)),
        Field("decided", lambda word: word.ours != UNDECIDED, kind=FLAG),
    ),
    columns=(
        Column("FIELD", lambda word, eyes: word.field),
        Column("VALUE", lambda word, eyes: word.value, cut=True),
        Column("ROWS", lambda word, eyes: str(word.rows), right=True),
        Column("HERE", lambda word, eyes: word.ours or "-"),
    ),
)


def import_csv(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV with a header", show_default=False)],
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="MAPPING", help="write what was found, to be decided", show_default=False),
    ] = None,
    apply: Annotated[
        Path | None,
        typer.Option("--apply", metavar="MAPPING", help="import as this file says", show_default=False),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding", metavar="NAME", help="utf-8 or cp1251; else as the mapping says", show_default=False
        ),
    ] = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Move in from a spreadsheet or another system.

    --plan writes a mapping that names every column, and every team, service, agent, unit, status and priority found,
    with what it most likely is here; "?" is undecided. Decide, then --apply. Both may be repeated: planning again keeps
    what is decided, applying again goes on where it stopped. What is resolved or closed stays outside the figures of
    the SLAs. No mail is sent.

    Examples:
      sdesk import csv tickets.csv --plan mapping.toml
      sdesk import csv tickets.csv --apply mapping.toml --dry-run
      sdesk import csv tickets.csv --apply mapping.toml -o json
    """
    call = invocation.of(ctx)
    if (plan is None) == (apply is None):
        raise BadInput("say what to do", "give --plan MAPPING, and when it is decided --apply MAPPING")
    if plan is not None:
        return _plan(call, file, plan, encoding, dry_run=dry_run)
    assert apply is not None
    return _apply(call, file, apply, encoding, dry_run=dry_run)


def _plan(call: Invocation, file: str, path: Path, encoding: str | None, *, dry_run: bool) -> ExitCode:
    from sdesk.domain.guesses import field_for

    call.output.check(PLAN)
    mapping = read_mapping(path) if path.exists() else WordMap()
    mapping.encoding = encoding or mapping.encoding
    taken = set(mapping.columns.values())
    counts: dict[str, Counter[str]] = {name: Counter() for name in MAPPED}
    rows = 0
    failed: list[SdeskError] = []
    with opened(file) as stream:
        source = source_of(stream, LineFormat.CSV, encoding_of(mapping.encoding))
        for column in source.columns:
            guess = field_for(column)
            mapping.columns.setdefault(column, guess if guess not in taken else "")
            taken.add(mapping.columns[column])
        for line in source.lines:
            if line.error is not None:
                failed.append(line.error)
                diagnostics.error(line.error, about=f"line {line.number}")
                continue
            rows += 1
            for name, value in values_of(line.fields, mapping.columns):
                if name != "requester" or not _is_address(value):
                    counts[name][value] += 1
                    if len(counts[name]) > MOST_VALUES:
                        raise BadInput(
                            f"the column that is `{name}` has more than {MOST_VALUES:,} different words",
                            f"is it that? say in [columns] of {path} what it is",
                        )
    words = list(_decide(call, mapping, counts))
    if not dry_run:
        from sdesk.store.whole_file import write_text

        write_text(path, write_mapping(mapping, counts, file=file, rows=rows), over=True)
    if call.output.asked:
        call.output.rows(words, PLAN)
    else:
        output.sentences(_summary(mapping, words, rows, file, path, dry_run=dry_run))
    return diagnostics.overall(failed, done=rows)


def _decide(call: Invocation, mapping: WordMap, counts: dict[str, Counter[str]]) -> list[Word]:
    """Every word that was found, with what was decided or is likely; the mapping has it afterwards."""
    from sdesk.domain.guesses import word_for

    known = _known(call)
    found: list[Word] = []
    for name in MAPPED:
        table = mapping.words.setdefault(name, {})
        for value, count in counts[name].most_common():
            if value not in table:
                table[value] = word_for(name, value, known.get(name, ())) or UNDECIDED
            found.append(Word(name, value, count, table[value]))
    return found


def _known(call: Invocation) -> dict[str, list[tuple[str, str]]]:
    """Keys of the desk with their names, by field."""
    actor, reader = call.actor, call.reader
    agents = reader.agents()
    return {
        "team": [(row.key, row.name) for row in reader.teams(actor)],
        "service": [(row.key, row.name) for row in reader.services(actor)],
        "unit": [(row.key, row.name) for row in reader.units()],
        "assignee": [
            *((row.login, row.name) for row in agents),
            *((row.login, row.email) for row in agents),
        ],
    }


def _summary(mapping: WordMap, words: list[Word], rows: int, file: str, path: Path, *, dry_run: bool) -> str:
    left_out = [column for column, name in mapping.columns.items() if not name]
    undecided = Counter(word.field for word in words if word.ours == UNDECIDED)
    lines = [f"{'dry run: ' if dry_run else ''}{rows} rows, {len(mapping.columns)} columns, {len(words)} words"]
    if left_out:
        lines.append(f"left out: {', '.join(left_out)}")
    if undecided:
        lines.append("undecided: " + ", ".join(f"{name} {count}" for name, count in undecided.items()))
        lines.append(f'decide what stands as "?" in {path}; then: sdesk import csv {file} --apply {path}')
    else:
        lines.append(f"all is decided: look through {path}; then: sdesk import csv {file} --apply {path}")
    if "external_id" not in mapping.columns.values():
        lines.append("no column is external_id: say which one names a ticket, or applying twice would make two of each")
    return "\n".join(lines) + "\n"


def _apply(call: Invocation, file: str, path: Path, encoding: str | None, *, dry_run: bool) -> ExitCode:
    call.output.check(importing.SHEET)
    mapping = read_mapping(path)
    _require_known(call, mapping, path)
    with opened(file) as stream:
        source = source_of(stream, LineFormat.CSV, encoding_of(encoding or mapping.encoding))
        new = [column for column in source.columns if column not in mapping.columns]
        if new:
            raise BadInput(f"{path} does not know the column `{new[0]}`", "plan again, and decide what it is")
        done = importing.import_all(call, source.lines, converter(mapping, str(path)), dry_run=dry_run)
    code = importing.tell(call, done, dry_run=dry_run)
    for why, count in done.whys.most_common():
        diagnostics.note(f"{count} not imported: {why}")
    return code


def _require_known(call: Invocation, mapping: WordMap, path: Path) -> None:
    """BadInput for a decision that the desk does not know, once instead of for each row."""
    from sdesk.domain.guesses import OWN_WORDS
    from sdesk.domain.nearest import did_you_mean

    known = {name: {key for key, _ in pairs} for name, pairs in _known(call).items()}
    known |= {name: {word.value for word in words} for name, words in OWN_WORDS.items()}
    for name, keys in known.items():
        decided = [*mapping.words.get(name, {}).values(), mapping.defaults.get(name, "")]
        wrong = next((ours for ours in decided if ours not in ("", UNDECIDED) and ours not in keys), None)
        if wrong is not None:
            noun = "agent" if name == "assignee" else name
            otherwise = (
                f"it is one of {', '.join(OWN_WORDS[name])}" if name in OWN_WORDS else f"see `sdesk {noun} list`"
            )
            raise BadInput(f"{path}: there is no {noun} `{wrong}`", did_you_mean(wrong, keys, otherwise))


def _is_address(value: str) -> bool:
    from sdesk.domain.mailboxes import parse_mailbox

    try:
        parse_mailbox(value)
    except SdeskError:
        return False
    return True
