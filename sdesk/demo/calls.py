"""When something went wrong in the demo's half year, where, and for whom: the openings, before anybody answers.

All of it follows from `now` and a fixed seed. Mondays are busy, so are the days before a present is due; shops write
when they are open, the office when it works; some things keep coming back; and one morning all programs stand still.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.demo.letters import COMPANY, shipped
from sdesk.demo.plots import Plot, Plots

DAYS = 183
LAST_CALL = timedelta(days=3)
"""How long before now the last of them came: what is newer came by the demo's letters."""
A_DAY = (1.1, 2.0)
"""Tickets on a usual day at the beginning of the half year, and at its end: the firm grows."""
PRESENTS = ((2, 14), (2, 23), (3, 8), (9, 1), (12, 31))
"""Month and day before which everybody buys."""
WEEK = (1.9, 1.2, 1.0, 1.0, 1.15, 0.55, 0.4)
"""How busy each day of the week is, Monday first."""
SERVICES: Mapping[tuple[str, str], int] = {
    ("till", "shop"): 8,
    ("terminal", "shop"): 10,
    ("cash-program", "shop"): 8,
    ("internet", "shop"): 6,
    ("video", "shop"): 5,
    ("labels", "shop"): 9,
    ("printer", "shop"): 5,
    ("access", "shop"): 6,
    ("newcomer", "shop"): 2,
    ("other", "shop"): 3,
    ("terminal", "store-025"): 2,
    ("internet", "office"): 2,
    ("erp", "office"): 6,
    ("site", "office"): 4,
    ("printer", "office"): 6,
    ("workstation", "office"): 7,
    ("workstation", "workshop"): 2,
    ("access", "office"): 8,
    ("phone", "office"): 4,
    ("email", "office"): 6,
    ("newcomer", "office"): 2,
    ("other", "office"): 3,
    ("leave", "shop"): 3,
    ("leave", "office"): 4,
    ("sick", "office"): 3,
    ("pay", "office"): 3,
    ("hiring", "shop"): 2,
    ("feedback", "client"): 10,
    ("order", "client"): 9,
    ("emergency", "shop"): 2,
    ("alarm", "shop"): 4,
    ("climate", "shop"): 4,
    ("repairs", "shop"): 5,
    ("supplies", "office"): 3,
}
"""How often each service is asked for, and by whom."""
COMES_BACK = (("internet", "store-019", 16), ("printer", "accounting", 19))
"""What keeps coming back: service, unit, days in between."""
PROGRAMS_STOOD = 26
"""Days before this week's Monday: the bad morning is a Wednesday, four weeks ago."""
SHOPS_THAT_STOOD = 14


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody has a trouble."""

    at: datetime
    plot: Plot
    requester: str
    """As `Name <address>`."""
    unit: str
    """Key; empty for a customer."""
    bad_day: bool = False
    """It is one of those of the morning when everything stood."""
    bad_week: bool = False
    """It came on that day or soon after: nobody has time for it."""


@dataclass(frozen=True, slots=True)
class _Place:
    key: str
    zone: ZoneInfo
    people: tuple[str, ...]


class Callers:
    """Who can call: the people of the demo's letters, by the units of its desk file."""

    def __init__(self) -> None:
        desk = tomllib.loads((files("sdesk.demo") / "desk.toml").read_text(encoding="utf-8"))
        zones = {key: ZoneInfo(each["time_zone"]) for key, each in desk["calendars"].items()}
        names = _names()
        self.shops: list[_Place] = []
        self.offices: list[_Place] = []
        for key, unit in desk["units"].items():
            if unit["kind"] == "region":
                continue
            people = _people(unit, names)
            if people:
                place = _Place(key, zones[unit["calendar"]], people)
                (self.shops if unit["kind"] == "store" else self.offices).append(place)
        outside = [(address, name) for address, name in names.items() if not address.endswith(COMPANY)]
        self.clients = tuple(
            f"{name} <{address}>"
            for address, name in outside
            if address.split("@")[1] in ("inbox.example", "post.example")
        )

    def place(self, who: str, draw: random.Random) -> _Place | None:
        """Where it happens; None for a customer."""
        if who == "shop":
            return draw.choice(self.shops)
        if who == "office":
            return draw.choice(self.offices)
        return next((each for each in (*self.shops, *self.offices) if each.key == who), None)


def calls(plots: Plots, now: datetime, seed: int = 4) -> list[Call]:
    """All calls of the half year before `now`, oldest first; the same for the same `now`."""
    draw, callers = random.Random(seed), Callers()
    today = now.astimezone(UTC).date()
    until = now - LAST_CALL
    found = [call for day in _days(today) for call in _of_a_day(day, today, plots, callers, draw)]
    for service, unit, every in COMES_BACK:
        for ago in range(6, DAYS, every):
            place = callers.place(unit, draw)
            if place is not None:
                at = _at(
                    today - timedelta(days=ago + draw.randint(-2, 2)), place.zone, draw, office=unit == "accounting"
                )
                found.append(Call(at, plots.of(service, unit)[0], draw.choice(place.people), unit))
    found += _bad_morning(today, plots, callers, draw)
    bad = _bad_day(today)
    return [
        replace(call, bad_week=0 <= (call.at.date() - bad).days < 4)
        for call in sorted(found, key=lambda call: call.at)
        if call.at < until
    ]


def _names() -> dict[str, str]:
    """The people who write the demo's letters, by address."""
    found: dict[str, str] = {}
    for letter in shipped().values():
        name, _, address = letter.sender.rpartition(" <")
        address = address.rstrip(">")
        if name and "samotsvet" not in name.lower() and "Самоцвет" not in name and '"' not in name:
            found.setdefault(address, name)
    return found


def _people(unit: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    """Who writes for a unit, by the addresses that the desk file knows it by."""
    known = []
    for pattern in unit.get("mail", ()):
        end = pattern.removeprefix("*")
        known += [
            f"{name} <{address}>"
            for address, name in names.items()
            if (address.endswith(end) if pattern.startswith("*") else address == end)
        ]
    return tuple(known)


def _days(today: date) -> Iterator[date]:
    return (today - timedelta(days=ago) for ago in range(DAYS, 0, -1))


def _of_a_day(day: date, today: date, plots: Plots, callers: Callers, draw: random.Random) -> Iterator[Call]:
    through = 1 - (today - day).days / DAYS
    mean = (A_DAY[0] + (A_DAY[1] - A_DAY[0]) * through) * WEEK[day.weekday()] * (1.6 if _before_presents(day) else 1)
    for _ in range(int(mean + draw.random())):
        service, who = draw.choices(list(SERVICES), weights=list(SERVICES.values()))[0]
        if day.weekday() > 4 and who not in ("shop", "client", "store-025"):
            continue
        choice = plots.of(service, who)
        plot = draw.choices(choice, weights=[each.weight for each in choice])[0]
        place = callers.place(who, draw)
        people = place.people if place is not None else callers.clients
        office = who not in ("shop", "client", "store-025")
        at = _at(day, place.zone if place is not None else ZoneInfo("Europe/Moscow"), draw, office=office)
        yield Call(at, plot, draw.choice(people), place.key if place is not None else "")


def _before_presents(day: date) -> bool:
    return any(0 < (date(day.year, month, number) - day).days <= 9 for month, number in PRESENTS)


def _at(day: date, zone: ZoneInfo, draw: random.Random, *, office: bool) -> datetime:
    """An instant of a day: most come within the hour after opening; then in the evening, or the office's afternoon."""
    opens, mode, closes = (9.1, 10.0, 17.6) if office else (10.2, 11.0, 21.5)
    if draw.random() < 0.35:
        mode = 15.0 if office else 18.5
    seconds = int(draw.triangular(opens, closes, mode) * 3600)
    return (datetime.combine(day, time(), zone) + timedelta(seconds=seconds)).astimezone(UTC)


def _bad_day(today: date) -> date:
    return today - timedelta(days=today.weekday() + PROGRAMS_STOOD)


def _bad_morning(today: date, plots: Plots, callers: Callers, draw: random.Random) -> Iterator[Call]:
    """One morning the cash program opens nowhere: the shops write one after the other."""
    start = datetime.combine(_bad_day(today), time(10, 4), ZoneInfo("Europe/Moscow")).astimezone(UTC)
    plot = plots.of("cash-program", "everywhere")[0]
    for place in draw.sample(callers.shops, SHOPS_THAT_STOOD):
        start += timedelta(seconds=draw.randint(40, 420))
        yield Call(start, plot, draw.choice(place.people), place.key, bad_day=True)
