"""Every class of trouble of the design's list: text, sender, subject, attachments, and what is told of it.

What becomes of each at the desk is in `tests/desk/test_intake_troubles.py`; machines' mail and the fetch are there too.
"""

from __future__ import annotations

from collections import Counter

import pytest
from troubles import Trouble
from troubles_of_bodies import BODIES, CRYPTO, NAMES, STRUCTURE
from troubles_of_headers import CHARSETS, HEADERS, SENDER

from sdesk.mail.mime.message import read

TROUBLES = (*SENDER, *HEADERS, *CHARSETS, *STRUCTURE, *NAMES, *BODIES, *CRYPTO)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_what_is_made_of_it(trouble: Trouble) -> None:
    mail = read(trouble.raw)
    assert mail.body_text == trouble.text
    assert (mail.sender.address, mail.sender.name) == trouble.sender
    assert mail.subject == trouble.subject
    assert tuple(each.name + "*" * each.inline for each in mail.attachments) == trouble.files
    assert {name: getattr(mail, name) for name in trouble.fields} == trouble.fields
    if trouble.defects is not None:
        assert mail.defects == trouble.defects
    assert (mail.is_bounce, mail.is_auto) == (False, False)


def test_each_class_has_a_sample_of_its_own() -> None:
    assert [name for name, count in Counter(trouble.name for trouble in TROUBLES).items() if count > 1] == []
