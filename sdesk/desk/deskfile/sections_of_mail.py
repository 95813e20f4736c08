"""The keys of the desk file that are about mail: `[[routing]]`, templates, and ready replies. The rest: `sections`."""

from __future__ import annotations

from sdesk.desk.deskfile.kinds import (
    Flag,
    Key,
    Pattern,
    Reference,
    Several,
    Text,
    Word,
)
from sdesk.desk.deskfile.part import Part
from sdesk.desk.deskfile.tables import NAMES, Map, Table, Tables, named, words_of
from sdesk.domain.codes import LANGUAGES, require_language
from sdesk.domain.errors import BadInput
from sdesk.domain.events import CheckState, machine_event
from sdesk.domain.outgoing import TEMPLATE_VARIABLES
from sdesk.domain.ticket import Priority

_TEXT = Text()
_SOME_TEXT = Text(empty=True)


def _require_tag(text: str) -> None:
    if not text or "," in text or any(letter.isspace() for letter in text):
        raise BadInput(f'must be single words, as ["vip", "pos"], not `{text}`', "join the words by `-`")


TAG = Text(check=_require_tag, more=(("pattern", r"^[^\s,]+$"),))


def _require_source(text: str) -> None:
    machine_event(text, "check", CheckState.UP)


def _require_spam(text: str) -> None:
    if text != "spam":
        raise BadInput("a new mail can be spam, and nothing else", 'write status = "spam"')


def _require_language_of(part: Part, name: str) -> None:
    """Refuses a key of `[templates.NAME]` that is no language; a text that stands there wants one."""
    if name in {"subject", "body"}:
        part.fail(name, "stands in no language", f"write it below [{part.table}.en]")
    part.checked(name, lambda: require_language(name))


TEMPLATES = Map(
    "NAME",
    Map(
        "LANGUAGE",
        Table(
            (
                Key("subject", _TEXT, "The subject (Jinja2).", '"Re: {{ ticket.subject }}"', required=True),
                Key("body", _TEXT, "The text (Jinja2).", '"Thank you, {{ requester.name }}"', required=True),
            )
        ),
        _require_language_of,
        (("enum", sorted(LANGUAGES)),),
    ),
    words_of(TEMPLATE_VARIABLES),
    (("enum", [kind.value for kind in TEMPLATE_VARIABLES]),),
)

REPLIES = Map(
    "KEY",
    Table(
        (
            Key("title", _TEXT, "By which agents find it.", '"Restart the till"', required=True),
            Key(
                "text",
                Map(
                    "LANGUAGE",
                    _TEXT,
                    lambda part, name: part.checked(name, lambda: require_language(name)),
                    (("enum", sorted(LANGUAGES)),),
                    some='a table of texts by language, as { en = "..." }',
                ),
                "What is put into the answer, by language (Jinja2): the requester's, else the desk's, else the first.",
                '{ en = "Hello {{ requester.name }}, please restart it." }',
                required=True,
            ),
            Key("team", Reference("team"), "For whose tickets; without it, for those of all.", '"it"'),
            Key("service", Reference("service"), "For tickets of which service; without it, of any.", '"till"'),
        )
    ),
    named("ready reply"),
    NAMES,
)

_PATTERNS = Several(_TEXT, "texts", '["..."]', alone=True)

WHEN = Table(
    (
        Key("recipient", _PATTERNS, "It was sent to one of these addresses; `*` stands for any letters.", '"hr@*"'),
        Key("sender", _PATTERNS, "It is from one of these addresses.", '["shop-*@example.org"]'),
        Key("domain", _PATTERNS, "It is from one of these domains, or from below one.", '"example.org"'),
        Key("subject", Pattern(), "Its subject has this.", '"till (is )?down"'),
        Key("body", Pattern(), "Its text has this.", '"E-mail: (?P<requester>\\\\S+)"'),
        Key(
            "header",
            Map("NAME", Pattern(), lambda part, name: None, some='a table of patterns, as { X-Spam-Flag = "YES" }'),
            "It has these headers, and each has this.",
            '{ X-Spam-Flag = "YES" }',
        ),
    )
)

SET = Table(
    (
        Key("team", Reference("team"), "Whose ticket it becomes.", '"hr"'),
        Key("service", Reference("service"), "For which service.", '"till"'),
        Key("unit", Reference("unit"), "Of which unit.", '"flagship"'),
        Key("requester", _SOME_TEXT, "Who asks: an address.", '"maria@example.org"'),
        Key("priority", Word(Priority), "With which priority.", '"P2"'),
        Key(
            "tags",
            Several(TAG, "texts", '["..."]'),
            "With which tags; those of every rule that holds are set.",
            '["pos"]',
            [],
        ),
        Key("status", Text("`spam`", _require_spam, more=(("enum", ["spam"]),)), "It is spam.", '"spam"'),
        Key(
            "event",
            Word(CheckState),
            "It is a machine's word that a check is down, or up again: it opens, or resolves, the ticket of that "
            "check. The groups `host` and `check`, or `key`, say which; `severity` says how bad.",
            '"down"',
        ),
        Key(
            "source",
            Text("the name of a system", _require_source),
            "Which system says so: what `sdesk event down --source` is; `mail` without it.",
            '"zabbix"',
        ),
        Key("discard", Flag(), "No ticket at all: it stands in the ledger alone. Needs a `when`.", "true", False),
    )
)

ROUTING = Tables(
    (
        Key("when", WHEN, "What must all hold; a rule without it always holds.", '{ subject = "till" }', {}),
        Key("set", SET, "What is then decided, where no rule before has.", '{ service = "till" }', {}),
        Key("person", Flag(), "A web form: a person wrote it, whatever its headers say.", "true", False),
    ),
    "[[routing]]",
    numbered=True,
)
