"""How figures are written for programs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sdesk.domain.instant import to_rfc3339


def plain_money(value: Decimal | None) -> str | None:
    """`180000.00`: a binary fraction would lose some."""
    return None if value is None else f"{value:.2f}"


def plain_instant(value: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if value is None else to_rfc3339(value)
