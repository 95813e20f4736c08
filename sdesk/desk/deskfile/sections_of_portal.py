"""The keys of the desk file about the portal: the web pages for people without a terminal."""

from __future__ import annotations

from sdesk.desk.deskfile.addresses import require_web_address
from sdesk.desk.deskfile.kinds import Key, Several, Text
from sdesk.desk.deskfile.tables import Table

PORTAL = Table(
    (
        Key(
            "url",
            Text("a web address", require_web_address),
            "Where people reach the portal: what is sent to them has links there. Without it, nothing links to it.",
            '"https://desk.example.org"',
        ),
        Key(
            "heads",
            Several(Text(), "units", '["kind:store"]'),
            "Of which units the head (`manager`, where that is a mail address) sees all tickets, but for those of "
            "private teams: `kind:store`, a unit's key, or `*`.",
            '["kind:store", "accounting"]',
            [],
        ),
    )
)
