"""The keys of the desk file about work of several departments that is done again and again: `[playbooks.KEY]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sdesk.desk.deskfile.kinds import KEY, Flag, Key, Reference, Schema, Several, Text, Word
from sdesk.desk.deskfile.part import Part
from sdesk.desk.deskfile.sections_of_mail import TAG
from sdesk.desk.deskfile.sections_of_work import require_line
from sdesk.desk.deskfile.tables import NAMES, Map, Table, Tables, named
from sdesk.domain.codes import LANGUAGES, require_language
from sdesk.domain.errors import BadInput
from sdesk.domain.playbook import Counted, parse_offset, require_places
from sdesk.domain.safe_text import neutralise
from sdesk.domain.ticket import Priority


@dataclass(frozen=True, slots=True)
class ByLanguage:
    """A text, or one for each of several languages."""

    words: str = "a text, or a table of texts by language"

    def read(self, part: Part, key: str, value: Any) -> str | dict[str, str]:
        """As it stands there."""
        text = Text(check=require_line)
        if not isinstance(value, dict):
            return text.read(part, key, value)
        if not value:
            part.wrong(key, 'a text, as "...", or one by language, as { en = "..." }', value)
        within = part.part(key, value)
        found = {}
        for name, each in value.items():
            with within.reading.noting():
                within.checked(name, lambda: require_language(name))  # noqa: B023 - called at once
                found[name] = text.read(within, name, each)
        return found

    def schema(self) -> Schema:
        """A string, or an object of them."""
        names = {"enum": sorted(LANGUAGES)}
        texts = {"type": "object", "propertyNames": names, "minProperties": 1, "additionalProperties": Text().schema()}
        return {"anyOf": [Text().schema(), texts]}


def _require_subject(text: str) -> None:
    require_line(text)
    require_places(text)


def _require_words(text: str) -> None:
    if neutralise(text) != text:
        raise BadInput("has characters that a terminal may obey", "leave them out")
    require_places(text)


def _require_key(text: str) -> None:
    if not re.fullmatch(KEY, text):
        raise BadInput(
            f"`{text}` cannot be the key of a step",
            "write it with letters of ASCII, digits, `.`, `_` and `-`, beginning with a letter or digit",
        )


_PLACES = "In braces stands what is put in: {unit}, {day}, {requester}."

STEPS = Tables(
    (
        Key(
            "key",
            Text("a word", _require_key, more=(("pattern", f"^{KEY}$"),)),
            "By what commands and other steps name it.",
            '"contract"',
            required=True,
        ),
        Key("subject", Text(check=_require_subject), f"Of its ticket. {_PLACES}", '"Lease of {unit}"', required=True),
        Key("text", Text(check=_require_words, empty=True), "How: the ticket's first note.", '"Sign it."', ""),
        Key("team", Reference("team"), "Whose ticket it is; without it, the service's, else the playbook's.", '"it"'),
        Key("service", Reference("service"), "For which service.", '"other"'),
        Key(
            "at",
            Text("a distance from the day", parse_offset, more=(("pattern", r"^[+-]?[0-9]{1,5}[wdhm]$"),)),
            "Not before then: so many days (`d`) or weeks before or after the day, hours (`h`) or minutes. Without it, "
            "as soon as what it waits for is done, or at the start.",
            '"-30d"',
        ),
        Key(
            "days",
            Word(Counted),
            "Which days `at` counts. `working`: those on which its team works, by the calendar of its SLA; its time is "
            "then when that day's hours begin.",
            '"working"',
            Counted.CALENDAR.value,
        ),
        Key("after", Several(Text(), "steps", '["contract"]'), "The steps that must be done first.", '["plan"]', []),
        Key("unit", Reference("unit"), "Of which unit, where not of the playbook's.", '"flagship"'),
        Key("assignee", Reference("agent"), "Who has it; while he is away, his stand-in, else nobody yet.", '"boris"'),
        Key("priority", Word(Priority), "With which priority; without it, as impact and urgency say.", '"P4"'),
        Key("tags", Several(TAG, "texts", '["..."]'), "With which tags.", '["opening"]', []),
    ),
    '[{ key = "plan", subject = "..." }]',
    numbered=True,
    noun="step",
)

PLAYBOOKS = Map(
    "KEY",
    Table(
        (
            Key("name", ByLanguage(), "What people read.", '"Shop opening"', required=True),
            Key(
                "subject",
                Text(check=_require_subject),
                f"Of the parent, which stands for all of it. {_PLACES}",
                '"Opening of {unit}, {day}"',
                required=True,
            ),
            Key("text", Text(check=_require_words, empty=True), "The parent's first words.", '"See the plan."', ""),
            Key("team", Reference("team"), "Whose the parent is; without it, the service's.", '"it"'),
            Key("service", Reference("service"), "For which service the parent is.", '"other"'),
            Key("closes", Flag(), "Whether the parent is resolved when the last step is done.", "false", True),
            Key("steps", STEPS, "What is to be done, in the order in which people read it.", "", required=True),
        )
    ),
    named("playbook"),
    NAMES,
)
