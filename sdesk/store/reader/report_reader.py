"""What the reports ask, for an acting agent."""

from __future__ import annotations

from sdesk.store.reader.desk_reader import DeskReader


class ReportReader(DeskReader):
    """The reports' part of the reader: a method a question, which asks its module of `reports/`."""
