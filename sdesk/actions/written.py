"""How verbs are written: `assign 12 13 --to dana`, as on the command line. One description, made from the registry.

The registry says what an action takes; here stands only what is written otherwise than it is called (`FLAGS`), which
verbs do several actions (`set`, `link`), and which value may stand without its option (`assign dana`). The console's
`:` line reads by it, and a test holds it against the command line's own commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sdesk.actions.grammar import (
    MANY,
    NO_VISIT,
    Reading,
    is_ticket_number,
    no_word,
    priority_values,
    read_value,
    ticket_number,
    whom,
)
from sdesk.actions.registry import ACTIONS, Kind, Parameter
from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import phrase

FLAGS: Mapping[tuple[str, str], str] = {
    ("reply", "waiting_for"): "--wait",
    ("reply", "attachments"): "--attach",
    ("close", "attachments"): "--attach",
    ("wait", "waiting_for"): "--for",
    ("forward", "messages"): "--with",
    ("forward", "attachments"): "--attach",
    ("note", "attachments"): "--attach",
    ("split", "messages"): "--message",
    ("confirm", "down_from"): "--from",
    ("confirm", "down_to"): "--to",
    ("tag", "tags"): "--add",
    ("tag", "untags"): "--remove",
    ("set", "tags"): "--tag",
    ("set", "untags"): "--untag",
    ("set", "assets"): "--asset",
    ("set", "unassets"): "--no-asset",
    ("set", "form"): "--field",
    ("unlink", "to"): "--from",
}
"""Options that are called otherwise than the parameter, by action and parameter."""

SEVERAL: Mapping[str, tuple[str, ...]] = {
    "set": ("service", "set", "priority", "spent", "visit", "assign", "spam"),
    "link": ("link", "join"),
    "unlink": ("unlink", "leave"),
}
"""Verbs that do one or several actions, by which options are given."""

COMMAND_LINE: Mapping[str, str] = {
    "service": "ticket set --service",
    "priority": "ticket set --priority",
    "spent": "ticket set --spent",
    "visit": "ticket set --visit",
    "spam": "ticket set --status spam",
    "join": "ticket link --incident",
    "leave": "ticket unlink",
}
"""How the command line writes the verbs that it does not have: the `:` line takes them by themselves too."""

STATUS = Parameter("status", Kind.CHOICE, "spam; other moves have verbs", choices=("spam",))
"""`set --status spam` is an action without a parameter."""

BARE = frozenset(
    {
        Kind.AGENT_OR_TEAM,
        Kind.AGENT,
        Kind.SERVICE,
        Kind.PRIORITY,
        Kind.CHOICE,
        Kind.LENGTH,
        Kind.INSTANT,
        Kind.ADDRESS,
    }
)
"""Kinds whose value may stand without its option. A ticket's number would be taken for what the verb is about, and
a text has no end."""

TEAM = Parameter("team", Kind.TEXT, "whose it is", choices=())
"""`set --team KEY` is `assign --to team:KEY`: to an agent tickets are given by that verb."""

DRY_RUN, YES = ("-n", "--dry-run"), "--yes"
ONE_ALONE = frozenset({"split"})
"""Verbs that make sense of one ticket alone."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a verb."""

    flag: str
    parameter: Parameter
    action: str
    """What it is given to."""

    @property
    def many(self) -> bool:
        """Whether it may be repeated."""
        return self.parameter.kind in MANY


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb as it is written."""

    name: str
    actions: tuple[str, ...]
    options: tuple[Option, ...]
    bare: Option | None
    """Whose value may stand without it."""

    @property
    def summary(self) -> str:
        """In a few words."""
        return ACTIONS[self.actions[0] if self.name not in ACTIONS else self.name].summary

    def option(self, flag: str) -> Option | None:
        """The option of a name."""
        return next((option for option in self.options if option.flag == flag), None)


@dataclass(frozen=True, slots=True)
class Deed:
    """One action, with what it takes."""

    action: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Order:
    """What a line asks for."""

    verb: Verb
    numbers: tuple[int, ...]
    """Tickets that it names; none: those that are chosen."""
    deeds: tuple[Deed, ...] = ()
    missing: tuple[Option, ...] = ()
    """What must still be asked; there are no deeds then."""
    dry_run: bool = False
    yes: bool = False


@cache
def verbs() -> Mapping[str, Verb]:
    """Every verb by its name, those of the command line first."""
    found: dict[str, Verb] = {}
    for name, action in ACTIONS.items():
        written = name.replace("_", "-")
        actions = SEVERAL.get(name, (name,))
        options = tuple(option for each in actions for option in _options(name, each))
        bare = next((each for each in options if each.parameter.kind in BARE), None) if name not in SEVERAL else None
        if bare is not None and not (bare.parameter.required or len(action.parameters) <= 2):
            bare = None
        found[written] = Verb(written, actions, options, bare)
    return found


def _options(verb: str, action: str) -> Iterator[Option]:
    if action == "spam" and verb != action:
        yield Option("--status", STATUS, action)
    if action == "assign" and verb != action:
        yield Option("--team", TEAM, action)
        return
    for parameter in ACTIONS[action].parameters:
        if not parameter.name.startswith("no_"):  # `--visit none`
            default = "--" + parameter.name.replace("_", "-")
            yield Option(FLAGS.get((action, parameter.name), default), parameter, action)


def read_order(verb: Verb, words: Sequence[str], reading: Reading) -> Order:
    """What the words after a verb ask for. BadInput, which names what is wrong and the nearest right word."""
    numbers: dict[int, None] = {}
    given: dict[Option, list[str]] = {}
    bare: list[str] = []
    dry_run = yes = False
    left = list(words)
    only_words = False
    while left:
        word = left.pop(0)
        if word == "--" and not only_words:
            only_words = True
        elif word in DRY_RUN and not only_words:
            dry_run = True
        elif word == YES and not only_words:
            yes = True
        elif word.startswith("--") and not only_words:
            option, value = _option(verb, word, left)
            given.setdefault(option, []).append(value)
        elif is_ticket_number(word):
            numbers[ticket_number(word, reading.prefix)] = None
        else:
            bare.append(word)
    if bare:
        option = _bare(verb, bare, given)
        # An instant has a space in it: `visit fri 10:00`.
        given[option] = [" ".join(bare)]
    if verb.name in ONE_ALONE and len(numbers) > 1:
        raise BadInput(phrase("{verb} is for one ticket", verb=verb.name), phrase("give one number"))
    for option, values in given.items():
        if len(values) > 1 and not option.many:
            raise BadInput(phrase("{flag} is given twice", flag=option.flag), phrase("give it once"))
    return _order(verb, tuple(numbers), given, reading, dry_run=dry_run, yes=yes)


def _option(verb: Verb, word: str, left: list[str]) -> tuple[Option, str]:
    """The option of a word, and its value: behind `=`, or the next word."""
    flag, equals, value = word.partition("=")
    option = verb.option(flag)
    if option is None:
        known = [each.flag for each in verb.options]
        raise no_word(
            phrase("{verb} has no option {flag}", verb=verb.name, flag=flag),
            flag,
            known,
            phrase("it takes {words}", words=", ".join(known)) if known else phrase("it takes none"),
        )
    if option.parameter.kind is Kind.FLAG:
        if equals:
            raise BadInput(phrase("{flag} takes no value", flag=flag), phrase("leave it out"))
        return option, ""
    if not equals and not left:
        raise BadInput(phrase("{flag} wants a value", flag=flag), option.parameter.summary)
    return option, value if equals else left.pop(0)


def _bare(verb: Verb, words: Sequence[str], given: Mapping[Option, object]) -> Option:
    """The option that words without one belong to."""
    several = len(words) > 1 and (verb.bare is None or verb.bare.parameter.kind not in {Kind.INSTANT, Kind.UNTIL})
    if verb.bare is not None and verb.bare not in given and not several:
        return verb.bare
    word = words[0] if verb.bare is None or verb.bare in given else words[1]
    if any(each.parameter.kind is Kind.TEXT for each in given):
        remedy = phrase("words with spaces stand between quotes: --text {words}", words='"on my way"')
    elif verb.option("--text") is not None:
        remedy = phrase("a text stands behind --text, between quotes")
    else:
        remedy = phrase("write 123 or {prefix}-123, and options with --", prefix="SD")
    raise BadInput(phrase("`{word}` is one word too many, and no ticket number", word=word), remedy)


def _order(
    verb: Verb,
    numbers: tuple[int, ...],
    given: Mapping[Option, Sequence[str]],
    reading: Reading,
    *,
    dry_run: bool,
    yes: bool,
) -> Order:
    """The deeds of what was given, by the rules that hold between options."""
    values: dict[str, dict[str, object]] = {}
    for option, texts in given.items():
        of_action = values.setdefault(option.action, {})
        name = option.parameter.name
        if option.parameter is STATUS:
            read_value(option.flag, STATUS, texts, reading)
        elif option.parameter is TEAM:
            of_action["to"] = f"team:{texts[-1]}"
        elif name == "visit" and texts[-1].strip().lower() == NO_VISIT:
            of_action["no_visit"] = True
        elif option.action == "priority":
            of_action[name] = texts[-1]
        else:
            of_action[name] = read_value(option.flag, option.parameter, texts, reading)
    missing = _missing(verb, values)
    if missing:
        if given:
            wanted = missing[0]
            raise BadInput(
                phrase("{verb} wants {flag} too", verb=verb.name, flag=wanted.flag),
                phrase("{summary}; `{verb}` alone asks for all", summary=wanted.parameter.summary, verb=verb.name),
            )
        return Order(verb, numbers, (), missing, dry_run, yes)
    deeds = tuple(Deed(action, _checked(action, of_action)) for action, of_action in _acts(verb, values))
    if verb.name == "link" and deeds[0].action == "join" and len(numbers) > 1:
        # Who lists the tickets of an incident may name the incident itself.
        numbers = tuple(number for number in numbers if number != deeds[0].values["incident"])
    return Order(verb, numbers, deeds, (), dry_run, yes)


def _missing(verb: Verb, values: Mapping[str, Mapping[str, object]]) -> tuple[Option, ...]:
    """What is wanted and was not given."""
    if verb.name in {"set", "tag"}:
        return () if values else verb.options[:1]
    if verb.name in SEVERAL:
        return ()
    (action,) = verb.actions
    of_action = values.get(action, {})
    if action == "close":
        return () if of_action.get("text") or of_action.get("silent") else tuple(_of(verb, "text"))
    if action == "wait" and of_action.get("until"):
        return ()  # for that date
    if action == "visit":
        return () if of_action else tuple(_of(verb, "visit"))
    if action == "priority":
        return () if of_action.get("priority") else tuple(_of(verb, "priority"))
    return tuple(
        option for option in verb.options if option.parameter.required and option.parameter.name not in of_action
    )


def _of(verb: Verb, parameter: str) -> Iterator[Option]:
    return (option for option in verb.options if option.parameter.name == parameter)


def _acts(verb: Verb, values: Mapping[str, Mapping[str, object]]) -> Sequence[tuple[str, Mapping[str, object]]]:
    """Which actions it comes to, in their order."""
    if verb.name == "link" and len(values) != 1:
        raise BadInput(
            phrase("it is not said how the tickets belong together"), phrase("give either --to or --incident")
        )
    if verb.name == "unlink" and not values:
        return [("leave", {})]
    if verb.name not in SEVERAL:
        return [(verb.actions[0], values.get(verb.actions[0], {}))]
    return [(action, values[action]) for action in verb.actions if action in values]


def _checked(action: str, values: Mapping[str, object]) -> Mapping[str, object]:
    """What must hold between the options of one action."""
    if action == "priority":
        priority, reason = values.get("priority"), values.get("reason")
        return priority_values(None if priority is None else str(priority), None if reason is None else str(reason))
    if action == "wait":
        said = values.get("waiting_for")
        return {**values, "waiting_for": whom(None if said is None else str(said), until="until" in values).value}
    if action == "forward" and "until" in values:
        return {**values, "wait": True}
    return values
