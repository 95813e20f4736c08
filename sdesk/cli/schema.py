"""JSON Schemas of what is printed."""

from __future__ import annotations

from sdesk.cli import json_ticket, output


def ticket() -> None:
    """Print the JSON Schema of a ticket, as `list` and `show` print it.

    Examples:
      sdesk schema ticket > ticket.schema.json
    """
    import json

    output.text(json.dumps(json_ticket.schema(), indent=2, ensure_ascii=False) + "\n")
