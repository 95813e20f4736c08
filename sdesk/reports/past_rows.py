"""What programs get of `past`: one object with named sections, and the same as flat rows. Fields may be added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sdesk.domain.instant import to_rfc3339
from sdesk.domain.kinds import DAY, FIGURE, FLAG, INSTANT, MONEY, NUMBER, TEXT, Kind, many, maybe, thing
from sdesk.reports.figures import Figures, Satisfaction
from sdesk.reports.past import Group, Past
from sdesk.reports.period import Period
from sdesk.reports.tally import GROUPS

Value = None | int | float | str
Json = Value | list["Json"] | dict[str, "Json"]


class FlatRow(NamedTuple):
    """One figure."""

    section: str
    key: str
    """Of what: a team, a day, a ticket; empty for totals."""
    figure: str
    value: Value
    earlier: Value
    """The same in the period before; None where there is no such thing."""


AGENT_FIGURES = ("solved", "time_spent")
"""What is told of an agent."""


_FIGURES: dict[str, Kind] = {
    "opened": NUMBER,
    "solved": NUMBER,
    "reopened": NUMBER,
    "first_response_count": NUMBER,
    "first_response_median": maybe(FIGURE),
    "first_response_p90": maybe(FIGURE),
    "first_response_judged": NUMBER,
    "first_response_in_time": maybe(FIGURE),
    "resolution_count": NUMBER,
    "resolution_median": maybe(FIGURE),
    "resolution_p90": maybe(FIGURE),
    "resolution_judged": NUMBER,
    "resolution_in_time": maybe(FIGURE),
    "loss": MONEY,
    "time_spent": NUMBER,
    "asked": NUMBER,
    "rated": NUMBER,
    "rated_share": maybe(FIGURE),
    "rating_mean": maybe(FIGURE),
    "rated_good": maybe(FIGURE),
    "rated_bad": maybe(FIGURE),
}
"""What `plain` gives."""


SATISFACTION = ("asked", "rated", "rated_share", "rating_mean", "rated_good", "rated_bad")
"""What is told of a month."""


def _both(kinds: dict[str, Kind]) -> dict[str, Kind]:
    return {name: thing({"value": kind, "earlier": kind}) for name, kind in kinds.items()}


_GROUP = many(thing({"key": TEXT, "name": TEXT, **_both(_FIGURES)}))
_PERIOD = thing({"from": DAY, "to": DAY, "start": INSTANT, "end": INSTANT, "time_zone": TEXT})
KIND = thing(
    {
        "period": _PERIOD,
        "earlier": _PERIOD,
        "currency": TEXT,
        "margin_known": FLAG,
        "filter": TEXT,
        "totals": thing(_both({**_FIGURES, "backlog_start": NUMBER, "backlog_end": NUMBER})),
        "course": many(
            thing({"from": DAY, "to": DAY, "opened": NUMBER, "solved": NUMBER, "reopened": NUMBER, "backlog": NUMBER})
        ),
        **dict.fromkeys(GROUPS, _GROUP),
        "agents": many(thing({"key": TEXT, "name": TEXT, **_both({each: _FIGURES[each] for each in AGENT_FIGURES})})),
        "outages": many(
            thing(
                {
                    "number": NUMBER,
                    "ref": TEXT,
                    "subject": TEXT,
                    "unit": TEXT,
                    "service": maybe(TEXT),
                    "down_from": INSTANT,
                    "down_to": maybe(INSTANT),
                    "open_seconds": NUMBER,
                    "loss": MONEY,
                }
            )
        ),
        "coming_back": many(
            thing(
                {
                    "unit": maybe(TEXT),
                    "service": maybe(TEXT),
                    "opened": thing({"value": NUMBER, "earlier": NUMBER}),
                    "numbers": many(NUMBER),
                }
            )
        ),
        "equipment": many(
            thing(
                {
                    "inventory_number": TEXT,
                    "name": TEXT,
                    "kind": TEXT,
                    "model": TEXT,
                    "unit": maybe(TEXT),
                    "opened": thing({"value": NUMBER, "earlier": NUMBER}),
                    "open_seconds": NUMBER,
                    "loss": MONEY,
                    "numbers": many(NUMBER),
                }
            )
        ),
        "models": many(
            thing(
                {
                    "model": TEXT,
                    "kind": TEXT,
                    "pieces": NUMBER,
                    "broken": NUMBER,
                    "opened": thing({"value": NUMBER, "earlier": NUMBER}),
                    "open_seconds": NUMBER,
                    "loss": MONEY,
                }
            )
        ),
        "satisfaction": many(thing({"month": DAY, **{name: _FIGURES[name] for name in SATISFACTION}})),
    }
)
"""What `document` gives."""


def plain(figures: Figures) -> dict[str, Value]:
    """The figures by their names: seconds, shares from 0 to 1, money as a string with two decimals."""
    return {
        "opened": figures.opened,
        "solved": figures.solved,
        "reopened": figures.reopened,
        "first_response_count": figures.first_response.count,
        "first_response_median": figures.first_response.median,
        "first_response_p90": figures.first_response.p90,
        "first_response_judged": figures.first_response.judged,
        "first_response_in_time": figures.first_response.share_in_time,
        "resolution_count": figures.resolution.count,
        "resolution_median": figures.resolution.median,
        "resolution_p90": figures.resolution.p90,
        "resolution_judged": figures.resolution.judged,
        "resolution_in_time": figures.resolution.share_in_time,
        "loss": str(figures.loss),
        "time_spent": figures.time_spent,
        **_satisfaction(figures.satisfaction),
    }


def _satisfaction(found: Satisfaction) -> dict[str, Value]:
    return {
        "asked": found.asked,
        "rated": found.answered,
        "rated_share": found.share_answered,
        "rating_mean": found.mean,
        "rated_good": found.share_good,
        "rated_bad": found.share_bad,
    }


def document(past: Past, filter_text: str) -> dict[str, Json]:
    """The whole answer as one object."""
    compared = past.compared
    return {
        "period": _period(compared.period),
        "earlier": _period(compared.earlier),
        "currency": past.currency,
        "margin_known": past.margin_known,
        "filter": filter_text,
        "totals": _pairs(_paired(*_totals(past))),
        "course": [
            {
                "from": str(step.period.first_day),
                "to": str(step.period.last_day),
                "opened": step.opened,
                "solved": step.solved,
                "reopened": step.reopened,
                "backlog": step.backlog,
            }
            for step in past.course
        ],
        **{name: [_group(name, group) for group in groups] for name, groups in past.groups.items()},
        "outages": [
            {
                "number": outage.number,
                "ref": f"{past.prefix}-{outage.number}",
                "subject": outage.subject,
                "unit": outage.unit,
                "service": outage.service,
                "down_from": to_rfc3339(outage.down_from),
                "down_to": None if outage.down_to is None else to_rfc3339(outage.down_to),
                "open_seconds": outage.open_seconds,
                "loss": str(outage.loss),
            }
            for outage in past.outages
        ],
        "coming_back": [
            {
                "unit": each.unit,
                "service": each.service,
                "opened": {"value": each.opened, "earlier": each.earlier},
                "numbers": list(each.numbers),
            }
            for each in past.coming_back
        ],
        "equipment": [
            {
                "inventory_number": each.number,
                "name": each.name,
                "kind": each.kind,
                "model": each.model,
                "unit": each.unit or None,
                "opened": {"value": each.opened, "earlier": each.earlier},
                "open_seconds": each.open_seconds,
                "loss": str(each.loss),
                "numbers": list(each.numbers),
            }
            for each in past.equipment
        ],
        "models": [
            {
                "model": each.model,
                "kind": each.kind,
                "pieces": each.pieces,
                "broken": each.broken,
                "opened": {"value": each.opened, "earlier": each.earlier},
                "open_seconds": each.open_seconds,
                "loss": str(each.loss),
            }
            for each in past.models
        ],
        "satisfaction": [{"month": str(each.first_day), **_satisfaction(each.satisfaction)} for each in past.months],
    }


def rows(past: Past) -> Iterator[FlatRow]:
    """The whole answer, a figure a row."""
    for figure, (value, earlier) in _paired(*_totals(past)).items():
        yield FlatRow("totals", "", figure, value, earlier)
    for step in past.course:
        day = str(step.period.first_day)
        yield FlatRow("course", day, "opened", step.opened, None)
        yield FlatRow("course", day, "solved", step.solved, None)
        yield FlatRow("course", day, "reopened", step.reopened, None)
        yield FlatRow("course", day, "backlog", step.backlog, None)
    for name, groups in past.groups.items():
        for group in groups:
            for figure, (value, earlier) in _figures_of(name, group).items():
                yield FlatRow(name, group.key, figure, value, earlier)
    for outage in past.outages:
        ref = f"{past.prefix}-{outage.number}"
        yield FlatRow("outages", ref, "open_seconds", outage.open_seconds, None)
        yield FlatRow("outages", ref, "loss", str(outage.loss), None)
    for each in past.coming_back:
        yield FlatRow("coming_back", f"{each.unit}/{each.service}", "opened", each.opened, each.earlier)
    for piece in past.equipment:
        yield FlatRow("equipment", piece.number, "opened", piece.opened, piece.earlier)
        yield FlatRow("equipment", piece.number, "open_seconds", piece.open_seconds, None)
        yield FlatRow("equipment", piece.number, "loss", str(piece.loss), None)
    for model in past.models:
        key = f"{model.kind}/{model.model}"
        yield FlatRow("models", key, "opened", model.opened, model.earlier)
        yield FlatRow("models", key, "open_seconds", model.open_seconds, None)
        yield FlatRow("models", key, "loss", str(model.loss), None)
    for month in past.months:
        for figure, value in _satisfaction(month.satisfaction).items():
            yield FlatRow("satisfaction", str(month.first_day), figure, value, None)


def _period(period: Period) -> Json:
    return {
        "from": str(period.first_day),
        "to": str(period.last_day),
        "start": to_rfc3339(period.start),
        "end": to_rfc3339(period.end),
        "time_zone": str(period.zone),
    }


def _totals(past: Past) -> tuple[dict[str, Value], dict[str, Value]]:
    """The figures of all, with the backlog at the start and at the end of each period."""
    return (
        {**plain(past.totals), "backlog_start": past.backlog_before, "backlog_end": past.backlog},
        {**plain(past.earlier), "backlog_start": past.backlog_earlier, "backlog_end": past.backlog_earlier_end},
    )


def _figures_of(name: str, group: Group) -> dict[str, tuple[Value, Value]]:
    found = _paired(plain(group.figures), plain(group.earlier))
    return {figure: found[figure] for figure in AGENT_FIGURES} if name == "agents" else found


def _group(name: str, group: Group) -> Json:
    return {"key": group.key, "name": group.name, **_pairs(_figures_of(name, group))}


def _paired(now: dict[str, Value], earlier: dict[str, Value]) -> dict[str, tuple[Value, Value]]:
    return {name: (value, earlier[name]) for name, value in now.items()}


def _pairs(pairs: dict[str, tuple[Value, Value]]) -> dict[str, Json]:
    return {name: {"value": value, "earlier": before} for name, (value, before) in pairs.items()}
