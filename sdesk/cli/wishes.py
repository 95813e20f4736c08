"""What a run was asked for globally, before or after its command."""

from __future__ import annotations


class Wishes:
    """The global options, as given before or after the command."""

    def __init__(self, output: str | None = None, fields: str | None = None, color: str | None = None) -> None:
        self.db: str | None = None
        self.config: str | None = None
        self.agent: str | None = None
        self.output = output
        self.fields = fields
        self.color = color
        self.dry_run = False
        """Of commands that have `--dry-run`."""
