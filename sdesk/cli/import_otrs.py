"""`import otrs`: moving in from OTRS CE, Znuny or OTOBO, with the whole of its mail: plan, decide, apply."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from sdesk.cli import diagnostics, importing, invocation, output
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.import_mapping import UNDECIDED, WordMap, quoted, read_mapping, word_lines
from sdesk.cli.import_words import PLAN, Guess, Word, decide, guesser, require_known
from sdesk.cli.importing import ApplyFrom, Imported, PlanTo
from sdesk.cli.invocation import Invocation
from sdesk.cli.options import DryRun
from sdesk.cli.sheet import Field, Sheet
from sdesk.cli.wording import counted
from sdesk.domain.errors import BadInput, Unavailable
from sdesk.domain.kinds import NUMBER, by_key
from sdesk.store.whole_file import write_text

if TYPE_CHECKING:
    from sdesk.store.otrs.files import ArticleFolder
    from sdesk.store.otrs.source import Source
    from sdesk.store.otrs.words import Found

SETTINGS = ("zone",)
MOST_WORDS = 5_000
"""Of companies, and of customers without an address, that a mapping names: a file of more nobody decides."""

_HEAD = """\
# How `sdesk import otrs` reads {name}: {tickets} tickets, {articles} articles.
# "?" is undecided, and tickets with such a word are not imported; "" leaves the value out. Planning again keeps what is
# decided here. [team] has the queues, [assignee] the users with the tickets that they have or wrote in, [unit] the
# companies of customers (without one it follows from the requester's address), [requester] customers of whom no address
# is known ("": as the first mail says).
# Then: sdesk import otrs URL --apply THIS_FILE
"""
_TYPES = {
    "new": "new",
    "open": "open",
    "pending reminder": "waiting",
    "pending auto": "waiting",
    "closed": "closed",
    "removed": "closed",
    "merged": "closed",
}
"""Of the old desk's types of states."""
_LEFT_OUT = frozenset({"unit", "requester"})
"""What may well stay undecided: there is another way to know it."""

SHEET: Sheet[Imported] = Sheet(
    fields=(
        *importing.SHEET.fields,
        Field("messages", lambda row: row.messages, kind=NUMBER),
        Field("files", lambda row: row.files, kind=NUMBER),
        Field("whys", lambda row: dict(row.whys.most_common()), kind=by_key(NUMBER)),
        Field("left", lambda row: dict(row.left.most_common()), kind=by_key(NUMBER)),
    ),
    columns=importing.SHEET.columns,
)


def import_otrs(
    ctx: typer.Context,
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL]",
            help="of the database; it holds a password: @FILE reads it from a file; without it SDESK_OTRS_URL has it",
            show_default=False,
        ),
    ] = None,
    articles: Annotated[
        Path | None,
        typer.Option(
            "--articles", metavar="FOLDER", help="a copy of var/article, where files stand there", show_default=False
        ),
    ] = None,
    plan: PlanTo = None,
    apply: ApplyFrom = None,
    dry_run: DryRun = False,
) -> ExitCode:
    """Move in from OTRS 5 or 6, Znuny or OTOBO: tickets with their mail, notes and files.

    --plan writes a mapping that names every queue, state, priority, user and service, with what it most likely is here;
    "?" is undecided. Decide, then --apply. Both may be repeated, broken off and killed: a ticket is known by its old
    number (external_id otrs:NUMBER). The old database is only read. Old numbers and Message-IDs are kept: who answers
    an old mail writes into the same ticket. What came stays outside the figures of the SLAs. No mail is sent.
    PostgreSQL and MySQL need their drivers: pip install 'sdesk[otrs]'.

    Examples:
      sdesk import otrs postgresql://reader@old-desk/otrs --plan mapping.toml
      sdesk import otrs @otrs-url.txt --articles /mnt/otrs/var/article --apply mapping.toml --dry-run
      sdesk import otrs @otrs-url.txt --articles /mnt/otrs/var/article --apply mapping.toml -o json
    """
    call = invocation.of(ctx)
    if (plan is None) == (apply is None):
        raise BadInput("say what to do", "give --plan MAPPING, and when it is decided --apply MAPPING")
    # The agent first: the read side answers in milliseconds, the database's library takes longer to load.
    _ = call.actor
    if plan is not None:
        call.output.check(PLAN)
    else:
        call.output.check(SHEET)
    from sdesk.store.otrs.files import ArticleFolder
    from sdesk.store.otrs.source import Source

    folder = ArticleFolder(articles) if articles is not None else None
    with Source(_url_of(url)) as source:
        if plan is not None:
            return _plan(call, source, folder, plan, dry_run=dry_run)
        assert apply is not None
        return _apply(call, source, folder, apply, dry_run=dry_run)


def _url_of(text: str | None) -> str:
    """The URL as it is given, in a file, or in the environment: there no other user of the machine reads it."""
    from sdesk.actions.grammar import text_of_file

    text = text or os.environ.get("SDESK_OTRS_URL", "")
    if not text:
        raise BadInput(
            "no database is named", "give its URL, @FILE with it, or SDESK_OTRS_URL: postgresql://reader@host/otrs"
        )
    return text_of_file(text[1:]).strip() if text.startswith("@") else text


def _plan(call: Invocation, source: Source, folder: ArticleFolder | None, path: Path, *, dry_run: bool) -> ExitCode:
    from sdesk.store.otrs.words import found_in, zone_of

    mapping = read_mapping(path, SETTINGS) if path.exists() else WordMap()
    found = found_in(source)
    counts = _few(found.words)
    zone = None
    if not mapping.zone:
        zone = zone_of(source, (UTC, call.zone))
        mapping.zone = "UTC" if zone is UTC or (zone is None and source.later) else str(call.zone)
    words = decide(mapping, counts, _guess(guesser(call), found))
    if not dry_run:
        write_text(path, _text(mapping, counts, source.name, found), over=True)
    if call.output.asked:
        call.output.rows(words, PLAN)
    else:
        output.sentences(_summary(words, found, path, dry_run=dry_run))
    if zone is None and found.tickets:
        diagnostics.warning(f"look at `zone` in {path}: in which zone the old desk writes its times is not certain")
    if found.outside and not found.files and folder is None:
        diagnostics.note(
            f"{counted(found.outside, 'article')} in a folder: give --articles to --apply, or their files stay behind"
        )
    return ExitCode.DONE


def _few(words: Mapping[str, Counter[str]]) -> Mapping[str, Counter[str]]:
    return {
        name: Counter(dict(counter.most_common(MOST_WORDS))) if name in _LEFT_OUT else counter
        for name, counter in words.items()
    }


def _guess(likely: Guess, found: Found) -> Guess:
    """What is likely of the old desk's words: by a user's name and address, a state's type, a service's last part."""

    def guess(name: str, value: str) -> str:
        more = {
            "assignee": found.names.get(value, ()),
            "service": (value.rpartition("::")[2],),
            "team": (value.rpartition("::")[2],),
        }.get(name, ())
        for word in (value, *more):
            if word and (ours := likely(name, word)) != UNDECIDED:
                return ours
        if name == "status":
            return _TYPES.get(found.types.get(value, ""), UNDECIDED)
        # Root is no person: he has what nobody has.
        return "" if name in _LEFT_OUT or (name, value) == ("assignee", "root@localhost") else UNDECIDED

    return guess


def _text(mapping: WordMap, counts: Mapping[str, Mapping[str, int]], name: str, found: Found) -> str:
    lines = [
        _HEAD.format(name=name, tickets=found.tickets, articles=found.articles),
        "[import]",
        f"zone = {quoted(mapping.zone)} # in which the old database writes its times",
        "",
        *word_lines(mapping, counts, "ticket"),
    ]
    return "\n".join(lines) + "\n"


def _summary(words: list[Word], found: Found, path: Path, *, dry_run: bool) -> str:
    # What no ticket has hinders none.
    undecided = Counter(word.field for word in words if word.ours == UNDECIDED and word.rows)
    lines = [
        f"{'dry run: ' if dry_run else ''}{counted(found.tickets, 'ticket')}, {counted(found.articles, 'article')}, "
        f"{counted(found.files, 'file')} in the database, {counted(len(words), 'word')}"
    ]
    if undecided:
        lines.append("undecided: " + ", ".join(f"{name} {count}" for name, count in undecided.items()))
        lines.append(f'decide what stands as "?" in {path}; then: sdesk import otrs URL --apply {path}')
    else:
        lines.append(f"all is decided: look through {path}; then: sdesk import otrs URL --apply {path}")
    return "\n".join(lines) + "\n"


def _apply(call: Invocation, source: Source, folder: ArticleFolder | None, path: Path, *, dry_run: bool) -> ExitCode:
    from sdesk.cli.otrs_lines import Converter
    from sdesk.store.otrs.tickets import tickets_of

    mapping = read_mapping(path, SETTINGS)
    require_known(call, mapping, path)
    _require_addresses(mapping, path)
    done = Imported(noun="ticket")
    converter = Converter(mapping, str(path), _zone(mapping, path), call.now, done.left)
    lines = converter.lines(tickets_of(source, folder))
    try:
        importing.import_read(call, lines, done, dry_run=dry_run, moved=True)
    except Unavailable:
        diagnostics.note(f"until then: {done.sentence}; apply again, and it goes on from there")
        raise
    code = importing.tell(call, done, dry_run=dry_run, sheet=SHEET)
    if not call.output.asked:
        output.text(f"{counted(done.messages, 'message')} and {counted(done.files, 'file')} came\n")
    importing.tell_whys(done)
    for what, count in done.left.most_common():
        diagnostics.note(f"{count} {what}")
    return code


def _zone(mapping: WordMap, path: Path) -> tzinfo:
    try:
        return ZoneInfo(mapping.zone or "UTC")
    except (KeyError, ValueError, OSError) as error:  # of a name, and of one that is a path
        raise BadInput(f"{path}: there is no time zone `{mapping.zone}`", "write it as UTC or Europe/Moscow") from error


def _require_addresses(mapping: WordMap, path: Path) -> None:
    from sdesk.domain.otrs import boxes_of

    for theirs, ours in mapping.words.get("requester", {}).items():
        if ours and not boxes_of(ours):
            raise BadInput(
                f"{path}: [requester] says `{ours}` of `{theirs}`, which is no mail address", 'give one, or ""'
            )
