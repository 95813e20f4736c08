"""The keys of a service about those who ask for it: its description, its help, its form. The rest: `sections`."""

from __future__ import annotations

import re

from sdesk.desk.deskfile.addresses import require_mailbox_pattern
from sdesk.desk.deskfile.kinds import Flag, Key, Pattern, Several, Text, Word
from sdesk.desk.deskfile.tables import Map, Tables
from sdesk.domain.catalogue import FieldKind
from sdesk.domain.codes import LANGUAGES, require_language
from sdesk.domain.errors import BadInput

FIELD_KEY = "[a-z][a-z0-9_]*"
"""What commands, filters and programs call a field: one word."""


def _require_field_key(text: str) -> None:
    if not re.fullmatch(FIELD_KEY, text, re.ASCII):
        raise BadInput(f"`{text}` cannot be the key of a field", "write it with small letters of ASCII, digits and `_`")


def _require_selector(text: str) -> None:
    if "@" in text:
        require_mailbox_pattern(text)


_TEXTS = Map(
    "LANGUAGE",
    Text(),
    lambda part, name: part.checked(name, lambda: require_language(name)),
    (("enum", sorted(LANGUAGES)),),
    some='a table of texts by language, as { en = "..." }',
)

FIELDS = Tables(
    (
        Key(
            "key",
            Text("a word", _require_field_key, more=(("pattern", f"^{FIELD_KEY}$"),)),
            "By which commands, filters and programs know it.",
            '"model"',
            required=True,
        ),
        Key("label", _TEXTS, "What people read before it, by language.", '{ en = "Model" }', required=True),
        Key("kind", Word(FieldKind), "What is written there.", '"choice"', FieldKind.TEXT.value),
        Key("required", Flag(), "Whether nobody may leave it empty.", "true", False),
        Key("choices", Several(Text(), "texts", '["Atol", "Evotor"]'), "Of a `choice`: which.", '["Atol", "Evotor"]'),
        Key(
            "pattern",
            Pattern(),
            "What the whole of a `text` on one line must match; letter case is no difference. Its `help` is said to "
            "whom it refuses.",
            '"[A-Z]{2}[0-9]{4}"',
        ),
        Key("multiline", Flag(), "Whether a `text` may have several lines.", "true", False),
        Key("help", _TEXTS, "What to write there, by language.", '{ en = "It stands on the back." }'),
    ),
    "[[services.KEY.fields]]",
    numbered=True,
    noun="field",
)

OFFERED = (
    Key("category", Text(), "Under which heading it stands in the catalogue.", '"Tills and payment"'),
    Key("description", _TEXTS, "What it is, for who looks for it, by language.", '{ en = "Tills and scanners" }'),
    Key(
        "help",
        _TEXTS,
        "What to try first, by language: shown before the form, and in the mail that acknowledges a ticket.",
        '{ en = "Switch it off, wait a minute, switch it on." }',
    ),
    Key(
        "offered_to",
        Several(Text(check=_require_selector), "texts", '["kind:store"]'),
        "To whom it is offered: `kind:store`, a unit's key (with all that is a part of it), a mail address (`*` stands "
        "for any letters), or `*`; without it, to all; `[]` to none.",
        '["kind:store", "*@hq.example.org"]',
    ),
    Key("fields", FIELDS, "Its form: what must be known for it, in this order.", "", []),
)
"""Of a service, beside what decides about its tickets."""
