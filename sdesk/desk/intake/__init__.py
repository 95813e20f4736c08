"""Intake: what becomes of a mail that came in. One message, one transaction."""

from sdesk.desk.intake.origin import Origin, Receipt
from sdesk.desk.intake.receive import quarantine, receive

__all__ = ["Origin", "Receipt", "quarantine", "receive"]
