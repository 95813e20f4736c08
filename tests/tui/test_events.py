"""The history of a ticket in sentences: of every event that the desk writes down, without what is for programs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

import sdesk
from sdesk.domain.outgoing import MailKind
from sdesk.store.reader.detail_rows import HistoryRow
from sdesk.tui.language import LANGUAGES, in_context, speak
from sdesk.tui.render.events import ABOUT, CHANGES, CLOCKS, EVENTS, WOKEN, actor_text, event_text

ROOM = Path(sdesk.__file__).parent
ZONE = ZoneInfo("Europe/Moscow")
OF_THE_DESK = {"desk_file_applied", "agent_away", "agent_back", "sender_blocked", "sender_unblocked", "view_saved"}
OF_THE_DESK |= {"view_deleted", "purged", "person_being_forgotten", "person_forgotten"}
"""What stands in no ticket's history."""

KEYS = re.compile(r"[a-z]+_[a-z_]+|\b(outbox|kind|events|clocks|seconds|acknowledgement\b(?! withheld))\b|\{|\bNone\b")
"""What people do not write: names of fields, and values as a program prints them."""


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    speak("en")


def test_a_strangers_words_are_never_said_in_another_language() -> None:
    speak("ru")
    assert said("undeliverable", "system", reason="by hand").endswith(": by hand")
    assert not said("acknowledgement_withheld", "system", reason="it is spam").endswith(": it is spam")


def said(name: str, actor: str = "anna", titles: dict[str, dict[str, str]] | None = None, **data: object) -> str:
    row = HistoryRow(1, NOW, actor, name, dict(data))
    return event_text(row, now=NOW.astimezone(ZONE), zone=ZONE, titles=titles or {})


def recorded() -> set[str]:
    """The names of events that stand as literals in calls of `record`."""
    found = set()
    for file in (ROOM / "desk").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"record", "_record"}:
                found |= {
                    str(value.value)
                    for argument in node.args[2:3]
                    for value in ast.walk(argument)
                    if isinstance(value, ast.Constant)
                }
    return found


def test_every_event_that_the_desk_writes_down_has_a_sentence() -> None:
    names = recorded()
    assert len(names) > 40
    assert sorted(name for name in names - set(EVENTS) - OF_THE_DESK if not name.endswith("_withheld")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_names_what_is_for_programs(language: str) -> None:
    speak(language)
    everything: dict[str, Any] = {
        "message": 3,
        "outbox": 7,
        "kind": "acknowledgement",
        "events": [4, 5],
        "messages": [1, 2],
        "clocks": {"resolution": {"target": 3600}},
        "rules": {"team": 2},
        "currency": "RUB",
        "at": "2026-11-23T08:00:00Z",
        "version": 4,
    }
    some: dict[str, Any] = {
        **dict.fromkeys(("due_at", "since", "down_from", "down_to", "first_at", "until"), "2026-11-24T07:00:00Z"),
        "arrived_at": "2026-11-24T07:00:00Z",
        "clock": "next_reply",
        "loss": "100.00",
        "loss_per_hour": "5.00",
        "share": "0.25",
        "reason": "it is spam",
        "takes_part": False,
        "channel": "cli",
        "waiting_for": "date",
        "added": ["vip"],
        "removed": ["pos"],
        "verb": "set",
        "tickets": 3,
        "seconds": 900,
    }
    for name in EVENTS:
        assert not KEYS.search(said(name, **everything)), name
        text = said(name, **everything, **some)
        assert not KEYS.search(text), text
        if language == "ru":
            assert re.search("[а-я]", text), text
            # Logins, tags and priorities may be Latin; of the desk's own words none is.
            assert not re.search(r"\b(?!vip|pos|it is spam)[a-z]{3,}", text.replace("it is spam", "")), text


def test_a_history_in_russian_is_made_of_sentences() -> None:
    speak("ru")
    titles = {"service": {"till": "Касса"}, "team": {"it": "Поддержка"}}
    assert said("assigned", old="anna", new="boris") == "исполнитель anna -> boris"
    assert said("assigned", old="anna", new=None) == "исполнитель anna снят"
    assert said("status", old="new", new="open") == "статус «новая» -> «в работе»"
    assert said("service", titles=titles, old=None, new="till") == "указана услуга Касса"
    assert said("service", titles=titles, old="gone", new="till") == "услуга gone -> Касса"
    assert said("team", titles=titles, old="it", new="hr") == "передана: команда Поддержка -> hr"
    assert said("urgency", old="low", new="high") == "срочность низкая -> высокая"
    assert said("waiting", waiting_for="supplier", until="2026-11-24T07:00:00Z") == "ждёт поставщика до завтра 10:00"
    assert said("woken", waiting_for="date", since="2026-11-24T07:00:00Z") == "дата, которой ждали, наступила"
    assert said("opened", channel="mail", team="it") == "заведена по почте"
    assert said("breached", clock="first_response", due_at="2026-11-23T07:00:00Z") == (
        "просрочено: первый ответ, срок 10:00"
    )
    assert said("priority", old="P1", new="P3", reason="auto") == "приоритет P1 -> P3: снова вычисляется"
    assert said("priority", old="P3", new="P1", reason="звонил директор") == "приоритет P3 -> P1: звонил директор"
    assert said("time_spent", seconds=5400) == "записано время работы 1ч30м"
    assert said("tags", added=["vip"], removed=["pos"]) == "метки +vip -pos"
    assert said("undone", verb="assign", events=[3, 4]) == "отменено действие «Отдать»"
    assert said("outage_confirmed", loss_per_hour="180000.00", share="0.25", currency="RUB") == (
        "простой подтверждён: 25% оборота, 180 000 ₽/ч"
    )
    assert said("visit", old=None, new="2026-11-24T07:00:00Z") == "выезд назначен: завтра 10:00"
    assert said("promise", sla="stores", old_sla="office", calendar="store", clocks={}) == (
        "сроки пересчитаны: SLA office -> stores"
    )
    assert said("acknowledgement_withheld", reason="the mail is older than a day") == (
        "подтверждение о приёме не отправлено: письму больше суток"
    )
    assert said("acknowledgement_withheld", reason="a@x.example had 5 acknowledgements within an hour") == (
        "подтверждение о приёме не отправлено: за час на a@x.example уже ушло подтверждений: 5"
    )
    assert said("incident_proposed", tickets=5) == "похоже на общий сбой: 5 заявок"
    assert actor_text(HistoryRow(1, NOW, "system", "woken", {})) == "служба"
    assert actor_text(HistoryRow(1, NOW, "anna", "woken", {})) == "anna"


def test_an_answer_is_told_with_what_was_said() -> None:
    assert said("rated", score=2, how="mail", rating=1, comment="Too \x1b[1mslow.", was=4) == (
        "rated 2 of 5, bad: by mail, 4 of 5 before, “Too ␛[1mslow.”"
    )
    assert said("rated", score=5, rating=1) == "rated 5 of 5, very good"
    assert said("rating_withheld", reason="its ticket is open") == "not asked how it was: its ticket is open"


def test_what_a_later_release_writes_is_named_without_its_values() -> None:
    assert said("hair_cut", length=3, secret_key="x") == "hair cut"
    assert said("reply_withheld", reason="its ticket is spam") == "mail withheld: its ticket is spam"
    assert {f"{kind.value}_withheld" for kind in MailKind}


def test_the_tables_speak_of_events_that_there_are() -> None:
    assert set(ABOUT) | set(CHANGES) <= set(EVENTS)
    assert set(CLOCKS) == {"first_response", "next_reply", "resolution"}
    assert set(WOKEN) == {"requester", "supplier", "date"}
    assert in_context("event", EVENTS["split"]) == "messages split off"
