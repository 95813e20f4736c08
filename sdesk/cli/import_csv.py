"""`import csv`: moving in from a spreadsheet or another system: plan a mapping, decide, apply it as often as wanted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from sdesk.cli import diagnostics, importing, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.import_mapping import MAPPED, UNDECIDED, WordMap, converter, read_mapping, values_of, write_mapping
from sdesk.cli.import_source import LineFormat, encoding_of, opened, source_of
from sdesk.cli.import_words import PLAN, Word, decide, guesser, require_known
from sdesk.cli.importing import ApplyFrom, PlanTo
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import DryRun
from sdesk.cli.wording import counted
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.store.whole_file import write_text

MOST_VALUES = 5_000
"""Different words of one column: what has more is no list of words."""


def import_csv(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV with a header", show_default=False)],
    plan: PlanTo = None,
    apply: ApplyFrom = None,
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
    what is decided, applying again goes on where it stopped. What came stays outside the figures of the SLAs. No
    mail is sent.

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
    words = decide(mapping, counts, guesser(call))
    if not dry_run:
        write_text(path, write_mapping(mapping, counts, file=file, rows=rows), over=True)
    if call.output.asked:
        call.output.rows(words, PLAN)
    else:
        output.sentences(_summary(mapping, words, rows + len(failed), file, path, dry_run=dry_run))
    return diagnostics.overall(failed, done=rows)


def _summary(mapping: WordMap, words: list[Word], lines_read: int, file: str, path: Path, *, dry_run: bool) -> str:
    left_out = [column for column, name in mapping.columns.items() if not name]
    undecided = Counter(word.field for word in words if word.ours == UNDECIDED)
    found = (counted(len(mapping.columns), "column"), counted(len(words), "word"))
    lines = [f"{'dry run: ' if dry_run else ''}{counted(lines_read, 'line')} read, {', '.join(found)}"]
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
    require_known(call, mapping, path)
    with opened(file) as stream:
        source = source_of(stream, LineFormat.CSV, encoding_of(encoding or mapping.encoding))
        new = [column for column in source.columns if column not in mapping.columns]
        if new:
            raise BadInput(f"{path} does not know the column `{new[0]}`", "plan again, and decide what it is")
        done = importing.import_all(call, source.lines, converter(mapping, str(path)), dry_run=dry_run, moved=True)
    code = importing.tell(call, done, dry_run=dry_run)
    importing.tell_whys(done)
    return code


def _is_address(value: str) -> bool:
    from sdesk.domain.mailboxes import parse_mailbox

    try:
        parse_mailbox(value)
    except SdeskError:
        return False
    return True
