"""What is typed on the `:` line: its words, what they ask for, and what a word that is begun may become.

Verbs are read by `sdesk.actions.written`, which the command line is held against. What only the console can do stands
here: jump, view, sort, theme, list, and every command of the registry by its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sdesk.actions.grammar import Reading, is_ticket_number, no_word, ticket_number
from sdesk.actions.playbooks import OPTIONS, Start, read_start
from sdesk.actions.registry import Kind, Parameter
from sdesk.actions.written import DRY_RUN, YES, Option, Order, Verb, read_order, verbs
from sdesk.domain.errors import BadInput
from sdesk.domain.filters import Sort
from sdesk.domain.phrase import phrase
from sdesk.tui.actions import written
from sdesk.tui.language import N_

QUOTES = "\"'"
MOST = 40
"""Suggestions at most."""
NEXT, TAKE = "next", "--take"
"""As on the command line: `next --take`."""
PLAYBOOK, START = "playbook", "start"
"""The same: `playbook start KEY --unit KEY --date WHEN`; alone, it shows the ticket's."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the line, without its quotes."""

    text: str
    start: int
    open: str = ""
    """The quote that was not closed."""


@dataclass(frozen=True, slots=True)
class Run:
    """A command of the console, about these tickets or those that are chosen."""

    command: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Jump:
    """To a ticket."""

    number: int


@dataclass(frozen=True, slots=True)
class Next:
    """To the ticket that should be done next, as `sdesk next`."""

    take: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Tell:
    """Something for the list or the console to take over: a view's name, an order, a theme, a filter."""

    what: str
    """`view`, `sort`, `theme` or `list`."""
    text: str


Asked = Run | Jump | Next | Tell | Order | Start


@dataclass(frozen=True, slots=True)
class Name:
    """A value that may be meant, and what it is."""

    key: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a line can be about, here and now."""

    commands: Mapping[str, str] = field(default_factory=dict)
    """Ids of the screen's commands, and what each does."""
    views: tuple[Name, ...] = ()
    themes: tuple[str, ...] = ()
    playbooks: tuple[Name, ...] = ()
    values: Mapping[Kind, tuple[Name, ...]] = field(default_factory=dict)
    """Agents and teams, services, units, tags, tickets."""
    alone: bool = False
    """Whether there are these commands, and no verbs: as in the editor."""


TOLD: Mapping[str, str] = {
    "view": N_("Show a view, by its name"),
    "sort": N_("Order the list: sla, loss, priority, age"),
    "theme": N_("Choose the colours"),
    "list": N_("Narrow the view: words, field:value, not:field:value"),
}
ALIASES: Mapping[str, str] = {"q": "leave", "quit": "leave", "help": "keys", "filter": "list", "show": "open"}
"""What people type who come from elsewhere."""

_DAYS = (Name("tomorrow", N_("when the hours begin")),)
_EXAMPLES = (Name("2h"), Name("tomorrow 10:00"), Name("mon 09:00"), Name("fri 12:00"))


def words_of(text: str) -> list[Word]:
    """The words of a line. Quotes hold words together where one begins, or behind `=`; within a word they are text,
    so that `doesn't` needs none."""
    found: list[Word] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        start, said, quote = at, "", ""
        while at < len(text) and (quote or not text[at].isspace()):
            letter = text[at]
            if quote and letter == quote:
                quote = ""
            elif not quote and letter in QUOTES and (at == start or text[at - 1] == "="):
                quote = letter
            elif letter == "\\" and quote and text[at + 1 : at + 2] in (quote, "\\"):
                at += 1
                said += text[at]
            else:
                said += letter
            at += 1
        found.append(Word(said, start, quote))
    return found


def read_line(text: str, known: Known, reading: Reading) -> Asked | None:
    """What a line asks for; None for an empty one. BadInput, with the nearest right word."""
    line = text.removeprefix(":")
    words = words_of(line)
    if words and words[-1].open:
        raise BadInput(phrase("a quote is not closed: {quote}", quote=words[-1].open), phrase("close it"))
    said = _without_program([word.text for word in words])
    if not said:
        return None
    name, *rest = said
    name = name.lower()
    if is_ticket_number(name) and not rest:
        return Jump(ticket_number(said[0], reading.prefix))
    verb = verbs().get(name)
    if verb is not None:
        return read_order(verb, rest, reading)
    name = ALIASES.get(name, name)
    if name == "list":
        # As it stands: the filter language has quotes of its own.
        begin = next(word.start for word in words if word.text == said[0]) + len(said[0])
        return Tell(name, line[begin:].strip())
    if name in TOLD:
        return _told(name, rest, known)
    if name == NEXT and name in known.commands:
        return _next(rest)
    if name == PLAYBOOK and rest[:1] == [START] and not known.alone:
        return read_start(rest[1:], reading)
    command = name.replace("-", "_")
    if command in known.commands:
        return _run(command, name, rest, reading)
    raise no_word(
        phrase("there is no command `{word}`", word=said[0]),
        said[0],
        [*verbs(), *TOLD, *map(written, known.commands)],
        phrase("Tab shows what there is, ? the keys"),
    )


def _without_program(words: list[str]) -> list[str]:
    """Who pastes a line of the shell, or of the manual, has `sdesk ticket` before the verb."""
    for before in ("sdesk", "ticket"):
        if words[:1] == [before]:
            words = words[1:]
    return words


def _told(name: str, rest: Sequence[str], known: Known) -> Tell:
    text = " ".join(rest).strip()
    choices = [value.key for value in _values_of(name, known)]
    if not text:
        raise BadInput(phrase("{verb} wants a name", verb=name), phrase("it takes {words}", words=", ".join(choices)))
    found = next((choice for choice in choices if choice.casefold() == text.casefold()), None)
    if found is None:
        raise no_word(
            phrase("{verb} knows no `{value}`", verb=name, value=text),
            text,
            choices,
            phrase("it takes {words}", words=", ".join(choices)),
        )
    return Tell(name, found)


def _next(rest: Sequence[str]) -> Next:
    known = (TAKE, *DRY_RUN)
    for word in rest:
        if word not in known:
            raise no_word(
                phrase("{verb} has no option {flag}", verb=NEXT, flag=word),
                word,
                known,
                phrase("it takes {words}", words=", ".join(known)),
            )
    return Next(take=TAKE in rest, dry_run=any(word in DRY_RUN for word in rest))


def _run(command: str, name: str, rest: Sequence[str], reading: Reading) -> Asked:
    numbers = tuple(ticket_number(word, reading.prefix) for word in rest)
    if command == "open" and numbers:
        return Jump(numbers[0])
    return Run(command, numbers)


# ---- what a word may become -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """What the word under the cursor may become."""

    start: int
    """Where the word begins."""
    names: tuple[Name, ...] = ()

    def into(self, text: str, cursor: int, name: Name) -> tuple[str, int]:
        """The line with a suggestion taken, and where the cursor stands then."""
        said = f'"{name.key}"' if " " in name.key else name.key
        space = "" if text[cursor : cursor + 1] == " " else " "
        before = f"{text[: self.start]}{said}{space}"
        return before + text[cursor:], len(before) + (0 if space else 1)


def offers(text: str, cursor: int, known: Known) -> Offer:
    """What may stand where the cursor is: verbs, options, values, each with what it is."""
    words = words_of(text[:cursor])
    typing = bool(words) and (words[-1].open or not text[cursor - 1 : cursor].isspace())
    begun = words.pop() if typing else Word("", cursor)
    while words and words[0].text in {"sdesk", "ticket"}:
        words.pop(0)
    start, said = begun.start, begun.text
    if not words:
        return Offer(start, _fitting(said, _commands(known)))
    name = words[0].text.lower()
    if known.alone:
        return Offer(start)
    told = ALIASES.get(name, name)
    if told in TOLD and name not in verbs():
        return Offer(start, _fitting(said, _values_of(told, known)))
    verb = verbs().get(name)
    if name == NEXT:
        return Offer(start, _fitting(said, (Name(TAKE, phrase("make it yours")),)))
    if name == PLAYBOOK:
        return Offer(start, _fitting(said, _of_playbooks([word.text for word in words[1:]], known)))
    if verb is None:
        return Offer(start, _fitting(said, known.values.get(Kind.TICKET, ())))
    given = [word.text.partition("=")[0] for word in words[1:]]
    flag, equals, value = said.partition("=")
    option = verb.option(flag) if equals else None
    if option is not None:
        return Offer(start + len(flag) + 1, _fitting(value, _values(option.parameter, known)))
    before = verb.option(given[-1]) if given and "=" not in words[-1].text else None
    if before is not None and before.parameter.kind is not Kind.FLAG:
        return Offer(start, _fitting(said, _values(before.parameter, known)))
    return Offer(start, _fitting(said, _after(verb, said, given, known)))


def _of_playbooks(given: Sequence[str], known: Known) -> Sequence[Name]:
    """What may follow `playbook`: its start, which one, its options and their values."""
    if not given:
        return (Name(START, phrase("start a playbook of the desk file")), *known.values.get(Kind.TICKET, ()))
    match given[-1]:
        case "start":
            return known.playbooks
        case "--unit":
            return [name for name in known.values.get(Kind.UNIT, ()) if name.key != "none"]
        case "--date":
            return _DAYS
        case "--requester":
            return ()
    return [Name(flag) for flag in (*OPTIONS, DRY_RUN[1]) if flag not in given]


def _after(verb: Verb, said: str, given: Sequence[str], known: Known) -> list[Name]:
    """What may follow a verb: its own value, its options, tickets."""
    names: list[Name] = []
    bare = verb.bare
    if not said.startswith("-") and bare is not None and bare.flag not in given:
        names += _values(bare.parameter, known)
    free: Iterable[Option] = (each for each in verb.options if each.many or each.flag not in given)
    names += [Name(each.flag, each.parameter.summary) for each in free]
    if said.startswith("-"):
        names += [Name(DRY_RUN[1], phrase("say what would happen, and change nothing")), Name(YES, "")]
    if not said.startswith("-"):
        names += known.values.get(Kind.TICKET, ())
    return names


def _commands(known: Known) -> list[Name]:
    """Verbs, what only the console knows, and its commands."""
    names = {} if known.alone else {name: verb.summary for name, verb in verbs().items()} | dict(TOLD)
    for command, help_ in known.commands.items():
        names.setdefault(written(command), help_)
    return [Name(name, about) for name, about in names.items()]


def _values_of(told: str, known: Known) -> Sequence[Name]:
    match told:
        case "view":
            return known.views
        case "sort":
            return [Name(order.value) for order in Sort]
        case "theme":
            return [Name(name) for name in known.themes]
        case _:
            return ()


def _values(parameter: Parameter, known: Known) -> Sequence[Name]:
    """Values that a parameter may have on this desk."""
    if parameter.choices:
        return [Name(choice) for choice in parameter.choices]
    if parameter.kind in {Kind.INSTANT, Kind.UNTIL}:
        return (*_EXAMPLES, *_DAYS) if parameter.kind is Kind.UNTIL else _EXAMPLES
    return known.values.get(parameter.kind, ())


def _fitting(said: str, names: Iterable[Name]) -> tuple[Name, ...]:
    """Those that begin so, then those that are about it; nothing where the word is whole."""
    wanted = said.casefold()
    every = list(dict.fromkeys(names))
    first = [name for name in every if name.key.casefold().startswith(wanted)]
    then = [
        name
        for name in every
        if name not in first and len(wanted) > 1 and wanted in f"{name.key} {name.about}".casefold()
    ]
    if len(first) == 1 and first[0].key == said and not then:
        return ()
    return tuple([*first, *then][:MOST])
