"""Completion of a filter that is half typed: what is offered, in which order, and what the text becomes."""

from __future__ import annotations

import pytest

from sdesk.domain.completion import MOST, Known, Name, suggest

KNOWN: Known = {
    "assignee": (Name("anna", "Anna Orlova"), Name("boris", "Boris Kim"), Name("vera", "Vera Лис")),
    "team": (Name("it", "IT support"), Name("hr", "Human resources")),
    "service": (Name("till", "Касса"), Name("printer", "Printer")),
    "unit": (Name("store-017", "Тёплый Стан"), Name("flagship", "Flagship")),
    "requester": (Name("maria@shop.example", "Maria Petrova"),),
    "tag": (Name("vip"), Name("two words")),
}


def offered(text: str, *, asked: bool = False) -> list[str]:
    """What is offered where `|` stands."""
    cursor = text.index("|")
    return [each.text for each in suggest(text.replace("|", ""), cursor, KNOWN, asked=asked)]


def taken(text: str, which: int = 0) -> str:
    """The text with one of the suggestions, and its cursor."""
    cursor = text.index("|")
    whole = text.replace("|", "")
    found, at = suggest(whole, cursor, KNOWN)[which].into(whole)
    return f"{found[:at]}|{found[at:]}"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("st|", ["status:"]),
        ("|", []),
        ("vpn |", []),
        ("due:..1h vpn s|", ["status:", "service:"]),
        ("status:|", ["new", "open", "waiting", "resolved", "closed", "merged", "spam"]),
        ("status:o|", ["open"]),
        ("status:open,w|", ["waiting"]),
        ("status:open,|", ["new", "waiting", "resolved", "closed", "merged", "spam"]),
        ("status:o|,waiting", ["open"]),
        ("priority:p|", ["P1", "P2"]),
        ("is:s|", ["stale", "suspected"]),
        ("not:is:st|", ["stale"]),
        ("-is:st|", ["stale"]),
        ("-te|", ["team:"]),
        ("assignee:|", ["me", "none", "anna", "boris", "vera"]),
        ("assignee:лис|", ["vera"]),
        ("assignee:kim|", ["boris"]),
        ("unit:тепл|", ["store-017"]),
        ("unit:17|", ["store-017"]),
        ("unit:fgs|", ["flagship"]),
        ("service:кас|", ["till"]),
        ("requester:pet|", ["maria@shop.example"]),
        ("tag:tw|", ['"two words"']),
        ("due:|", ["..1h", "..4h"]),
        ("created:-|", ["-1h..", "-7d.."]),
        ("boris|", ["assignee:boris"]),
        ("mar|", ["requester:maria@shop.example"]),
        ("нет|", []),
        ('"till is|', []),
        ("https://te|", []),
    ],
)
def test_what_is_offered(text: str, first: list[str]) -> None:
    found = offered(text)
    assert found[: len(first)] == first
    if not first:
        assert found == []


def test_no_more_than_the_eye_takes_in_and_all_fields_where_they_are_asked_for() -> None:
    assert offered("vpn |", asked=True) == offered("|", asked=True)
    assert len(offered("|", asked=True)) == MOST
    assert offered("|", asked=True)[0] == "status:"


def test_what_is_whole_is_not_offered_again() -> None:
    assert offered("status:open|") == []
    assert offered("team:it|") == []
    assert "status:" not in offered("status|:open")[1:]


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("st|", "status:|"),
        ("s|tatus:open", "status:|open"),
        ("vpn st| printer", "vpn status:| printer"),
        ("-st|", "-status:|"),
        ("not:is:st|", "not:is:stale|"),
        ("status:open,w|", "status:open,waiting|"),
        ("status:o|,waiting", "status:open|,waiting"),
        ("tag:two|", 'tag:"two words"|'),
        ("boris|", "assignee:boris|"),
        ("assignee:an|xyz", "assignee:anna|"),
    ],
)
def test_what_the_text_becomes(text: str, becomes: str) -> None:
    assert taken(text) == becomes
