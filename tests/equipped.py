"""A desk with equipment, whose agents and checks tell of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desks import NOW
from intake_desk import MailDesk

from sdesk.desk.assets import AssetDone, add_asset, retire_asset, set_asset
from sdesk.desk.events import take_event
from sdesk.desk.steps.checks import Taken
from sdesk.domain.actor import SYSTEM
from sdesk.domain.asset_line import asset_line
from sdesk.domain.equipment import check_names
from sdesk.domain.events import CheckState, find_severity, machine_event
from sdesk.reports.equipment_board import EquipmentBoard, gather
from sdesk.store.reader import Reader
from sdesk.store.reader.asset_detail import AssetDetail

ZONE = ZoneInfo("Europe/Moscow")
MINUTE = timedelta(minutes=1)


class EquippedDesk(MailDesk):
    """The small desk, where equipment is written down."""

    def add(
        self, number: str, kind: str = "till", *, login: str = "anna", at: datetime = NOW, **said: Any
    ) -> AssetDone:
        line = asset_line(number, {"kind": kind, **said}, now=at, zone=ZONE)
        with self.desk.work(self.actor(login), at) as work:
            done = add_asset(work, line)
            work.session.commit()
        return done

    def change(self, number: str, *, login: str = "anna", at: datetime = NOW, **said: Any) -> AssetDone:
        more, fewer = (check_names(said.pop(name, ())) for name in ("more", "fewer"))
        line = asset_line(number, said, now=at, zone=ZONE)
        with self.desk.work(self.actor(login), at) as work:
            done = set_asset(work, line, checks=more, no_checks=fewer)
            work.session.commit()
        return done

    def retire(self, number: str, *, login: str = "anna", at: datetime = NOW, back: bool = False) -> AssetDone:
        with self.desk.work(self.actor(login), at) as work:
            done = retire_asset(work, number, back=back)
            work.session.commit()
        return done

    def down(
        self, key: str, *, at: datetime = NOW, login: str = "", severity: str | None = None, **where: Any
    ) -> Taken:
        event = machine_event("zabbix", key, CheckState.DOWN, severity=find_severity(severity))
        return self._tell(event, at, login, **{"team": "it", **where})

    def up(self, key: str, *, at: datetime = NOW, login: str = "") -> Taken:
        return self._tell(machine_event("zabbix", key, CheckState.UP), at, login)

    def _tell(self, event: Any, at: datetime, login: str, **where: Any) -> Taken:
        with self.desk.work(self.actor(login) if login else SYSTEM, at) as work:
            taken = take_event(work, event, **where)
            work.session.commit()
        return taken

    def about(self, number: int) -> tuple[str, ...]:
        """The equipment that a ticket is about."""
        return self.ticket(number).assets

    def whole(self, number: str, *, login: str = "anna", at: datetime = NOW) -> AssetDetail:
        with Reader(self.path) as reader:
            return reader.asset(reader.actor(login), number, now=at)

    def board(self, login: str = "anna", *, at: datetime = NOW, units: tuple[str, ...] = ()) -> EquipmentBoard:
        with Reader(self.path) as reader:
            return gather(reader, reader.actor(login), now=at, units=units)

    def stands(self, login: str = "anna") -> dict[str, str]:
        """What is down or in question, by number."""
        return {
            asset: word
            for line in self.board(login).lines
            for cell in line.cells.values()
            for word, assets in (("down", cell.down), ("?", cell.in_question))
            for asset in assets
        }

    def found(self, words: str, login: str = "anna") -> list[int]:
        """Tickets that a filter finds."""
        from sdesk.domain.filters import parse

        with Reader(self.path) as reader:
            rows = reader.walk(reader.actor(login), parse(words, now=NOW, zone=ZONE), now=NOW)
            return sorted(row.number for row in rows)
