"""Writing a desk file back: whatever a file says, its export says the same, and applying it changes nothing."""

from __future__ import annotations

import itertools
import re
import shutil
import tomllib
from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from desk_files import SOURCE, WHOLE, desk_files, paths, replaced
from desks import DESK_FILE, NOW
from hypothesis import HealthCheck, Phase, given, settings

from sdesk.desk.deskfile import read
from sdesk.desk.deskfile.lines import Lines
from sdesk.desk.deskfile.read import check, plain
from sdesk.desk.deskfile.write import write
from sdesk.desk.opening import Desk, open_desk
from sdesk.desk.setup import apply, plan, source_of
from sdesk.desk.setup_picture import picture
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, Refused
from sdesk.store import migrate

pytestmark = pytest.mark.usefixtures("looked_over_once")
Make = Callable[[], Desk]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Opens a store that never had a desk file."""
    folder = tmp_path_factory.mktemp("empty")
    template = folder / "empty.db"
    migrate.init(template)
    numbers = itertools.count()

    def make() -> Desk:
        path = folder / f"{next(numbers)}.db"
        shutil.copy(template, path)
        return open_desk(path)

    return make


def picture_of(desk: Desk) -> Any:
    with desk.store.begin() as session:
        return picture(session.connection())


def round_trip(make: Make, text: str) -> None:
    """read -> apply -> export -> apply = nothing to do; and the export makes the same desk of nothing."""
    desk, other = make(), make()
    apply(desk, text, "desk.toml", actor=SYSTEM, now=NOW)
    exported = write(source_of(desk))
    again = apply(desk, exported, "export.toml", actor=SYSTEM, now=NOW)
    assert again.unchanged, again.changes
    apply(other, exported, "export.toml", actor=SYSTEM, now=NOW)
    assert write(source_of(other)) == exported
    assert picture_of(other) == picture_of(desk)
    desk.close()
    other.close()


@settings(
    max_examples=12,
    deadline=None,
    # To make such a file smaller takes longer than a test may: the whole file names what is wrong as well.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(source=desk_files())
def test_any_file_comes_back_as_it_was(empty: Make, source: dict[str, Any]) -> None:
    text = write(source)
    assert tomllib.loads(text) == source
    read(text, "desk.toml")
    round_trip(empty, text)


@pytest.mark.parametrize(
    "text",
    [DESK_FILE, WHOLE, (files("sdesk.demo") / "desk.toml").read_text(encoding="utf-8")],
    ids=["small", "whole", "demo"],
)
def test_a_file_by_hand_comes_back(empty: Make, text: str) -> None:
    round_trip(empty, text)
    # Empty tables too.
    round_trip(
        empty, DESK_FILE.replace("[[routing]]", "[templates.reply]\n[slas.none]\ncalendar='24x7'\n[[routing]]", 1)
    )


def test_a_form_without_fields_is_one_still(empty: Make) -> None:
    text = DESK_FILE.replace('name = "Printer"', 'name = "Printer"\nfields = []')
    source = tomllib.loads(text)
    assert source["services"]["printer"]["fields"] == []
    assert tomllib.loads(write(source)) == source
    round_trip(empty, text)


def test_what_was_retired_does_not_come_back(empty: Make) -> None:
    desk = empty()
    apply(desk, DESK_FILE, "desk.toml", actor=SYSTEM, now=NOW)
    less = DESK_FILE[: DESK_FILE.index("[services.leave]")] + DESK_FILE[DESK_FILE.index("[services.feedback]") :]
    apply(desk, less, "desk.toml", actor=SYSTEM, now=NOW + timedelta(days=1))
    assert "leave" not in write(source_of(desk))
    desk.close()


def test_before_the_first_file_there_is_nothing_to_export(empty: Make) -> None:
    desk = empty()
    with pytest.raises(Refused, match="no set-up"):
        source_of(desk)
    desk.close()


def shape(text: str) -> str:
    """Whether it is words, figures, or both."""
    return re.sub("[a-z]+", "a", re.sub("[0-9]+", "0", text))


def other_values(value: Any) -> list[Any]:
    """Values to put in the place of one, some of which are right."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, value / 4]
    if isinstance(value, str):
        known = [
            *("P4", "other", "maria@x.example", "24x7", "boris", "it", "3h", "store-*@y.example", "Europe/Moscow"),
            *("EUR", "ru", "lead", "moderate", "high", "13:00-17:00", "2027-03-08", "P1..P3", "XY", "NW", "FR"),
        ]
        # What looks like it is tried first, for it is right more often.
        return sorted(known, key=lambda each: shape(each) != shape(value))
    return []


@pytest.mark.slow
def test_every_key_of_the_file_shows_in_a_plan(empty: Make) -> None:
    """The picture of the set-up leaves nothing out: whatever is changed in a file, the review names it."""
    desk = empty()
    apply(desk, WHOLE, "desk.toml", actor=SYSTEM, now=NOW)
    source = plain(SOURCE)
    tried = 0
    for path in paths(source):
        table: Any = source
        for key in path:
            table = table[key]
        for value in other_values(table):
            if table == value:
                continue
            other = replaced(source, path, value)
            try:
                check(other, "desk.toml", Lines(""))
            except BadInput:
                continue
            report = plan(desk, write(other), "desk.toml", actor=SYSTEM, now=NOW)
            tried += 1
            named = {each.key.split(".")[0] for change in report.changes for each in change.keys}
            keys = [str(key) for key in path if isinstance(key, str)]
            assert named & {*keys, "free"}, (path, value, report.changes)
            break
    assert tried > 80
    desk.close()
