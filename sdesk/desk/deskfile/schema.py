"""The JSON Schema (2020-12) of the desk file, made of the description of its keys: editors complete and check by it.

It says what each key may be by itself. What keys say together (that a team is there, that nobody has two addresses)
only `sdesk desk check` sees.
"""

from __future__ import annotations

from sdesk.desk.deskfile.kinds import Schema
from sdesk.desk.deskfile.sections import FILE


def schema() -> Schema:
    """The schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The desk file of sdesk",
        "description": "What a service desk promises, to whom, and who keeps it.",
        **FILE.schema(),
    }
