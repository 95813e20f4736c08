"""The small desk, ready for mail."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from intake_desk import MailDesk

from sdesk.desk.deskfile import together
from sdesk.desk.outbox.template_language import check, check_words
from sdesk.domain.outgoing import READY_REPLY_VARIABLES
from sdesk.store.recurrence import require_bearable


@pytest.fixture
def desk_of_mail(desk_path: Path) -> Iterator[MailDesk]:
    """The small desk with its mailboxes; `maria@shop.example` and all of `acc.shop.example` are of one unit."""
    desk = MailDesk(desk_path)
    yield desk
    desk.desk.close()


@pytest.fixture(scope="module")
def looked_over_once() -> Iterator[None]:
    """For tests that read hundreds of desk files which differ by one key: rules and templates are looked over once.

    What is wrong with a rule is an exception, and is found each time.
    """
    words = cache(lambda text: check_words(READY_REPLY_VARIABLES, text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(together, "require_bearable", cache(require_bearable))
        patch.setattr(together, "check_template", cache(check))
        patch.setattr(together, "check_words", lambda _known, text: words(text))
        yield
