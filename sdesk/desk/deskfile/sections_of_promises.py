"""The keys of the desk file that say what is promised, and what comes first: calendars, SLAs, priority,
incidents, events of machines."""

from __future__ import annotations

from sdesk.desk.deskfile.kinds import (
    Amount,
    Day,
    Key,
    Length,
    Reference,
    Several,
    Share,
    Text,
    Whole,
    Word,
)
from sdesk.desk.deskfile.tables import NAMES, Checked, Map, Table, Tables, named, words_of
from sdesk.domain.errors import BadInput
from sdesk.domain.priority import parse_matrix
from sdesk.domain.ticket import Impact, Priority, Urgency
from sdesk.domain.worktime import DAYS, find_zone, parse_intervals, parse_week
from sdesk.store.calendars import ALWAYS_KEY


def _require_some_tickets(number: int) -> None:
    if number in (1, 2):
        raise BadInput("one ticket, or two, are no incident yet", "write 3 or more, or 0 for never")


_SOME_TEXT = Text(empty=True)
_ZONE = Text("an IANA time zone", find_zone)
_DAY = rf"\s*({'|'.join(''.join(f'[{each}{each.upper()}]' for each in day) for day in DAYS)})\s*"
_DAYS = (("pattern", f"^{_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)*$"),)
_INTERVAL = Text("an interval, as `09:00-18:00`", more=(("pattern", r"^\s*\d{1,2}:\d{2}\s*[-–]\s*\d{1,2}:\d{2}\s*$"),))
_INTERVALS = Several(_INTERVAL, "intervals", '["09:00-18:00"]')

CALENDARS = Map(
    "KEY",
    Table(
        (
            Key("time_zone", _ZONE, "In which the hours are meant.", '"Europe/Berlin"', required=True),
            Key(
                "hours",
                Checked(
                    Map("DAY", _INTERVALS, lambda part, day: part.checked(day, lambda: parse_week({day: []})), _DAYS),
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
                    Key("per_hour", Amount(), "From a loss of so much an hour on.", "50000", required=True),
                    Key("impact", Word(Impact), "What the impact is then at least.", '"significant"', required=True),
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
            "Which part of the turnover is lost where it stands. Without it a loss is the whole turnover.",
            "0.4",
        ),
    )
)

EVENTS = Table(
    (
        Key(
            "storm_from",
            Whole(0, 1000),
            "More tickets of checks of one unit than so many, within `storm_within`, are one incident; 0: never.",
            "5",
            5,
        ),
        Key("storm_within", Length(days=False, some=True), "Within which time they were opened.", '"10m"', "10m"),
        Key(
            "flaps_from",
            Whole(0, 1000),
            "A check that came back down so often flaps: it is counted alone, and its ticket stays open until an agent "
            "resolves it; 0: never.",
            "4",
            4,
        ),
        Key("flaps_within", Length(days=False, some=True), "Each time so soon after the last.", '"30m"', "30m"),
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
