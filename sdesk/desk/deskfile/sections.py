"""All keys of the desk file: the one description from which come what the reader checks, what `sdesk schema desk`
prints, and the page docs/reference/desk-file.md. How a section is added says CONTRIBUTING.md. What new mail becomes and
what is written stands in `sections_of_mail`, what is promised in `sections_of_promises`, what comes again by itself in
`sections_of_work`, what services ask of who wants them in `sections_of_catalogue`, what several departments do
together in `sections_of_playbooks`.
"""

from __future__ import annotations

from types import MappingProxyType

from sdesk.desk.deskfile.addresses import require_mailbox, require_mailbox_pattern
from sdesk.desk.deskfile.kinds import (
    Amount,
    Flag,
    Key,
    Length,
    Reference,
    Several,
    Share,
    Text,
    Whole,
    Word,
)
from sdesk.desk.deskfile.sections_of_catalogue import OFFERED
from sdesk.desk.deskfile.sections_of_mail import REPLIES, ROUTING, TEMPLATES
from sdesk.desk.deskfile.sections_of_playbooks import PLAYBOOKS
from sdesk.desk.deskfile.sections_of_portal import PORTAL
from sdesk.desk.deskfile.sections_of_promises import CALENDARS, EVENTS, INCIDENTS, PRIORITY, SLAS
from sdesk.desk.deskfile.sections_of_satisfaction import SATISFACTION
from sdesk.desk.deskfile.sections_of_ssh import KEYS
from sdesk.desk.deskfile.sections_of_work import RECURRING
from sdesk.desk.deskfile.tables import NAMES, Map, Table, named, referring_to
from sdesk.domain.approval import UNIT_HEAD
from sdesk.domain.codes import CURRENCIES, LANGUAGES, require_currency, require_language
from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.priority import parse_priorities
from sdesk.domain.ticket import Impact, Role, Urgency
from sdesk.domain.worktime import find_zone

NOUNS = MappingProxyType(
    {"calendars": "calendar", "slas": "SLA", "teams": "team", "agents": "agent", "units": "unit", "services": "service"}
)
"""Sections whose keys others refer to, and by which word."""


def _require_prefix(text: str) -> None:
    if not text.isascii() or not text.isalnum():
        raise BadInput("must be letters and digits", 'as in ref_prefix = "SD"')


def _require_approver(text: str) -> None:
    if text == UNIT_HEAD:
        return
    try:
        require_mailbox(text)
    except BadInput as error:
        raise BadInput(error.what, did_you_mean(text, [UNIT_HEAD], f"{error.remedy}; or `{UNIT_HEAD}`")) from None


_TEXT = Text()
_SOME_TEXT = Text(empty=True)
_ADDRESS = Text("a mail address", require_mailbox)
_SOME_ADDRESS = Text("a mail address", require_mailbox, empty=True)
_PATTERN = Text("a mail address", require_mailbox_pattern)
_ZONE = Text("an IANA time zone", find_zone)
_LANGUAGE = Text("a language", require_language, more=(("enum", sorted(LANGUAGES)),))

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

TEAMS = Map(
    "KEY",
    Table(
        (
            Key("name", _TEXT, "What people read.", '"IT support"', required=True),
            Key("address", _SOME_ADDRESS, "Whence it answers, and where its mail comes in.", '"support@example.org"'),
            Key("lead", Reference("agent"), "Who is told of every breached promise of the team.", '"anna"'),
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
            Key("templates", TEMPLATES, "The team's own words, before those of the desk (see templates).", "", {}),
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
            Key(
                "email",
                _ADDRESS,
                "Where notices go, whence the agent answers.",
                '"anna@example.org"',
                required=True,
            ),
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
            KEYS,
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
                Several(_PATTERN, "addresses", '["shop-1@example.org"]'),
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
                "incidents",
                Flag(),
                "Whether several tickets of it may be one incident; without it, as its weight suggests.",
                "true",
            ),
            *OFFERED,
            Key(
                "approve_by",
                Text(f"`{UNIT_HEAD}` or a mail address", _require_approver),
                "Who must say yes before it is given: `unit-head`, the `manager` of the ticket's unit where that is a "
                "mail address, else of the unit above; or one mail address. Every clock stands still meanwhile.",
                '"unit-head"',
            ),
        )
    ),
    named("service", ("none",)),
    NAMES,
)

FILE = Table(
    (
        Key("desk", DESK, "The desk itself.", "[desk]", required=True),
        Key("calendars", CALENDARS, "Working time: of those who work, and of those who are served.", "", {}),
        Key("slas", SLAS, "Promises: how soon is answered, and how soon resolved, by priority.", "", {}),
        Key("priority", PRIORITY, "How priority follows from impact, urgency and loss.", "", {}),
        Key("incidents", INCIDENTS, "When several tickets of a service are proposed as one incident.", "", {}),
        Key("events", EVENTS, "When events of monitoring are one storm, and when a check flaps.", "", {}),
        Key("portal", PORTAL, "The web pages for people without a terminal, and who sees what there.", "", {}),
        Key(
            "satisfaction",
            SATISFACTION,
            "Whom the desk asks how it was, once a ticket is solved. Nobody, where the section is not there.",
            "",
        ),
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
        Key("recurring", RECURRING, "Tickets that are opened again and again, by a rule.", "", {}),
        Key("playbooks", PLAYBOOKS, "Work of several departments that begins on command, counted from a day.", "", {}),
        Key(
            "routing",
            ROUTING,
            "Where new mail goes: rules in their order, each field decided by the first rule that holds and sets it. "
            "Named groups of a pattern decide too: requester, name, phone, unit, service; any other is a "
            "tag.",
            "",
            [],
        ),
        Key(
            "templates",
            TEMPLATES,
            "The desk's own words for what it sends, in the place of the program's (see templates.md).",
            "",
            {},
        ),
        Key(
            "replies",
            REPLIES,
            "Ready replies: what agents write again and again, chosen with `/` where an answer is written.",
            "",
            {},
        ),
    )
)
"""The whole file."""
