"""JSON Schemas of what is printed, and of what is read."""

from __future__ import annotations

from sdesk.cli import json_ticket, output


def ticket() -> None:
    """Print the JSON Schema of a ticket, as `list` and `show` print it.

    Examples:
      sdesk schema ticket > ticket.schema.json
    """
    import json

    output.text(json.dumps(json_ticket.schema(), indent=2, ensure_ascii=False) + "\n")


def desk() -> None:
    """Print the JSON Schema of the desk file: editors complete and check by it.

    Save it beside the file, whose first line is then `#:schema ./desk.schema.json` (Taplo, Even Better TOML).

    Examples:
      sdesk schema desk > desk.schema.json
    """
    import json

    from sdesk.desk.deskfile.schema import schema

    output.text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")
