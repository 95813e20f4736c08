"""A made-up ticket, so that a template can be looked at before there is any mail."""

from __future__ import annotations

from datetime import timedelta

from sdesk.desk.opening import Work
from sdesk.desk.outbox.approval_facts import ApprovalFacts
from sdesk.desk.outbox.facts import LetterFacts, Said, TeamFacts, TicketFacts, desk_facts, wordings
from sdesk.desk.rules import TeamRule
from sdesk.desk.steps.find import key_of
from sdesk.domain.inbound import Mailbox
from sdesk.domain.outgoing import FOR_AGENTS, MailKind
from sdesk.domain.ticket import Priority, Status

NUMBER = 12
_NOWHERE = "example.org"
_WORDS = {
    "en": {
        "subject": "Printer at the counter prints blank pages",
        "asked": "Since this morning the printer at the counter prints nothing but blank pages.",
        "answer": "Please switch it off and on again. I shall come and look at it at noon.",
        "requester": "Maria Weber",
        "agent": "Boris Klein",
        "service": "Printers",
        "help": "Take the paper out, put it in again, and switch the printer off and on.",
        "approver": "Carla Huber",
        "comment": "Only one, please.",
        "unit": "Main shop",
        "team": "Support",
    },
    "ru": {
        "subject": "Принтер на кассе печатает пустые листы",
        "asked": "С утра принтер на кассе печатает только пустые листы.",
        "answer": "Пожалуйста, выключите его и включите снова. В полдень я подойду и посмотрю.",
        "requester": "Мария Соколова",
        "agent": "Борис Лебедев",
        "service": "Принтеры",
        "help": "Выньте бумагу, вставьте её снова, выключите и включите принтер.",
        "approver": "Карла Петрова",
        "comment": "Только одну штуку, пожалуйста.",
        "unit": "Главный магазин",
        "team": "Поддержка",
    },
}


_OF_ITS_OWN = frozenset(
    {
        *(MailKind.ACKNOWLEDGEMENT, MailKind.KNOWN_INCIDENT, MailKind.PROMISE, MailKind.RATING),
        *(MailKind.APPROVED, MailKind.REFUSED),
    }
)
"""Kinds that bring nobody's message."""


def example(work: Work, kind: MailKind, *, language: str | None = None, team: str | None = None) -> LetterFacts:
    """The facts of a mail of this kind about a ticket that is nowhere. BadInput for a team that there is not.

    Without `team` it is of the first that everybody may know of.
    """
    language = language or work.rules.language
    words = _WORDS.get(language, _WORDS["en"])
    rule = _team(work, team)
    requester = Mailbox(f"maria@{_NOWHERE}", words["requester"])
    asked = Said(words["asked"], words["requester"], work.now - timedelta(minutes=20))
    answered = kind not in _OF_ITS_OWN
    told = (
        asked if kind in {MailKind.NOTIFICATION, MailKind.DIGEST} else Said(words["answer"], words["agent"], work.now)
    )
    return LetterFacts(
        kind=kind,
        language=language,
        to=(Mailbox(f"boris@{_NOWHERE}", words["agent"]) if kind in FOR_AGENTS else requester,),
        cc=(),
        message_id=f"<sd-{NUMBER}.example@{_NOWHERE}>",
        values={"portal": work.rules.portal.url} if kind is MailKind.RATING else {},
        now=work.now,
        desk=desk_facts(work),
        team=_team_facts(rule, words["team"]),
        ticket=TicketFacts(
            number=NUMBER,
            ref=work.rules.ref(NUMBER),
            subject=words["subject"],
            status=Status.OPEN.value,
            priority=Priority.P3.value,
            service=words["service"],
            unit=words["unit"],
            by_form=False,
            created_at=work.now - timedelta(minutes=20),
            assignee=words["agent"],
            first_response_due=work.now + timedelta(hours=4),
            resolution_due=work.now + timedelta(days=1),
            promised_at=work.now + timedelta(hours=8),
            promised_by=work.now + timedelta(days=1),
            help={language: words["help"]},
        ),
        requester=requester,
        agent=words["agent"],
        message=asked if kind is MailKind.APPROVAL else told if answered else None,
        quoted=(asked,) if kind in {MailKind.REPLY, MailKind.RESOLUTION, MailKind.FORWARD} else (),
        approval=ApprovalFacts(
            approver=words["approver"],
            asked_at=work.now - timedelta(minutes=15),
            comment=words["comment"],
            portal=work.rules.portal.url or "",
            due=work.now + timedelta(days=1),
            answers=(),
        ),
        wordings=wordings(work),
    )


def _team(work: Work, key: str | None) -> TeamRule | None:
    teams = work.rules.teams
    if key is not None:
        return teams[key_of(work.rules.team_keys, key, "team")]
    return next((each for each in teams.values() if not each.private), None)


def _team_facts(rule: TeamRule | None, name: str) -> TeamFacts:
    if rule is None:
        return TeamFacts("", name, f"support@{_NOWHERE}", "", plus_addressing=False)
    address = rule.address or f"support@{_NOWHERE}"
    return TeamFacts(rule.key, rule.name, address, rule.signature or "", plus_addressing=False)
