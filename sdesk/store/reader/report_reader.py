"""What the reports ask, for an acting agent."""

from __future__ import annotations

from sdesk.store.reader.mail_reader import MailReader


class ReportReader(MailReader):
    """The reports' part of the reader: a method a question, which asks its module of `reports/`."""
