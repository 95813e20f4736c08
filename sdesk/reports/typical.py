"""What work typically takes: medians of lately resolved tickets, by service where enough are known, else by team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sdesk.reports.figures import nearest_rank
from sdesk.store.reader.reports.who import Sample

ENOUGH = 5
"""Tickets, of which a median says something."""


@dataclass(frozen=True, slots=True)
class Typical:
    """A median, in seconds, and how many tickets it is of."""

    seconds: int
    tickets: int


class Medians:
    """The medians of samples."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        by_service: dict[tuple[int, int | None], list[int]] = {}
        by_team: dict[int, list[int]] = {}
        for team_id, service_id, seconds in samples:
            by_service.setdefault((team_id, service_id), []).append(seconds)
            by_team.setdefault(team_id, []).append(seconds)
        self._services = {key: _typical(each) for key, each in by_service.items() if len(each) >= ENOUGH}
        self._teams = {key: _typical(each) for key, each in by_team.items() if len(each) >= ENOUGH}
        self.tickets = sum(map(len, by_team.values()))
        """How many all are of."""

    def of(self, team_id: int, service_id: int | None) -> Typical | None:
        """Of a service within a team; of the team where fewer than five of the service are known; None of fewer."""
        return self._services.get((team_id, service_id)) or self._teams.get(team_id)


def _typical(seconds: list[int]) -> Typical:
    return Typical(nearest_rank(sorted(seconds), 50) or 0, len(seconds))
