"""The small desk, ready for mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from intake_desk import MailDesk


@pytest.fixture
def desk_of_mail(desk_path: Path) -> Iterator[MailDesk]:
    """The small desk with its mailboxes; `maria@shop.example` and all of `acc.shop.example` are of one unit."""
    desk = MailDesk(desk_path)
    yield desk
    desk.desk.close()
