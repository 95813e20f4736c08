"""The options of a command, and the values that each takes: by what its help calls them (`NUMBER`, `LOGIN`, ...)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sdesk.cli.complete import Answer, Files, Typed, Word, globals_like, values_of_global
from sdesk.domain import ticket
from sdesk.domain.events import SEVERITIES
from sdesk.domain.filter_fields import FIELDS
from sdesk.domain.filters import NEGATION, Sort

if TYPE_CHECKING:
    from sdesk.cli.commands import Verb
    from sdesk.cli.invocation import Invocation

Source = Callable[["Invocation", str], Answer]
"""Gives what a value may be, for what is typed of it."""


def of_command(entry: Verb, typed: Typed, word: str, call: Invocation) -> Answer:
    """What a command takes next."""
    from sdesk.cli.grammar import verb_of

    command = verb_of(typed.path[-1], entry)
    given, waiting, behind = _given(command.params, typed.rest, call)
    if waiting is not None:
        return _value(waiting, typed, word, call)
    name, equals, value = word.partition("=")
    if not behind and equals and name.startswith("--"):
        option = next((each for each in command.params if name in each.opts), None)
        found = [] if option is None else _value(option, typed, value, call)
        return found if isinstance(found, Files) else [each._replace(text=f"{name}={each.text}") for each in found]
    if not behind and word.startswith("-") and word != "-":
        return [*_options(command.params, typed), *globals_like(printing=entry.prints)]
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    for argument in arguments:
        if argument.nargs == -1 or given < argument.nargs:
            return _value(argument, typed, word, call)
        given -= argument.nargs
    return []


def _given(params: list[Any], rest: tuple[str, ...], call: Invocation) -> tuple[int, Any, bool]:
    """How many arguments stand there; an option that waits for its value; whether `--` has ended the options."""
    options = {name: each for each in params if each.param_type_name == "option" for name in each.opts}
    count, waiting, behind = 0, None, False
    for word in rest:
        if waiting is not None:
            _remember(waiting, word, call)
            waiting = None
        elif behind or word == "-" or not word.startswith("-"):
            count += 1
        elif word == "--":
            behind = True
        else:
            name, equals, value = word.partition("=")
            option = options.get(name)
            if option is not None and not option.is_flag:
                if equals:
                    _remember(option, value, call)
                else:
                    waiting = option
    return count, waiting, behind


def _remember(option: Any, value: str, call: Invocation) -> None:
    if wish := _wish(option):
        setattr(call.wishes, wish, value)


def _wish(option: Any) -> str | None:
    name = str(option.name)
    return name.removesuffix("_wish") if name.endswith("_wish") else None


def _options(params: list[Any], typed: Typed) -> Iterator[Word]:
    for each in params:
        if each.param_type_name != "option" or each.hidden or _wish(each) or each.name == "debug":
            continue
        if each.multiple or not set(each.opts) & set(typed.rest):
            yield Word(max(each.opts, key=len), each.help or "")


def _value(param: Any, typed: Typed, word: str, call: Invocation) -> Answer:
    if wish := _wish(param):
        return values_of_global(wish, typed, word, call)
    source = source_of(param.metavar, param.name, typed.path)
    return [] if source is None else source(call, word)


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
    "WHOM": _words(ticket.WaitingFor),
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
    "[MAILBOX]...": _mailboxes,
    "[NAME]...": _checked,
    "LANGUAGE": _words(("en", "ru")),
    "[ID]...": _outbox,
    "FORMAT": _words(("jsonl", "csv")),
    # What only the person knows.
    **dict.fromkeys(
        ("ID", "N", "MESSAGE", "SHARE", "LENGTH", "TIME", "STATE", "[COMMAND|TOPIC]...", "WORD", "[WORD]..."), None
    ),
    **dict.fromkeys(("ADDRESS:PORT", "COLUMN=FIELD", "RANGE", "NAME=RANGE"), None),
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
    "template": _templates,
}
"""Of which thing a KEY or a NAME is, by the command's noun."""
