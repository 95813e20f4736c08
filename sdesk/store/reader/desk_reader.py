"""The desk itself, for an acting agent: units, services, teams, agents, calendars, people whole; and outages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.domain.worktime import Calendar
from sdesk.store.reader import organisation
from sdesk.store.reader.connection import translated
from sdesk.store.reader.mail_reader import MailReader

if TYPE_CHECKING:
    from sdesk.store.reader.begun import BegunTicket
    from sdesk.store.reader.desk_rows import (
        AgentDetail,
        CalendarRow,
        OutageRow,
        PersonRow,
        ServiceDetail,
        TeamDetail,
        UnitOutages,
    )
    from sdesk.store.reader.known import CallerRow
    from sdesk.store.reader.offers import OfferRow
    from sdesk.store.reader.organisation_rows import SlaRow, UnitRow
    from sdesk.store.reader.rated import PersonStory


class DeskReader(MailReader):
    """The desk's part of the reader. What few commands ask is imported when it is asked."""

    def login_keys(self) -> tuple[tuple[str, str], ...]:
        """Login and public key of everybody who works here now: what the SSH server asks before anybody acts."""
        with translated(self.path):
            return organisation.login_keys(self._connection)

    def outages(
        self,
        actor: Actor,
        *,
        now: datetime,
        number: int | None = None,
        unit: str | None = None,
        since: datetime | None = None,
    ) -> tuple[OutageRow, ...]:
        """Outages, oldest first: of a ticket, of a unit (by key), those that touch the time since an instant."""
        from sdesk.store.reader import outages

        with translated(self.path):
            return outages.outages(
                self._connection, actor, self.desk, self._calendar, now=now, number=number, unit=unit, since=since
            )

    def unit_outages(self, actor: Actor, key: str, *, now: datetime, since: datetime) -> UnitOutages:
        """Outages of a unit that touch the time since an instant, and what the confirmed ones cost within it."""
        from sdesk.domain.slices import Slice, loss_within
        from sdesk.domain.worktime import ALWAYS
        from sdesk.store.reader.desk_rows import UnitOutages

        found = self.outages(actor, now=now, unit=key, since=since)
        row = self._one("SELECT calendar_id FROM unit WHERE key = ?", key)
        hours = ALWAYS if row is None or row[0] is None else self._calendar(row[0])
        loss = Decimal("0.00")
        for outage in found:
            if outage.confirmed:
                slices = [Slice(each.starts_at, each.ends_at, each.share, each.per_hour) for each in outage.slices]
                # One of an older store has no slices, and cannot be cut where the time begins.
                until = outage.down_to or now
                loss += loss_within(slices, hours, since, until) if slices else outage.loss_so_far
        return UnitOutages(found, loss, since, self.desk.currency)

    def unit(self, key: str, today: date) -> tuple[UnitRow, CalendarRow | None, tuple[str, ...], dict[str, Decimal]]:
        """A unit, its opening hours (None: always), its mail, and what each service stops of its turnover; NotFound."""
        from sdesk.store.reader import details

        with translated(self.path):
            row, open_at = details.unit(self._connection, key), details.unit_calendar(self._connection, key, today)
            return row, open_at, details.unit_mail(self._connection, key), details.unit_stops(self._connection, key)

    def service(self, actor: Actor, key: str) -> ServiceDetail:
        """A service whole; NotFound."""
        from sdesk.store.reader import details

        with translated(self.path):
            return details.service(self._connection, key, actor)

    def offers(
        self, actor: Actor, *, now: datetime, to: str | None = None, words: str = "", key: str | None = None
    ) -> tuple[OfferRow, ...]:
        """The catalogue by category: all of it, or what is offered `to` a mail address or a unit's key; NotFound.

        `words`: entries that have all of them; `key`: this one alone.
        """
        from sdesk.store.reader import offers

        with translated(self.path):
            asker = None if to is None else (offers.asker_of(self._connection, actor, to),)
            return offers.offers(self._connection, self._calendar, now=now, to=asker, words=words, key=key)

    def slas(self) -> tuple[SlaRow, ...]:
        """The SLAs that hold, by key, with what each promises and to whom."""
        from sdesk.store.reader import promises

        with translated(self.path):
            return promises.slas(self._connection)

    def sla(self, key: str) -> tuple[SlaRow, Calendar]:
        """One SLA, and the hours in which its time counts; NotFound."""
        from sdesk.store.reader import promises

        with translated(self.path):
            row = promises.sla(self._connection, key)
        return row, self._calendar(row.calendar_id)

    def team(self, actor: Actor, key: str) -> TeamDetail:
        """A team whole; NotFound."""
        from sdesk.store.reader import details

        with translated(self.path):
            return details.team(self._connection, key, actor)

    def agent(self, actor: Actor, login: str, *, now: datetime | None = None) -> AgentDetail:
        """An agent whole; NotFound."""
        from sdesk.store.reader import details

        with translated(self.path):
            return details.agent(self._connection, login, actor, now)

    def calendars(self, today: date) -> tuple[CalendarRow, ...]:
        """Working times as they are written, by key; of single days those from today on."""
        from sdesk.store.reader import details

        with translated(self.path):
            return details.calendars(self._connection, today)

    def calendar_whole(self, key: str, today: date) -> CalendarRow:
        """One of them; NotFound."""
        from sdesk.store.reader import details

        with translated(self.path):
            return details.calendar(self._connection, key, today)

    def usual_services(self, actor: Actor, *, unit: str | None = None, limit: int = 9) -> tuple[str, ...]:
        """Keys of the services that most of the newest tickets are about, on the whole or of a unit."""
        from sdesk.store.reader import usual

        with translated(self.path):
            return usual.usual_services(self._connection, actor, unit=unit, limit=limit)

    def people(self, actor: Actor, *, words: str = "", unhappy: bool = False, limit: int = 50) -> tuple[PersonRow, ...]:
        """Whom the desk serves, by name: those whose name or address has the words in it. 0: no limit.

        `unhappy`: those who last said that it was bad.
        """
        from sdesk.store.reader import details

        with translated(self.path):
            return details.people(self._connection, actor, words=words, unhappy=unhappy, limit=limit)

    def person_story(self, actor: Actor, person: int) -> PersonStory:
        """What the actor may know of a person's tickets and answers, in figures."""
        from sdesk.store.reader import rated

        with translated(self.path):
            return rated.story(self._connection, actor, person, self.desk.ref_prefix)

    def tickets_of(self, actor: Actor, person: int) -> tuple[int, ...]:
        """Numbers of a person's tickets that the actor may see, newest first; the last hundred."""
        from sdesk.store.reader.where import wall

        with translated(self.path):
            hidden = wall(self._connection, actor)
        beyond, values = (f" AND {hidden.sql}", hidden.values) if hidden is not None else ("", ())
        sql = f"SELECT id FROM ticket WHERE requester_id = ?{beyond} ORDER BY id DESC LIMIT 100"
        return tuple(row[0] for row in self._all(sql, person, *values))

    def person(self, actor: Actor, address: str) -> PersonRow:
        """One person, by mail address; NotFound, behind a wall too."""
        from sdesk.store.reader import details

        with translated(self.path):
            return details.person(self._connection, actor, address)

    def callers(self, actor: Actor, words: str) -> tuple[CallerRow, ...]:
        """Who may be at the telephone, by name, address, number or unit."""
        from sdesk.store.reader import known

        with translated(self.path):
            return known.callers(self._connection, actor, words)

    def begun_tickets(
        self, actor: Actor, digits: str, *, still_open: bool = True, done_since: datetime | None = None
    ) -> tuple[BegunTicket, ...]:
        """Open tickets whose number begins so, the most urgent first, for completion; behind them those done since."""
        from sdesk.store.reader import begun

        with translated(self.path):
            return begun.tickets(self._connection, actor, digits, still_open=still_open, done_since=done_since)

    def begun_people(self, actor: Actor, typed: str) -> tuple[tuple[str, str], ...]:
        """Addresses that begin so, each with its name, for completion."""
        from sdesk.store.reader import begun

        with translated(self.path):
            return begun.people(self._connection, actor, typed)

    def tags(self, actor: Actor) -> tuple[str, ...]:
        """The tags in use, the commonest first."""
        from sdesk.store.reader import known

        with translated(self.path):
            return known.tags(self._connection, actor)

    def suppliers(self, actor: Actor) -> tuple[str, ...]:
        """Whom agents have asked outside, the last one first."""
        from sdesk.store.reader import known

        with translated(self.path):
            return known.suppliers(self._connection, actor)
