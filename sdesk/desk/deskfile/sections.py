"""All keys of the desk file: the one description from which come what the reader checks, what `sdesk schema desk`
prints, and the page docs/reference/desk-file.md. How a section is added says CONTRIBUTING.md.
"""

from __future__ import annotations

from types import MappingProxyType

from sdesk.desk.deskfile.kinds import (
    NAMES,
    Amount,
    Checked,
    Day,
    Flag,
    Key,
    Length,
    Map,
    Pattern,
    Reference,
    Several,
    Share,
    Table,
    Tables,
    Text,
    Whole,
    Word,
    named,
    referring_to,
    words_of,
)
from sdesk.desk.deskfile.part import Part
from sdesk.domain.codes import CURRENCIES, LANGUAGES, require_currency, require_language
from sdesk.domain.errors import BadInput
from sdesk.domain.outgoing import TEMPLATE_VARIABLES, AgentEvent
from sdesk.domain.priority import parse_matrix, parse_priorities
from sdesk.domain.ticket import Impact, Priority, Role, Urgency
from sdesk.domain.worktime import find_zone, parse_intervals, parse_week
from sdesk.store.calendars import ALWAYS_KEY

NOUNS = MappingProxyType(
    {"calendars": "calendar", "slas": "SLA", "teams": "team", "agents": "agent", "units": "unit", "services": "service"}
)
"""Sections whose keys others refer to, and by which word."""


def _require_prefix(text: str) -> None:
    if not text.isascii() or not text.isalnum():
        raise BadInput("must be letters and digits", 'as in ref_prefix = "SD"')


def _require_tag(text: str) -> None:
    if not text or "," in text or any(letter.isspace() for letter in text):
        raise BadInput(f'must be single words, as ["vip", "pos"], not `{text}`', "join the words by `-`")


def _require_spam(text: str) -> None:
    if text != "spam":
        raise BadInput("a new mail can be spam, and nothing else", 'write status = "spam"')


def _require_some_tickets(number: int) -> None:
    if number in (1, 2):
        raise BadInput("one ticket, or two, are no incident yet", "write 3 or more, or 0 for never")


def _require_language_of(part: Part, name: str) -> None:
    """Refuses a key of `[templates.NAME]` that is no language; a text that stands there wants one."""
    if name in {"subject", "body"}:
        part.fail(name, "stands in no language", f"write it below [{part.table}.en]")
    part.checked(name, lambda: require_language(name))


_TEXT = Text()
_SOME_TEXT = Text(empty=True)
_ZONE = Text("an IANA time zone", find_zone)
_INTERVAL = Text("an interval, as `09:00-18:00`", more=(("pattern", r"^\s*\d{1,2}:\d{2}\s*[-–]\s*\d{1,2}:\d{2}\s*$"),))
_INTERVALS = Several(_INTERVAL, "intervals", '["09:00-18:00"]')
_LANGUAGE = Text("a language", require_language, more=(("enum", sorted(LANGUAGES)),))

_TEMPLATES = Map(
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

DESK = Table(
    (
        Key("name", _TEXT, "What people read as the desk's name.", '"IT support"', required=True),
        Key(
            "ref_prefix",
            Text("letters and digits", _require_prefix, more=(("pattern", "^[A-Za-z0-9]+$"),)),
            "Stands before a ticket's number, as in SD-12.",
            '"SD"',
            "SD",
        ),
        Key(
            "language",
            _LANGUAGE,
            "In which mail goes out to whom no other language is known of: ISO 639-1. The program has words in en and "
            "ru; for another one write templates.",
            '"en"',
            "en",
        ),
        Key(
            "time_zone",
            _ZONE,
            "The desk's own: in it people read instants, and write those without an offset.",
            '"Europe/Berlin"',
            "UTC",
        ),
        Key(
            "currency",
            Text("a currency", require_currency, more=(("enum", sorted(CURRENCIES)),)),
            "Of every amount in this file and of every loss that is shown: ISO 4217.",
            '"EUR"',
            "EUR",
        ),
    )
)

CALENDARS = Map(
    "KEY",
    Table(
        (
            Key("time_zone", _ZONE, "In which the hours are meant.", '"Europe/Berlin"', required=True),
            Key(
                "hours",
                Checked(
                    Map("DAY", _INTERVALS, lambda part, day: part.checked(day, lambda: parse_week({day: []}))),
                    parse_week,
                ),
                "Working hours by weekday: a day, a range (`mon-fri`) or a list of both (`mon,wed`). Several intervals "
                "a day are allowed, `00:00-24:00` is the whole day; one that ends before it starts goes past midnight.",
                '{ mon-fri = ["09:00-18:00"] }',
                {},
            ),
            Key(
                "country",
                _SOME_TEXT,
                "Its public holidays, and days off that it moved, are free: ISO 3166, two letters.",
                '"DE"',
            ),
            Key("subdivision", _SOME_TEXT, "The part of the country whose holidays are free too.", '"BY"'),
            Key("free", Several(Day(), "days", '["2027-03-05"]'), "Days off of your own.", '["2027-03-05"]', []),
            Key(
                "working",
                Map(
                    "DATE",
                    Checked(_INTERVALS, parse_intervals),
                    lambda part, day: Day().read(part, day, day),
                    (("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),),
                ),
                "Days that are worked although the week or a holiday says otherwise, with their hours.",
                '{ "2026-11-28" = ["10:00-16:00"] }',
                {},
            ),
        )
    ),
    named("calendar", {ALWAYS_KEY: "always exists"}),
    NAMES,
)

_TARGET = Length(days=False, some=True)

SLAS = Map(
    "KEY",
    Table(
        (
            Key(
                "calendar",
                Reference("calendar"),
                f"In whose working time the targets are counted; `{ALWAYS_KEY}` always exists.",
                '"office"',
                required=True,
            ),
            Key("warn_at", Whole(1, 100), "At risk from so many percent of a target.", "75", 75),
            Key("stale_at", Whole(101, 10_000), "Stale from so many percent of the resolution target.", "200", 200),
            Key(
                "targets",
                Map(
                    "PRIORITY",
                    Table(
                        (
                            Key("first_response", _TARGET, "Until an agent's first public answer.", '"30m"'),
                            Key("next_reply", _TARGET, "Until an agent answers a further message.", '"2h"'),
                            Key("resolution", _TARGET, "Until it is resolved.", '"8h"'),
                        )
                    ),
                    words_of(Priority),
                    (("enum", [priority.value for priority in Priority]),),
                ),
                "What is promised, for P1 to P5; what is not named is not promised.",
                '{ P1 = { first_response = "15m", resolution = "2h" } }',
                {},
            ),
        )
    ),
    named("SLA"),
    NAMES,
)

PRIORITY = Table(
    (
        Key(
            "head_start",
            Map("PRIORITY", Length(days=True), words_of(Priority), (("enum", [each.value for each in Priority]),)),
            "How much earlier than its deadline a ticket of a priority takes its place in the queue. Without it P2 has "
            "4h and P3 1h.",
            '{ P2 = "4h", P3 = "1h" }',
        ),
        Key(
            "matrix",
            Checked(
                Map(
                    "IMPACT",
                    Map("URGENCY", Word(Priority), words_of(Urgency), (("enum", [each.value for each in Urgency]),)),
                    words_of(Impact),
                    (("enum", [each.value for each in Impact]),),
                ),
                parse_matrix,
            ),
            "The priority for each impact and urgency, all sixteen cells, in the place of the built-in table.",
            '{ extensive = { critical = "P1", high = "P1", medium = "P2", low = "P3" }, ... }',
        ),
        Key(
            "loss",
            Tables(
                (
                    Key("per_hour", Amount(), "A loss of so much an hour, or more,", "50000", required=True),
                    Key("impact", Word(Impact), "raises the impact to this one.", '"significant"', required=True),
                ),
                '[ { per_hour = 5000, impact = "moderate" } ]',
            ),
            "From which loss an hour on an outage has which impact; it only ever raises the service's own.",
            '[ { per_hour = 50000, impact = "significant" } ]',
            [],
        ),
        Key(
            "margin",
            Share(),
            "Which part of the turnover is lost where it stands. Without it losses are turnover.",
            "0.4",
        ),
    )
)

INCIDENTS = Table(
    (
        Key(
            "from",
            Checked(Whole(0, 1000), _require_some_tickets),
            "From how many tickets of one service on they are proposed as one incident; 0 is never.",
            "3",
            3,
        ),
        Key("within", Length(days=False, some=True), "Within which time they came in.", '"30m"', "30m"),
        Key("joins_for", Length(days=True), "How long after that a further one joins it.", '"4h"', "4h"),
    )
)

TEAMS = Map(
    "KEY",
    Table(
        (
            Key("name", _TEXT, "What people read.", '"IT support"', required=True),
            Key("address", _SOME_TEXT, "Whence it answers, and where its mail comes in.", '"support@example.org"'),
            Key("lead", Reference("agent"), "Who is told of every broken promise of the team.", '"anna"'),
            Key("sla", Reference("SLA"), "What holds where the service says nothing.", '"office"'),
            Key(
                "reopen_for",
                Length(days=True),
                "So long after the resolution a requester's message opens the ticket again.",
                '"7d"',
                "7d",
            ),
            Key(
                "wait_days", Whole(1, 365), "After so many working days a wait without an end of its own ends.", "5", 5
            ),
            Key("private", Flag(), "Whether its tickets are seen by its members alone.", "true", False),
            Key(
                "on_call",
                Several(Reference("agent"), "agents", '["anna"]'),
                "Who is on call, by turns, a week each, from Monday.",
                '["anna", "boris"]',
                [],
            ),
            Key("signature", _SOME_TEXT, "Stands below each of its answers.", '"IT support, room 12"'),
            Key(
                "plus_addressing",
                Flag(),
                "Whether mail to `support+ANYTHING@` comes to `support@`: then each ticket has its own address.",
                "true",
                False,
            ),
            Key("templates", _TEMPLATES, "The team's own words, before those of the desk (see templates).", "", {}),
        )
    ),
    named("team", ("none", "mine")),
    NAMES,
)

AGENTS = Map(
    "LOGIN",
    Table(
        (
            Key("name", _TEXT, "What people read.", '"Anna Orlova"', required=True),
            Key("email", _TEXT, "Where notices go, and whence the agent answers.", '"anna@example.org"', required=True),
            Key("teams", Several(Reference("team"), "teams", '["it"]'), "Whose tickets are the agent's.", '["it"]', []),
            Key("role", Word(Role), "What the agent may do.", '"admin"', Role.AGENT.value),
            Key(
                "notify",
                Table(
                    (
                        Key(
                            "events",
                            Several(Word(AgentEvent), f"events (some of {', '.join(AgentEvent)})", '["assigned"]'),
                            "Of which events the agent is told; without it, of all.",
                            '["assigned", "breached"]',
                        ),
                        Key(
                            "priorities",
                            Text("priorities, as `P1..P2`", parse_priorities),
                            "Of tickets of which priorities; without it, of all.",
                            '"P1..P2"',
                        ),
                    )
                ),
                "Of what the agent is told.",
            ),
        )
    ),
    named("login", ("me", "none", "system")),
    NAMES,
)

UNITS = Map(
    "KEY",
    Table(
        (
            Key("name", _TEXT, "What people read.", '"Flagship"', required=True),
            Key("kind", _TEXT, "What it is, in a word of yours.", '"store"', required=True),
            Key("parent", Reference("unit"), "What it is a part of.", '"moscow"'),
            Key("calendar", Reference("calendar"), "Its opening hours; always, where none is named.", '"store"'),
            Key("turnover_per_hour", Amount(), "What stands still with its tills: what an outage costs.", "180000"),
            Key(
                "stops",
                Map("SERVICE", Share(), referring_to("service"), NAMES),
                "The share of the turnover that stands while a service is down here, in the place of the service's "
                "`stops_share`.",
                "{ till = 0.25 }",
                {},
            ),
            Key("phone", _SOME_TEXT, "Shown with its tickets.", '"+7 495 000-00-01"'),
            Key("address", _SOME_TEXT, "Where it is.", '"Manege Square, 1"'),
            Key("manager", _SOME_TEXT, "Whom to ask.", '"irina@example.org"'),
            Key(
                "mail",
                Several(_TEXT, "addresses", '["shop-1@example.org"]'),
                "Whose mail is the unit's: addresses, `*` for any letters.",
                '["shop-1@example.org", "*@shop-1.example.org"]',
                [],
            ),
        )
    ),
    named("unit", ("none",)),
    NAMES,
)

SERVICES = Map(
    "KEY",
    Table(
        (
            Key("name", _TEXT, "What people read.", '"Till"', required=True),
            Key("team", Reference("team"), "Who keeps it.", '"it"', required=True),
            Key("sla", Reference("SLA"), "What is promised; without it, what the team promises.", '"stores"'),
            Key("impact", Word(Impact), "How much stands still without it.", '"minor"', Impact.MINOR.value),
            Key("urgency", Word(Urgency), "How long one can wait for it.", '"medium"', Urgency.MEDIUM.value),
            Key(
                "stops_share",
                Share(),
                "The share of a unit's turnover that stands while it is down: then a ticket for it is an outage.",
                "1.0",
            ),
            Key(
                "offered_to",
                Several(_TEXT, "texts", '["kind:store"]'),
                "To which units it is offered: `kind:store`, a unit's key, or `*`; without it, to all; `[]` to none.",
                '["kind:store"]',
            ),
            Key(
                "incidents",
                Flag(),
                "Whether several tickets of it may be one incident; without it, as its weight suggests.",
                "true",
            ),
        )
    ),
    named("service", ("none",)),
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
            Several(Text(check=_require_tag, more=(("pattern", r"^[^\s,]+$"),)), "texts", '["..."]'),
            "With which tags; those of every rule that holds are set.",
            '["pos"]',
            [],
        ),
        Key("status", Text("`spam`", _require_spam, more=(("enum", ["spam"]),)), "It is spam.", '"spam"'),
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

FILE = Table(
    (
        Key("desk", DESK, "The desk itself.", "[desk]", required=True),
        Key("calendars", CALENDARS, "Working time: of those who work, and of those who are served.", "", {}),
        Key("slas", SLAS, "Promises: how soon is answered, and how soon resolved, by priority.", "", {}),
        Key("priority", PRIORITY, "How priority follows from impact, urgency and loss.", "", {}),
        Key("incidents", INCIDENTS, "When several tickets of a service are proposed as one incident.", "", {}),
        Key(
            "teams",
            TEAMS,
            "Who works together, and answers from one address. A desk needs one.",
            "[teams.it]",
            {},
            True,
        ),
        Key("agents", AGENTS, "Who works here. A desk needs one whose role is admin.", "[agents.LOGIN]", {}, True),
        Key("units", UNITS, "Whom the desk serves: shops, departments, regions.", "", {}),
        Key("services", SERVICES, "What the desk offers; which one a ticket is for decides most of it.", "", {}),
        Key(
            "routing",
            ROUTING,
            "Where new mail goes: rules in their order, each field decided by the first rule that holds and sets it. "
            "Named groups of a pattern decide too: requester, name, unit, service; any other is a tag.",
            "",
            [],
        ),
        Key(
            "templates",
            _TEMPLATES,
            "The desk's own words for what it sends, in the place of the program's (see templates.md).",
            "",
            {},
        ),
    )
)
"""The whole file."""
