"""What happened to a ticket, an event a sentence: as people say it, without the keys of the store and of the desk file.

What an event holds for programs alone (ids of messages, sums of clocks) is left out: `explain`, `why` and
`sdesk show -o json` have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from sdesk.domain.errors import BadInput
from sdesk.domain.instant import from_rfc3339
from sdesk.domain.plain_words import recognised
from sdesk.domain.safe_text import one_line
from sdesk.tui.actions import COMMANDS
from sdesk.tui.language import N_, NC_, _, count_of, in_context, told
from sdesk.tui.render.signals import clock_text, currency_sign, money_text
from sdesk.tui.render.words import channel_text, exact_length_text, score_text, waited_for

if TYPE_CHECKING:
    from sdesk.store.reader.detail_rows import HistoryRow

Titles = Mapping[str, Mapping[str, str]]
"""What is called how, by kind and key (`TicketDetail.titles`)."""
NO_TITLES: Titles = MappingProxyType({})

EVENTS = {
    "acknowledgement_withheld": NC_("event", "acknowledgement withheld"),
    "answered": NC_("event", "answered"),
    "approval_asked": NC_("event", "approval asked for"),
    "approval_cancelled": NC_("event", "approval asked for no more"),
    "approval_missing": NC_("event", "no answer about the approval"),
    "approval_reminded": NC_("event", "approver reminded"),
    "approved": NC_("event", "approved"),
    "approver_wrote": NC_("event", "approver wrote"),
    "asset_added": NC_("event", "about equipment"),
    "asset_removed": NC_("event", "not about equipment"),
    "assigned": NC_("event", "assigned"),
    "at_risk": NC_("event", "at risk"),
    "automatic_mail": NC_("event", "automatic mail"),
    "breached": NC_("event", "breached"),
    "check_down": NC_("event", "the check is down"),
    "check_flaps": NC_("event", "the check flaps"),
    "check_up": NC_("event", "the check is up again"),
    "confirmation_withheld": NC_("event", "confirmation withheld"),
    "deadline_moved": NC_("event", "deadline moved"),
    "form": NC_("event", "form"),
    "forwarded": NC_("event", "forwarded"),
    "imported": NC_("event", "imported"),
    "impact": NC_("event", "impact"),
    "incident_declined": NC_("event", "declined as an incident"),
    "incident_proposed": NC_("event", "may be an incident"),
    "joined_incident": NC_("event", "joined an incident"),
    "left_incident": NC_("event", "left the incident"),
    "linked": NC_("event", "linked"),
    "made_incident": NC_("event", "made an incident"),
    "mail_discarded": NC_("event", "mail discarded"),
    "mail_released": NC_("event", "mail released"),
    "mail_retried": NC_("event", "mail tried again"),
    "merged": NC_("event", "merged"),
    "merged_with": NC_("event", "merged with another"),
    "message": NC_("event", "message"),
    "no_incident_any_more": NC_("event", "no incident any more"),
    "note": NC_("event", "note"),
    "opened": NC_("event", "opened"),
    "outage_confirmed": NC_("event", "outage confirmed"),
    "outage_corrected": NC_("event", "outage corrected"),
    "outage_suspected": NC_("event", "outage suspected"),
    "playbook_cancelled": NC_("event", "the playbook was cancelled"),
    "playbook_done": NC_("event", "every step of the playbook is done"),
    "playbook_goes_on": NC_("event", "the playbook goes on"),
    "playbook_moved": NC_("event", "its day was moved"),
    "playbook_started": NC_("event", "a playbook was started"),
    "priority": NC_("event", "priority"),
    "promise": NC_("event", "promise"),
    "promise_withheld": NC_("event", "promise withheld"),
    "refused": NC_("event", "refused"),
    "rated": NC_("event", "rated"),
    "rating_withheld": NC_("event", "not asked how it was"),
    "reopened": NC_("event", "reopened"),
    "requester": NC_("event", "requester"),
    "restored": NC_("event", "restored"),
    "service": NC_("event", "service"),
    "split": NC_("event", "messages split off"),
    "stale": NC_("event", "stale"),
    "status": NC_("event", "status"),
    "step_moved": NC_("event", "its time was moved"),
    "step_skipped": NC_("event", "a step was skipped"),
    "storm": NC_("event", "a storm of monitoring"),
    "stranger_named_ticket": NC_("event", "a stranger named this ticket"),
    "subject": NC_("event", "subject"),
    "supplier_answered": NC_("event", "supplier answered"),
    "tags": NC_("event", "tags"),
    "taken_back": NC_("event", "taken back"),
    "team": NC_("event", "team"),
    "time_spent": NC_("event", "time spent"),
    "undeliverable": NC_("event", "undeliverable"),
    "undone": NC_("event", "undone"),
    "unit": NC_("event", "unit"),
    "unlinked": NC_("event", "unlinked"),
    "unwatched": NC_("event", "watched no more"),
    "urgency": NC_("event", "urgency"),
    "visit": NC_("event", "visit"),
    "waiting": NC_("event", "waiting"),
    "watched": NC_("event", "watched"),
    "woken": NC_("event", "woken"),
}
"""What happened, where nothing more is known of it."""


class Change(NamedTuple):
    """The sentences for something that became something else, was nothing before, or is nothing now."""

    changed: str
    came: str
    went: str


CHANGES: Mapping[str, Change] = {
    "assigned": Change(N_("assigned {old} -> {new}"), N_("assigned -> {new}"), N_("assigned {old} -> nobody")),
    "status": Change(N_("status {old} -> {new}"), N_("status -> {new}"), N_("status {old} -> none")),
    "priority": Change(N_("priority {old} -> {new}"), N_("priority -> {new}"), N_("priority {old} -> none")),
    "service": Change(N_("service {old} -> {new}"), N_("service -> {new}"), N_("service {old} -> none")),
    "team": Change(N_("team {old} -> {new}"), N_("team -> {new}"), N_("team {old} -> none")),
    "unit": Change(N_("unit {old} -> {new}"), N_("unit -> {new}"), N_("unit {old} -> none")),
    "subject": Change(N_("subject “{old}” -> “{new}”"), N_("subject -> “{new}”"), N_("subject “{old}” -> none")),
    "requester": Change(N_("requester {old} -> {new}"), N_("requester -> {new}"), N_("requester {old} -> none")),
    "impact": Change(N_("impact {old} -> {new}"), N_("impact -> {new}"), N_("impact {old} -> none")),
    "urgency": Change(N_("urgency {old} -> {new}"), N_("urgency -> {new}"), N_("urgency {old} -> none")),
    "visit": Change(N_("visit moved {old} -> {new}"), N_("visit agreed for {new}"), N_("visit of {old} called off")),
    "playbook_moved": Change(N_("day moved {old} -> {new}"), N_("day moved to {new}"), N_("day {old} is gone")),
    "step_moved": Change(N_("time moved {old} -> {new}"), N_("time moved to {new}"), N_("time {old} is gone")),
    "deadline_moved": Change(N_("deadline moved {old} -> {new}"), N_("deadline {new}"), N_("deadline {old} is gone")),
}

CLOCKS = {
    "first_response": N_("first reply"),
    "next_reply": N_("next reply"),
    "resolution": N_("resolution"),
}
WOKEN = {
    "requester": N_("the wait for the requester is over"),
    "supplier": N_("the wait for the supplier is over"),
    "date": N_("the date it waited for has come"),
}
HOW = {
    "portal": N_("by portal"),
    "mail": N_("by mail"),
    "agent": N_("as an agent wrote down"),
    "own": N_("by asking for it"),
}
"""By which way somebody decided."""
ACTORS = {
    "system": NC_("actor", "system"),
    "requester": NC_("actor", "requester"),
    "supplier": NC_("actor", "supplier"),
    "approver": NC_("actor", "approver"),
}
"""Who is nobody of the desk's own."""


def actor_text(event: HistoryRow) -> str:
    """Who did it: a login, or what stands for whoever has none."""
    return in_context("actor", ACTORS[event.actor]) if event.actor in ACTORS else one_line(event.actor)


def event_text(event: HistoryRow, *, now: datetime, zone: ZoneInfo, titles: Titles = NO_TITLES) -> str:
    """An event in one line: `assigned anna -> boris`, `waiting for requester until tomorrow 10:00`."""
    told_of = _Told(event, now, zone, titles)
    about = ", ".join(filter(None, told_of.about()))
    said = f"{told_of.what()}: {about}" if about else told_of.what()
    return one_line(f"{said} {_('(undone since)')}" if event.undone else said)


class _Told:
    """One event, on its way into words."""

    def __init__(self, event: HistoryRow, now: datetime, zone: ZoneInfo, titles: Titles) -> None:
        self._event, self._data, self._now, self._zone, self._titles = event.event, event.data, now, zone, titles

    # ---- what happened ------------------------------------------------------------------------------

    def what(self) -> str:
        """The sentence, without what is known of it besides."""
        data = self._data
        if self._event in CHANGES:
            return self._change(CHANGES[self._event])
        match self._event:
            case "answered" if data.get("kind") == "call":
                return _("answered by phone")
            case "opened" if data.get("channel"):
                return _("opened {how}").format(how=channel_text(str(data["channel"])))
            case "waiting" if data.get("waiting_for"):
                words = _("waiting for {whom}").format(whom=waited_for(str(data["waiting_for"])))
                until = _("until {at}").format(at=self._local(data["until"])) if data.get("until") else ""
                return f"{words} {until}".rstrip()
            case "woken" if data.get("waiting_for") in WOKEN:
                return _(WOKEN[data["waiting_for"]])
            case "tags":
                changes = [f"+{tag}" for tag in data.get("added") or ()]
                changes += [f"-{tag}" for tag in data.get("removed") or ()]
                return _("tags {changes}").format(changes=" ".join(changes))
            case "form" if data.get("field"):
                old, new = (str(data.get(name) or _("none")) for name in ("old", "new"))
                return _("{field}: {old} -> {new}").format(field=data["field"], old=old, new=new)
            case "rated" if data.get("score"):
                return _("rated {score} of 5, {words}").format(score=data["score"], words=score_text(data["score"]))
            case "time_spent" if data.get("seconds"):
                return _("time spent {length}").format(length=exact_length_text(int(data["seconds"])))
            case "watched" if data.get("agent"):
                return _("watched by {login}").format(login=data["agent"])
            case "unwatched" if data.get("agent"):
                return _("watched by {login} no more").format(login=data["agent"])
            case "asset_added" if data.get("asset"):
                return _("about equipment {number}").format(number=data["asset"])
            case "asset_removed" if data.get("asset"):
                return _("not about equipment {number} any more").format(number=data["asset"])
            case "undone" if data.get("verb"):
                return _("undone “{what}”").format(what=_verb(str(data["verb"])))
            case "incident_proposed" if data.get("tickets"):
                return count_of(
                    "may be an incident of {count} ticket",
                    "may be an incident of {count} tickets",
                    int(data["tickets"]),
                )
        if self._event.endswith("_withheld") and self._event not in EVENTS:
            return in_context("event", "mail withheld")
        known = EVENTS.get(self._event)
        return in_context("event", known) if known else self._event.replace("_", " ")

    def _change(self, words: Change) -> str:
        old, new = (self._data.get(name) for name in ("old", "new"))
        pattern = words.changed if old and new else words.came if new else words.went
        return _(pattern).format(old=self._value(old), new=self._value(new))

    def _value(self, value: Any) -> str:
        """What something was or is, as people call it."""
        if not value:
            return "-"
        match self._event:
            case "status" | "impact" | "urgency":
                return _(str(value))
            case "service" | "team" | "unit":
                return self._titles.get(self._event, {}).get(str(value), str(value))
            case "visit" | "deadline_moved" | "step_moved":
                return self._local(value)
            case _:
                return str(value)

    # ---- what is known of it besides ----------------------------------------------------------------

    def about(self) -> Iterator[str]:
        """Its details, those that say something to a person."""
        for name in ("reason",) if self._event.endswith("_withheld") else ABOUT.get(self._event, ()):
            if self._data.get(name) not in (None, "", []):
                yield self._detail(name, self._data[name])
        if self._event == "promise":
            yield from self._promise()

    def _detail(self, name: str, value: Any) -> str:
        match name:
            case "clock":
                return _(CLOCKS.get(str(value), str(value)))
            case "was":
                return _("{score} of 5 before").format(score=value)
            case "comment":
                return f"“{value}”"
            case "how" if self._event == "rated":
                return channel_text(str(value))
            case "due_at":
                return _("due {at}").format(at=self._local(value))
            case "since" | "down_from":
                return _("since {at}").format(at=self._local(value))
            case "down_to":
                return _("to {at}").format(at=self._local(value))
            case "first_at":
                return _("the first one {at}").format(at=self._local(value))
            case "arrived_at":
                return _("came {at}").format(at=self._local(value))
            case "takes_part":
                return "" if value else _("from somebody who takes no part")
            case "agent":
                return _("to agent {login}").format(login=value)
            case "how":
                return _(HOW.get(str(value), str(value)))
            case "claims":
                return _("in the name of {login}, unproven").format(login=value)
            case "forwarded_by":
                return _("sent on by {login}").format(login=value)
            case "reason" if self._event == "priority":
                return _("as it follows by itself") if value == "auto" else str(value)
            case "reason" if self._event == "undeliverable":
                return str(value)  # a stranger's words, whatever they look like
            case "reason" | "why":
                return told(recognised(str(value)))
            case "share":
                return _("{share} of the turnover").format(share=f"{Decimal(str(value)):.0%}")
            case "loss" | "loss_per_hour":
                amount = f"{money_text(Decimal(str(value)))} {currency_sign(str(self._data.get('currency', '')))}"
                return _("{money}/h").format(money=amount) if name == "loss_per_hour" else amount
            case _:
                return str(value)

    def _promise(self) -> Iterator[str]:
        for name, pattern in (("sla", N_("SLA {old} -> {new}")), ("calendar", N_("calendar {old} -> {new}"))):
            if f"old_{name}" in self._data:
                old, new = (self._data.get(each) or _("none") for each in (f"old_{name}", name))
                yield _(pattern).format(old=old, new=new)

    def _local(self, value: Any) -> str:
        try:
            return clock_text(from_rfc3339(str(value)).astimezone(self._zone), self._now)
        except BadInput:
            return str(value)


def _verb(verb: str) -> str:
    """What was done, as the footer calls it."""
    return next((_(command.label) for command in COMMANDS if command.verb == verb), verb)


_OUTAGE = ("down_from", "down_to", "share", "loss", "loss_per_hour")
ABOUT: Mapping[str, tuple[str, ...]] = {
    "approval_asked": ("approver", "reason"),
    "approval_cancelled": ("approver",),
    "approval_missing": ("approver",),
    "approval_reminded": ("approver",),
    "approved": ("approver", "how", "comment"),
    "approver_wrote": ("sender", "arrived_at"),
    "asset_added": ("why",),
    "at_risk": ("clock", "due_at"),
    "automatic_mail": ("reason",),
    "breached": ("clock", "due_at"),
    "deadline_moved": ("clock",),
    "forwarded": ("to",),
    "incident_proposed": ("first_at",),
    "message": ("takes_part", "arrived_at"),
    "note": ("claims",),
    "opened": ("forwarded_by",),
    "outage_confirmed": _OUTAGE,
    "outage_corrected": _OUTAGE,
    "outage_suspected": _OUTAGE,
    "playbook_cancelled": ("why",),
    "playbook_started": ("playbook", "day"),
    "priority": ("reason",),
    "refused": ("approver", "how", "comment"),
    "rated": ("how", "was", "comment"),
    "reopened": ("since",),
    "restored": ("down_to", "loss"),
    "stale": ("clock", "due_at"),
    "step_skipped": ("step", "why"),
    "supplier_answered": ("takes_part", "arrived_at"),
    "undeliverable": ("agent", "reason"),
}
"""What of an event's data is shown, in this order; the rest is for programs."""
