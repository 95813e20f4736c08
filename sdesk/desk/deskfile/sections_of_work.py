"""The keys of the desk file that are about work which comes again by itself: `[recurring.KEY]`."""

from __future__ import annotations

from sdesk.desk.deskfile.addresses import require_mailbox
from sdesk.desk.deskfile.kinds import Key, Moment, Reference, Several, Text, Word
from sdesk.desk.deskfile.sections_of_mail import TAG
from sdesk.desk.deskfile.tables import NAMES, Map, Table, named
from sdesk.domain.errors import BadInput
from sdesk.domain.recurrence import CatchUp, parse_rule
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.domain.ticket import Priority
from sdesk.domain.worktime import find_zone


def require_line(text: str) -> None:
    """BadInput for what is more than one line, or that a terminal may obey."""
    if one_line(text) != text.strip():
        raise BadInput("is more than a line of text", "say it in one line, and the rest in `text`")


def _require_plain(text: str) -> None:
    if neutralise(text) != text:
        raise BadInput("has characters that a terminal may obey", "leave them out")


RECURRING = Map(
    "KEY",
    Table(
        (
            Key("subject", Text(check=require_line), "What is to be done.", '"Check the backup"', required=True),
            Key(
                "text",
                Text(check=_require_plain, empty=True),
                "How: the ticket's first note.",
                '"Restore one file of last night, and write down how long it took."',
                "",
            ),
            Key(
                "rule",
                Text("an RRULE", parse_rule),
                "When it occurs: RFC 5545, without DTSTART; at most hourly. UNTIL is a local time, a day is meant to "
                "its end.",
                '"FREQ=WEEKLY;BYDAY=MO"',
                required=True,
            ),
            Key(
                "starts",
                Moment(),
                "Its first local date and time, whose time of day the rule takes. Without it, midnight of the day on "
                "which it is applied first: then let the rule say BYHOUR.",
                '"2026-12-07T09:00"',
            ),
            Key(
                "time_zone",
                Text("an IANA time zone", find_zone),
                "Whose clock it goes by, the desk's without it: 09:00 stays 09:00 over summer time. A time that a day "
                "skips moves on by as much, one that comes twice occurs once.",
                '"Europe/Berlin"',
            ),
            Key("service", Reference("service"), "For which service.", '"other"'),
            Key("team", Reference("team"), "Whose ticket it is; without it, the service's.", '"it"'),
            Key("unit", Reference("unit"), "Of which unit.", '"flagship"'),
            Key(
                "assignee",
                Reference("agent"),
                "Who has it; while he is away, his stand-in, else nobody yet.",
                '"boris"',
            ),
            Key(
                "requester",
                Text("an address", require_mailbox),
                "Who is told of it when it is answered or closed. That it was opened, nobody is told.",
                '"maria@example.org"',
            ),
            Key("priority", Word(Priority), "With which priority; without it, as impact and urgency say.", '"P4"'),
            Key("tags", Several(TAG, "texts", '["..."]'), "With which tags.", '["backup"]', []),
            Key(
                "catch_up",
                Word(CatchUp),
                "What becomes of several that were missed while the machine was off: `one` ticket, of the last, which "
                "says so; or `all` of them.",
                '"all"',
                CatchUp.ONE.value,
            ),
        )
    ),
    named("recurring ticket"),
    NAMES,
)
