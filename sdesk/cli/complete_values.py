"""The values that arguments and options take: by what the help calls them (`NUMBER`, `LOGIN`, ...)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sdesk.cli.complete import Answer, Files, Word
from sdesk.domain import ticket
from sdesk.domain.events import SEVERITIES
from sdesk.domain.filter_fields import FIELDS
from sdesk.domain.filters import NEGATION, Sort

if TYPE_CHECKING:
    from sdesk.cli.invocation import Invocation

Source = Callable[["Invocation", str], Answer]
"""Gives what a value may be, for what is typed of it."""


def source_of(metavar: str | None, name: str, path: tuple[str, ...]) -> Source | None:
    """What values a parameter takes; None where only the person knows. KeyError for a metavar that nobody knows."""
    if metavar is None:
        return None
    if name == "key" or (name == "name" and metavar == "NAME"):
        return _OF_NOUNS.get(path[-2] if len(path) > 1 else "")
    if (metavar, name) in _PARTICULAR:
        return _PARTICULAR[metavar, name]
    if metavar in ("NUMBER", "NUMBER...") and path[-1] in _OF_DONE:
        return _OF_DONE[path[-1]]
    return _BY_METAVAR[metavar]


# ---- values ---------------------------------------------------------------------------------------


LATELY = timedelta(days=7)
"""Tickets that were resolved within it are offered where something can be done with them."""


def _tickets(call: Invocation, word: str, *, still_open: bool = True, done: bool = False) -> Answer:
    prefix = call.reader.desk.ref_prefix
    digits = word.upper().removeprefix(f"{prefix}-")
    if word and not digits.isdecimal() and not f"{prefix}-".startswith(word.upper()):
        return []
    found = call.reader.begun_tickets(
        call.actor,
        digits if digits.isdecimal() else "",
        still_open=still_open,
        done_since=call.now - LATELY if done else None,
    )
    before = f"{prefix}-" if word and not word.isdecimal() else ""
    return [Word(f"{before}{each.number}", each.subject) for each in found]


def _tickets_done_too(call: Invocation, word: str) -> Answer:
    return _tickets(call, word, done=True)


def _tickets_done(call: Invocation, word: str) -> Answer:
    return _tickets(call, word, still_open=False, done=True)


def _filter(call: Invocation, word: str) -> Answer:
    from sdesk.domain.completion import suggest

    if not word:
        return [*(Word(f"{field}:", ends=False) for field in FIELDS), Word(NEGATION, "what is not wanted", ends=False)]
    field, colon, _ = word.removeprefix(NEGATION).partition(":")
    names = call.reader.filter_names(call.actor, field) if colon else {}
    # A filter cannot say a quote; and quotes about a blank are the shell's to write.
    known = {name: tuple(each for each in values if '"' not in each.key) for name, values in names.items()}
    found = suggest(word, len(word), known, most=_MANY)
    return [Word(each.into(word)[0].replace('"', ""), each.about, ends=not each.text.endswith(":")) for each in found]


_MANY = 2_000
"""Values of a field, all of which a shell must know to tell what they have in common."""


def logins(call: Invocation) -> list[Word]:
    """The agents."""
    return [Word(each.login, each.name) for each in call.reader.agents()]


def _agents(call: Invocation, word: str) -> Answer:
    return [Word("me", "yourself"), *logins(call)]


def _takers(call: Invocation, word: str) -> Answer:
    teams = (each._replace(text=f"team:{each.text}") for each in _teams(call))
    return [Word("none", "nobody"), Word("me", "yourself"), *logins(call), *teams]


def _teams(call: Invocation, word: str = "") -> list[Word]:
    return [Word(each.key, each.name) for each in call.reader.teams(call.actor)]


def _services(call: Invocation, word: str) -> Answer:
    return [Word(each.key, each.name) for each in call.reader.services(call.actor)]


def _units(call: Invocation, word: str) -> Answer:
    return [Word(each.key, each.name) for each in call.reader.units()]


def _form_fields(call: Invocation, word: str) -> Answer:
    fields = call.reader.filter_names(call.actor, "form")["form"]
    return [Word(each.key.replace(":", "=", 1), each.about) for each in fields]


def _askers(call: Invocation, word: str) -> Answer:
    return [*_units(call, word), *_people(call, word)]


def _calendars(call: Invocation, word: str) -> Answer:
    _ = call.actor
    today = call.now.astimezone(call.zone).date()
    return [Word(each.key, each.time_zone) for each in call.reader.calendars(today)]


def _slas(call: Invocation, word: str) -> Answer:
    _ = call.actor
    return [Word(each.key, f"in {each.calendar}") for each in call.reader.slas()]


def _people(call: Invocation, word: str) -> Answer:
    return [Word(address, name) for address, name in call.reader.begun_people(call.actor, word)]


def _views(call: Invocation, word: str) -> Answer:
    views = (*call.reader.standing_views(call.actor), *call.reader.views(call.actor))
    return [Word(each.name, each.words) for each in views]


def _tags(call: Invocation, word: str) -> Answer:
    return [Word(each) for each in call.reader.tags(call.actor)]


def _assets(call: Invocation, word: str) -> Answer:
    _ = call.actor
    return [Word(number, about) for number, about in call.reader.begun_assets(word)]


def _asset_kinds(call: Invocation, word: str) -> Answer:
    _ = call.actor
    return [Word(each) for each in call.reader.asset_kinds()]


def _mailboxes(call: Invocation, word: str) -> Answer:
    return [Word(name) for name in call.config.mailboxes]


def _checked(call: Invocation, word: str) -> Answer:
    found = _mailboxes(call, word)
    return found if isinstance(found, Files) else [*found, Word("smtp", "the outgoing server")]


def _outbox(call: Invocation, word: str) -> Answer:
    rows = call.reader.outbox(call.actor_or_system, limit=_SHOWN)
    return [Word(str(each.id), f"{each.state}: {each.subject}") for each in rows]


def _quarantine(call: Invocation, word: str) -> Answer:
    rows = call.reader.quarantine(call.actor_or_system)[:_SHOWN]
    return [Word(str(each.id), each.subject or "") for each in rows]


def _proposals(call: Invocation, word: str) -> Answer:
    rows = call.reader.incidents(call.actor)
    return [Word(str(each.proposal), f"{each.service}: {each.subject}") for each in rows if each.proposal is not None]


def _playbooks(call: Invocation, word: str) -> Answer:
    return [Word(each.key, each.name) for each in call.reader.playbooks(call.actor)]


def _runs(call: Invocation, word: str) -> Answer:
    rows = call.reader.playbook_runs(call.actor, now=call.now)
    return [Word(str(each.number), each.subject) for each in rows]


def _templates(call: Invocation, word: str) -> Answer:
    from sdesk.domain.outgoing import MailKind

    # A report that goes by mail is a page of its own.
    return [Word(each.value) for each in MailKind if each is not MailKind.REPORT]


def _schemas(call: Invocation, word: str) -> Answer:
    from sdesk.cli.schemas import PRINTED

    return [Word(name, ", ".join(printed.commands)) for name, printed in PRINTED.items()]


_SHOWN = 60


def _text(call: Invocation, word: str) -> Answer:
    return Files("@files") if word.startswith("@") else []


def _files(call: Invocation, word: str) -> Answer:
    return Files("files")


def _folders(call: Invocation, word: str) -> Answer:
    return Files("folders")


def _words(words: Iterable[StrEnum | str]) -> Source:
    found = [Word(str(each.value) if isinstance(each, StrEnum) else each) for each in words]
    return lambda call, word: found


_MOMENTS = _words(("now", "30m", "2h", "today", "tomorrow", "fri", "mon", "-1h", "-1d"))
_TO_COME = _words(("30m", "2h", "tomorrow", "fri", "mon"))
_PAST = _words(("now", "today", "-30m", "-2h", "-1d", "-7d"))
_SPANS = _words(("week", "month", "quarter", "year"))

_BY_METAVAR: dict[str, Source | None] = {
    "NUMBER...": _tickets,
    "NUMBER": _tickets,
    "[FILTER]...": _filter,
    "ADDRESS": _people,
    "WHO": _people,
    "[ADDRESS|DOMAIN]...": _people,
    "LOGIN": _agents,
    "[LOGIN]": _agents,
    "ACCOUNT": _text,
    "WHOM": _words(ticket.WAITS_BY_HAND),
    "INVENTORY": _assets,
    "KIND": _asset_kinds,
    "TEAM": _teams,
    "[TEAM]": _teams,
    "TEXT": _text,
    "[URL]": _text,
    "FILE": _files,
    "FILE...": _files,
    "[FILE]": _files,
    "MAPPING": _files,
    "[MAIL]...": _files,
    "SOURCE...": _files,
    "[PATH]": _files,
    "FOLDER": _folders,
    "[FOLDER]": _folders,
    "WHEN": _MOMENTS,
    "DAY": _PAST,
    "SPAN": _SPANS,
    "ORDER": _words(Sort),
    "P1..P5": _words(ticket.Priority),
    "IMPACT": _words(ticket.Impact),
    "URGENCY": _words(ticket.Urgency),
    "STATUS": _words((ticket.Status.SPAM,)),
    "[SCHEMA]": _schemas,
    "SHELL": _words(("bash", "zsh", "fish")),
    "PROPOSAL": _proposals,
    "EXAMPLE": _words(("joiner", "leaver", "shop-opening")),
    "PARENT": _runs,
    "[MAILBOX]...": _mailboxes,
    "[NAME]...": _checked,
    "LANGUAGE": _words(("en", "ru")),
    "[ID]...": _outbox,
    "FORMAT": _words(("jsonl", "csv")),
    # What only the person knows.
    **dict.fromkeys(
        ("ID", "N", "MESSAGE", "SHARE", "LENGTH", "TIME", "STATE", "[COMMAND|TOPIC]...", "WORD", "[WORD]..."),
        None,
    ),
    **dict.fromkeys(("CHECK", "COLUMN=FIELD", "RANGE", "NAME=RANGE", "STEP", "ADDRESS:PORT", "SECONDS"), None),
    "KEY=VALUE": _form_fields,
    "WORDS": None,
}
"""By what the help calls a value. One that stands not here fails the tests."""

_PARTICULAR: dict[tuple[str, str], Source | None] = {
    ("KEY", "service"): _services,
    ("KEY", "unit"): _units,
    ("KEY", "team"): _teams,
    ("KEY", "calendar"): _calendars,
    ("NAME", "view"): _views,
    ("NAME", "mailbox"): _mailboxes,
    ("NAME", "encoding"): _words(("utf-8", "cp1251")),
    ("NAME", "source"): None,
    ("WHOM", "to"): _takers,
    ("WHO", "to"): _askers,
    ("ID", "mail"): _outbox,
    ("[ID]...", "ids"): _quarantine,
    ("WORD", "impact"): _words(ticket.Impact),
    ("WORD", "urgency"): _words(ticket.Urgency),
    ("WORD", "channel"): _words(ticket.Channel),
    ("WORD", "tag"): _tags,
    ("WORD", "tags"): _tags,
    ("WORD", "untags"): _tags,
    ("WORD", "add"): _tags,
    ("WORD", "remove"): _tags,
    ("WORD", "severity"): _words(SEVERITIES),
    ("FORMAT", "form"): _words(("jsonl", "csv", "csv-safe")),
    ("DAY", "bought"): _PAST,
    ("DAY", "warranty"): None,
    ("WHAT", "also"): _words(("messages",)),
    ("TEXT", "subject"): None,
    ("WHEN", "until"): _TO_COME,
    ("WHEN", "visit"): _TO_COME,
    ("WHEN", "since"): _PAST,
    ("WHEN", "at"): _PAST,
    ("WHEN", "down_from"): _PAST,
    ("WHEN", "down_to"): _PAST,
    ("TEXT", "message_id"): None,
}
"""Where the parameter's own name says more."""

_OF_DONE: dict[str, Source] = {
    "reopen": _tickets_done,
    **dict.fromkeys(
        ("show", "history", "why", "explain", "note", "tag", "link", "unlink", "merge", "split", "watch"),
        _tickets_done_too,
    ),
    # `attach list`, `attach get`.
    **dict.fromkeys(("list", "get"), _tickets_done_too),
}
"""Of which commands a ticket that is done is a value as well, or alone."""

_OF_NOUNS: dict[str, Source] = {
    "team": _teams,
    "service": _services,
    "unit": _units,
    "calendar": _calendars,
    "sla": _slas,
    "view": _views,
    "playbook": _playbooks,
    "template": _templates,
}
"""Of which thing a KEY or a NAME is, by the command's noun."""
