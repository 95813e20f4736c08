"""The keys of the desk file about satisfaction: whom the desk asks how it was."""

from __future__ import annotations

from sdesk.desk.deskfile.kinds import Key, Length, Reference, Several
from sdesk.desk.deskfile.tables import Table

SATISFACTION = Table(
    (
        Key(
            "ask_after",
            Length(days=True),
            "So long after a ticket was solved, and told to be, its requester is asked.",
            '"1d"',
            "1d",
        ),
        Key("every", Length(days=True), "At most so often one person is asked.", '"30d"', "30d"),
        Key(
            "teams",
            Several(Reference("team"), "teams", '["it"]'),
            "About tickets of which teams; without it, of all.",
            '["it", "quality"]',
        ),
        Key(
            "services",
            Several(Reference("service"), "services", '["till"]'),
            "About tickets of which services; without it, of all, and of those that have none.",
            '["till"]',
        ),
        Key(
            "but",
            Several(Reference("service"), "services", '["salary"]'),
            "About tickets of which services nobody is asked.",
            '["salary"]',
            [],
        ),
        Key(
            "follow_up_team",
            Reference("team"),
            "Whose lead gets what a bad answer opens; without it, of the team whose ticket it was. What is of a "
            "private team stays there.",
            '"quality"',
        ),
    )
)
