"""The ways by which agents are told: mail, the desk's own command, Apprise. Each is tried by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Protocol
from zoneinfo import ZoneInfo

from sdesk.config import Config
from sdesk.desk.outbox.batch import MAIL, Batch, Notice
from sdesk.domain.errors import BadInput, CallFailed, MailServerUnavailable
from sdesk.domain.inbound import Mailbox
from sdesk.domain.ticket import Priority
from sdesk.mail.calls import run_command
from sdesk.mail.outbox.deliver import LineLost
from sdesk.mail.outbox.letter import Letter, field_of_addresses, own_fields
from sdesk.mail.outbox.line import Line
from sdesk.mail.outbox.notices import Told, address_of, keyless, put_into_words
from sdesk.mail.outbox.plain_text import flowed

COMMAND = "command"


class RefusedForGood(Exception):
    """Another try would end as this one did."""


class Way(Protocol):
    """One way. `tell` raises SdeskError where a later try may do, RefusedForGood where none will."""

    @property
    def name(self) -> str:
        """As it stands in the store: it holds no secret."""

    @property
    def public(self) -> bool:
        """Whether others may read it than the agent: then it gets no key, and of a private team no words."""

    def applies(self, batch: Batch, row: int) -> bool:
        """Whether it tells of a row of the batch."""

    def ready(self) -> None:
        """Do what may take its time before it can tell; raises as `tell`."""

    def tell(self, batch: Batch, notices: Sequence[Notice], told: Told, now: datetime) -> None:
        """Tell it."""


@dataclass(frozen=True, slots=True)
class Command:
    """The desk's own program: it gets the text on its standard input.

    Where it sends that nobody here knows: it is given no key, and no invitation to answer.
    """

    arguments: tuple[str, ...]
    priorities: frozenset[Priority] | None
    name: str = COMMAND
    public: bool = False

    def applies(self, batch: Batch, row: int) -> bool:
        """Whether it tells of tickets of the row's priority."""
        return self.priorities is None or batch.priorities[row] in self.priorities

    def ready(self) -> None:
        """It needs nothing before."""

    def tell(self, batch: Batch, notices: Sequence[Notice], told: Told, now: datetime) -> None:
        """Run it once for all of them; its arguments are of the most urgent."""
        first = notices[0]
        told = put_into_words(batch, [keyless(each) for each in notices], now)
        values = {
            "agent": batch.agent.key,
            "priority": first.priority.value,
            "number": str(first.number or ""),
            "event": first.events[-1],
        }
        run_command(self.arguments, f"{told.subject}\n\n{told.text}\n", values=values)


@dataclass(frozen=True, slots=True)
class Apprise:
    """One address of Apprise, which knows a hundred services."""

    address: str
    priorities: frozenset[Priority] | None
    public: bool = True
    """It is the desk's, and no agent's own: a channel that many read."""

    @property
    def name(self) -> str:
        """An address holds keys: its digest stands for it."""
        return f"apprise {hashlib.sha256(self.address.encode()).hexdigest()[:12]}"

    def applies(self, batch: Batch, row: int) -> bool:
        """Whether it tells of a row: of each event once, however many agents are told."""
        return row in batch.once and (self.priorities is None or batch.priorities[row] in self.priorities)

    def ready(self) -> None:
        """It needs nothing before."""

    def tell(self, batch: Batch, notices: Sequence[Notice], told: Told, now: datetime) -> None:
        """Send it there."""
        try:
            library = import_module("apprise")
        except ImportError as error:
            raise BadInput(
                "[notify] apprise: the library Apprise is not installed",
                "install it with `pip install 'sdesk[notify]'`",
            ) from error
        scheme = self.address.partition("://")[0]
        sender = library.Apprise()
        if not sender.add(self.address):
            raise BadInput(f"[notify] apprise: an address of {scheme}:// is none that Apprise understands", "mend it")
        if not sender.notify(title=told.subject, body=told.text):
            raise CallFailed(f"an address of {scheme}:// could not be reached by Apprise", "look at [notify] apprise")


class Mail:
    """By mail, over the line of the whole run."""

    name = MAIL
    public = False

    def __init__(self, line: Line) -> None:
        self.line = line

    def applies(self, batch: Batch, row: int) -> bool:
        """An agent's own filter was asked when the row was written: what is here is to be mailed."""
        return True

    def ready(self) -> None:
        """Open the line: a server may take its time over each step of that."""
        self.line.open()

    def tell(self, batch: Batch, notices: Sequence[Notice], told: Told, now: datetime) -> None:
        """Mail it."""
        letter = letter_of(batch, notices, told, now, fallback=self.line.server.sender)
        try:
            delivery = self.line.deliver(letter)
        except LineLost as error:
            raise MailServerUnavailable(str(error)) from error
        if delivery.put_off:
            raise MailServerUnavailable(next(iter(delivery.put_off.values())))
        if not delivery.sent:
            raise RefusedForGood(next(iter(delivery.refused.values())))


def letter_of(batch: Batch, notices: Sequence[Notice], told: Told, now: datetime, *, fallback: str) -> Letter:
    """The mail. BadInput where no team has an address to write from."""
    rules = batch.rules
    teams = [rules.teams[each.team_id] for each in notices if each.team_id is not None]
    team = next((each for each in (*teams, *rules.teams.values()) if each.address), None)
    sender = Mailbox(team.address or fallback, team.name) if team is not None else Mailbox(fallback, "")
    if not sender.address:
        raise BadInput("no team has a mail address to write from", "give one to a team in the desk file")
    fields = own_fields(batch.message_id, now, ZoneInfo(rules.time_zone), rules.loop_token, submitted="auto-generated")
    if batch.message_id == notices[0].message_id and (own := address_of(notices[0], rules)):
        fields.append(field_of_addresses("Reply-To", [Mailbox(own, sender.name)]))
    return Letter(
        sender=sender,
        to=(Mailbox(batch.agent.email, batch.agent.name),),
        cc=(),
        subject=told.subject,
        fields=tuple(fields),
        text=flowed(told.text) + "\n",
    )


def ways_of(config: Config, line: Line | None) -> list[Way]:
    """What is set up; what rings comes first, so that a slow mail server keeps nobody asleep."""
    notify = config.notify
    ways: list[Way] = []
    if notify.command:
        ways.append(Command(notify.command, notify.priorities))
    ways += [Apprise(address, notify.priorities) for address in notify.apprise]
    if line is not None:
        ways.append(Mail(line))
    return ways
