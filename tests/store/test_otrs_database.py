"""Reading an old desk's database: pages, portions, contents as each kind of database keeps them, and only reading."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from otrs_database import PDF, PLAIN, OldDesk, moment, on_sqlite
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from sdesk.domain.errors import BadInput, Unavailable
from sdesk.store.otrs import tickets
from sdesk.store.otrs.source import Source
from sdesk.store.otrs.words import found_in, zone_of


@pytest.fixture(params=[False, True], ids=["otrs5", "otrs6"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> OldDesk:
    return on_sqlite(tmp_path / "old.db", later=request.param)


def source(tmp_path: Path) -> Source:
    return Source(f"sqlite:///{tmp_path / 'old.db'}")


@pytest.mark.parametrize("base64_files", [False, True], ids=["bytes", "base64"])
@pytest.mark.parametrize("later", [False, True])
def test_a_content_is_read_however_the_database_keeps_it(tmp_path: Path, later: bool, base64_files: bool) -> None:
    on_sqlite(tmp_path / "old.db", later=later, base64_files=base64_files)
    with source(tmp_path) as opened:
        first = next(tickets.tickets_of(opened, None)).articles[0]
        assert [file.name for file in first.files] == ["contract.pdf"]
        assert first.files[0].read() == PDF
        assert first.raw is not None
        assert first.raw() == PLAIN


def test_no_page_and_no_portion_loses_a_ticket(old: OldDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10, 40):
        old.ticket(number, f"20{number}", "More")
        old.article(number, "x" * 50)
    monkeypatch.setattr(tickets, "PAGE", 7)
    monkeypatch.setattr(tickets, "MOST_CHARACTERS", 120)
    with source(tmp_path) as opened:
        found = list(tickets.tickets_of(opened, None))
    assert [ticket.id for ticket in found] == [1, 2, 3, 4, *range(10, 40)]
    assert [len(ticket.articles) for ticket in found] == [3, 1, 1, 1, *[1] * 30]


def test_a_ticket_of_too_many_articles_is_said_and_not_read(
    old: OldDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "MOST_MESSAGES", 2)
    with source(tmp_path) as opened:
        found = {ticket.id: (ticket.too_much, len(ticket.articles)) for ticket in tickets.tickets_of(opened, None)}
    assert found == {1: (True, 0), 2: (False, 1), 3: (False, 1), 4: (False, 1)}


def test_a_ticket_that_names_what_is_gone_is_there(old: OldDesk, tmp_path: Path) -> None:
    old.ticket(9, "2099", "Lost", queue_id=99, ticket_state_id=99, ticket_priority_id=99, user_id=99)
    with source(tmp_path) as opened:
        found = list(tickets.tickets_of(opened, None))[-1]
    assert (found.number, found.queue, found.state, found.owner) == ("2099", "", "", "")


def test_the_zone_is_found_by_the_articles_own_times(old: OldDesk, tmp_path: Path) -> None:
    moscow = ZoneInfo("Europe/Moscow")
    with source(tmp_path) as opened:
        assert zone_of(opened, (UTC, moscow)) is UTC
        assert zone_of(opened, (moscow,)) is None
    with old.engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET create_time = '2020-11-10 12:00:00'"))
    with source(tmp_path) as opened:
        assert zone_of(opened, (UTC, moscow)) is moscow


def test_users_are_known_by_name_and_address(old: OldDesk, tmp_path: Path) -> None:
    old.add("user_preferences", {"user_id": 2, "preferences_key": "UserEmail", "preferences_value": b"b@x.example"})
    old.ticket(9, "2099", "Over", change_time=moment(2020, 11, 12), customer_id="ACME")
    with source(tmp_path) as opened:
        found = found_in(opened)
    assert found.names["bkim"] == ("Boris Kim", "b@x.example")
    assert found.words["unit"] == {"ACME": 1}


def test_what_an_installation_lacks_is_done_without(old: OldDesk, tmp_path: Path) -> None:
    with old.engine.begin() as connection:
        for name in ("service", "customer_user", "user_preferences", "ticket_history", "ticket_history_type"):
            connection.execute(text(f"DROP TABLE {name}"))
    with source(tmp_path) as opened:
        found = list(tickets.tickets_of(opened, None))
        assert len(found) == 4
        assert str(found[0].ended).startswith("2020-11-12")
        assert found_in(opened).words["service"] == {}


def test_an_older_schema_is_refused_with_its_column(old: OldDesk, tmp_path: Path) -> None:
    with old.engine.begin() as connection:
        connection.execute(text("ALTER TABLE ticket DROP COLUMN tn"))
    with pytest.raises(BadInput, match="ticket has no column tn"):
        source(tmp_path)


def test_nothing_can_be_written(old: OldDesk, tmp_path: Path) -> None:
    with source(tmp_path) as opened, pytest.raises(Unavailable, match="readonly"):
        opened.rows(text("DELETE FROM ticket"))  # type: ignore[arg-type]


def test_what_is_shown_of_a_url_has_no_password_and_no_option(old: OldDesk, tmp_path: Path) -> None:
    with source(tmp_path) as opened:
        for url in (
            "postgresql+psycopg://reader:s3cret@old/otrs?password=s3cret&sslmode=require",
            "postgresql+psycopg://reader@old/otrs?password=s3cret",
        ):
            opened.url = make_url(url)
            assert opened.name == "postgresql://reader@old/otrs"
            # No driver is known to say it; none is trusted not to.
            with pytest.raises(Unavailable) as error, opened._faults():
                raise OperationalError("SELECT 1", None, Exception("no entry for reader s3cret\x1b[2J"))
            assert error.value.what == "postgresql://reader@old/otrs cannot be read: no entry for reader ***␛[2J"


def test_a_word_that_no_ticket_has_is_found_too(old: OldDesk, tmp_path: Path) -> None:
    old.add("queue", {"id": 3, "name": "Unused"})
    old.add("users", {"id": 9, "login": "new.agent", "first_name": "New", "last_name": "Agent"})
    with source(tmp_path) as opened:
        words = found_in(opened).words
    assert words["team"] == {"IT support": 3, "Facilities::Printers": 1, "Unused": 0}
    assert words["assignee"]["new.agent"] == 0
    assert words["priority"]["1 very low"] == 0
