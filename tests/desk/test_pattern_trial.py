"""Patterns of a desk file that some mail could make run for ever are refused, and only those."""

from __future__ import annotations

import re

import pytest
from desks import DESK_FILE

from sdesk.desk.deskfile import trial
from sdesk.desk.deskfile.read import read
from sdesk.desk.deskfile.trial import first_slow
from sdesk.domain.errors import BadInput


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes for ever is as slow after a fifth of a second as after a whole one."""
    monkeypatch.setattr(trial, "SECONDS", 0.2)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(x+x+)+y",
        r"^(\w+\s?)*$",
        r"(?:касса|кассы)*(касса|к)*!",
        r"(.*,)*;",
        r"([a-z0-9]+[-.]?)+@",
        r"(\d+)*x",
        r"a*a*a*b",
    ],
)
def test_what_may_run_for_ever_is_refused(pattern: str) -> None:
    rule = f"\n[[routing]]\nwhen = {{ body = '{pattern}' }}\nset = {{ priority = 'P2' }}\n"
    with pytest.raises(BadInput) as raised:
        read(DESK_FILE + rule, "desk.toml")
    assert "takes for ever in some texts" in raised.value.what
    assert re.match(r"desk\.toml:\d+: rule \d+, \[routing\] when: the pattern of body, ", raised.value.what)
    assert raised.value.remedy.startswith("let no repetition stand within another")


def test_what_people_write_passes() -> None:
    written = [
        r"^Order:\s*(?P<order>\d+)\s*$",
        r"E-mail: *(?P<requester>\S+@\S+)",
        r"till (is )?down|касса не работает",
        r"^(?P<key>[\w -]+): (?P<value>.+)$",
        r"\b(urgent|asap|срочно)\b",
        r"YES",
        r"^\[(alert|problem)\].*(disk|memory)",
        r"(?:a|b)+c",
    ]
    assert first_slow(written) is None


@pytest.mark.usefixtures("hurried")
def test_the_first_that_is_slow_is_named() -> None:
    assert first_slow(["quick", r"(b+)+c", r"(d+)+e"]) == 1
