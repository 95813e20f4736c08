"""Rendering: the facts of an outgoing mail become a letter. Nothing is read or written here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sdesk.desk.outbox.facts import LetterFacts, Said
from sdesk.desk.outbox.report import ReportFacts
from sdesk.desk.outbox.sign_in import HIDDEN, SignInFacts, link_of
from sdesk.desk.steps.outbox import read_message_id
from sdesk.domain.catalogue import in_language
from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
from sdesk.domain.outgoing import AUTOMATIC, FOR_AGENTS, MailKind
from sdesk.domain.safe_text import cut_at_word, neutralise, one_line
from sdesk.domain.thread import token_address
from sdesk.mail.outbox.letter import Letter, field_of_addresses, own_fields
from sdesk.mail.outbox.notices import preview_values
from sdesk.mail.outbox.plain_text import flowed, quotation
from sdesk.mail.outbox.questions import answers_of
from sdesk.mail.outbox.report import render_report
from sdesk.mail.outbox.sign_in import render_sign_in
from sdesk.mail.outbox.templates import Chosen, choose, fill
from sdesk.mail.outbox.words import attribution

_BY_A_PERSON = {MailKind.REPLY, MailKind.RESOLUTION, MailKind.FORWARD}
_ANSWERS_A_MAIL = {MailKind.ACKNOWLEDGEMENT, MailKind.KNOWN_INCIDENT, MailKind.CONFIRMATION}
_OF_NO_TICKET = {MailKind.DIGEST, MailKind.SIGN_IN}
"""Kinds whose subject has no ticket's tag."""
_LONGEST_NAME = 60
_NO_NAME = re.compile(r"[@:/<>\[\]{}\d]|www\.", re.IGNORECASE)
"""Signs of an address, a link or a machine's name: `Hello store-017@shop.example` greets nobody."""
_MOST_ASKED = 4_000
"""Characters of a request that its approver is shown."""
_ANSWERS = {"en": ("yes", "no"), "ru": ("да", "нет")}
_NO_APPROVAL = {
    **dict.fromkeys(("approver", "link", "yes", "no", "answers"), ""),
    **dict.fromkeys(("due", "asked_at")),
    "reminder": False,
}
"""For a look at the mail where nobody was asked."""
_REQUEST = {"ru": "ваша заявка"}
"""What stands for a subject that anybody may have put there."""


def render(facts: LetterFacts | ReportFacts | SignInFacts, *, fallback_sender: str = "") -> Letter:
    """The letter of a mail, the same at every try but for its Date.

    `fallback_sender`: the address of a desk whose team has none. BadInput where a template of the desk file cannot be
    used, or nobody knows from which address the mail is to go.
    """
    if isinstance(facts, ReportFacts):
        return render_report(facts, fallback_sender=fallback_sender)
    if isinstance(facts, SignInFacts):
        return render_sign_in(facts, fallback_sender=fallback_sender)
    sender = facts.team.address or fallback_sender
    if not sender:
        raise BadInput(f"team `{facts.team.key}` has no mail address to write from", "give it one in the desk file")
    chosen = template_of(facts)
    zone = ZoneInfo(facts.desk.time_zone)
    values = values_of(replace(facts, team=replace(facts.team, address=sender)), chosen.language)
    subject, body = fill(chosen, values, zone)
    parts = [body.strip("\n"), *(_quoted(each, zone, chosen.language) for each in facts.quoted)]
    if signature := _signature(facts):
        parts.append(f"-- \n{signature}")
    text = "\n\n".join(part for part in parts if part)
    return Letter(
        sender=Mailbox(sender, _sender_name(facts)),
        to=facts.to,
        cc=facts.cc,
        subject=subject if facts.kind in _OF_NO_TICKET else _tagged(subject, facts.ticket.ref),
        fields=tuple(_fields(facts, sender)),
        text=flowed(text) + "\n",
        attachments=facts.attachments,
    )


def template_of(facts: LetterFacts) -> Chosen:
    """The template that holds for a mail."""
    return choose(facts.kind, facts.language, facts.desk.language, facts.team.key, facts.wordings)


def values_of(facts: LetterFacts, language: str) -> dict[str, Any]:
    """What a template of the mail's kind may name (`TEMPLATE_VARIABLES`)."""
    ticket = facts.ticket
    values: dict[str, Any] = {
        "desk": {"name": facts.desk.name},
        "team": {"name": facts.team.name, "address": facts.team.address},
        "ticket": {
            "number": ticket.number,
            "ref": ticket.ref,
            "subject": ticket.subject,
            "status": ticket.status,
            "priority": ticket.priority,
            "service": ticket.service,
            "unit": ticket.unit,
            "created_at": ticket.created_at,
            "first_response_due": _to_come(ticket.first_response_due, facts.now),
            "resolution_due": _to_come(ticket.resolution_due, facts.now),
            "promised_at": ticket.promised_at,
            "help": in_language(ticket.help, facts.language, language, facts.desk.language).strip("\n"),
            "form": "\n".join(f"{one_line(label)}: {value}" for label, value in ticket.form),
            "approver": one_line(ticket.approver),
        },
        "requester": {
            "name": _addressed(facts.requester.name) if facts.requester else "",
            "address": facts.requester.address if facts.requester else "",
        },
        "agent": {"name": facts.agent},
        "message": facts.message.text.strip("\n") if facts.message else "",
    }
    return values | _OWN.get(facts.kind, _nothing)(facts, values, language)


def _nothing(facts: LetterFacts, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {}


def _without_form_words(facts: LetterFacts, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Whoever fills a form in names whom he likes: words of his would go to a stranger in the desk's name."""
    if not facts.ticket.by_form:
        return {}
    return {
        "ticket": {**values["ticket"], "subject": _REQUEST.get(language, "your request"), "form": ""},
        "requester": {**values["requester"], "name": ""},
    }


def _of_confirmation(facts: LetterFacts, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {"message": quotation(values["message"]), "hindrance": one_line(str(facts.values.get("hindrance") or ""))}


def _of_approval(facts: LetterFacts, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The question: who asks what, by when it would be done, and two ways to answer."""
    found = facts.approval
    if found is None:
        return {"approval": _NO_APPROVAL, "message": quotation(values["message"])}
    own = read_message_id(facts.message_id)
    link = f"{found.portal}/approve/{own[1]}" if own is not None and found.portal else ""
    yes, no = (_mailto(facts, own, word) for word in _ANSWERS.get(language, _ANSWERS["en"]))
    return {
        "message": quotation(cut_at_word(neutralise(values["message"]).strip(), _MOST_ASKED)),
        "ticket": {**values["ticket"], "subject": one_line(values["ticket"]["subject"])},
        "approval": {
            "approver": _addressed(found.approver),
            "link": link,
            "yes": "" if link else yes,
            "no": "" if link else no,
            "due": _to_come(found.due, facts.now),
            "answers": "\n".join(f"{one_line(key)}: {one_line(value)}" for key, value in found.answers),
            "reminder": bool(facts.values.get("reminder")),
            "asked_at": found.asked_at,
        },
    }


def _mailto(facts: LetterFacts, own: tuple[int, str] | None, word: str) -> str:
    """A link that writes the answer (RFC 6068); empty where mail to the key's address comes nowhere."""
    if own is None or not facts.team.plus_addressing or not facts.team.address:
        return ""
    subject = quote(f"{word} [{facts.ticket.ref}]")
    return f"mailto:{quote(token_address(facts.team.address, *own), safe='@+.')}?subject={subject}"


def _of_decision(facts: LetterFacts, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """To the requester: what was decided."""
    found = facts.approval
    if found is None:
        return {"approval": {"approver": "", "comment": ""}}
    said = {"approver": one_line(found.approver), "comment": quotation(neutralise(found.comment).strip())}
    return {**_without_form_words(facts, values, language), "approval": said}


def _of_rating(facts: LetterFacts, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    return _without_form_words(facts, values, language) | {
        "answers": answers_of(facts, language, values["team"]["address"] or ""),
        "by_portal": bool(facts.values.get("portal")),
    }


def _of_notices(facts: LetterFacts, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """For a look at one: they go by `notify`, several in one."""
    return preview_values(facts, language)


def _of_sign_in(facts: LetterFacts, values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """For a look at the template: a real one is of no ticket (`sign_in`)."""
    return {"link": link_of("https://desk.example.org", HIDDEN), "minutes": "15"}


_OWN: Mapping[MailKind, Callable[[LetterFacts, Mapping[str, Any], str], dict[str, Any]]] = {
    MailKind.ACKNOWLEDGEMENT: _without_form_words,
    MailKind.KNOWN_INCIDENT: _without_form_words,
    MailKind.PROMISE: _without_form_words,
    MailKind.APPROVAL: _of_approval,
    MailKind.APPROVED: _of_decision,
    MailKind.REFUSED: _of_decision,
    MailKind.RATING: _of_rating,
    MailKind.CONFIRMATION: _of_confirmation,
    MailKind.NOTIFICATION: _of_notices,
    MailKind.DIGEST: _of_notices,
    MailKind.SIGN_IN: _of_sign_in,
}
"""What a kind of mail says otherwise than all, or beyond it."""


def _to_come(instant: datetime | None, now: datetime) -> datetime | None:
    """A deadline that has passed is no promise any more."""
    return instant if instant is not None and instant > now else None


def _signature(facts: LetterFacts) -> str:
    """The team's own; below a mail that no person wrote at least who the team is."""
    if facts.kind in FOR_AGENTS or facts.kind is MailKind.SIGN_IN:
        return ""
    own = facts.team.signature.strip("\n")
    if own.strip() or facts.kind not in AUTOMATIC:
        return own if own.strip() else ""
    return "\n".join(dict.fromkeys(filter(None, (facts.team.name, facts.desk.name))))


def _addressed(name: str) -> str:
    """A name as a greeting takes it; empty where it is none: From may say whatever its writer likes."""
    name = one_line(name)
    return name if len(name) <= _LONGEST_NAME and not _NO_NAME.search(name) else ""


def _sender_name(facts: LetterFacts) -> str:
    if facts.kind in _BY_A_PERSON and facts.agent:
        return f"{facts.agent}, {facts.team.name}"
    return facts.team.name


def _tagged(subject: str, ref: str) -> str:
    """A subject with the ticket's tag once, whatever people have made of it."""
    tag = f"[{ref}]"
    first, *others = re.split(re.escape(tag), one_line(subject), flags=re.IGNORECASE)
    if not others:
        return f"{tag} {first}".strip()
    return one_line(f"{first}{tag}{''.join(others)}")


def _quoted(said: Said, zone: ZoneInfo, language: str) -> str:
    if not said.text.strip():
        return ""
    return f"{attribution(one_line(said.author), said.at, zone, language)}\n{quotation(said.text)}"


def _fields(facts: LetterFacts, sender: str) -> list[tuple[str, str]]:
    submitted = "auto-replied" if facts.kind in _ANSWERS_A_MAIL else "auto-generated"
    fields = own_fields(
        facts.message_id,
        facts.now,
        ZoneInfo(facts.desk.time_zone),
        facts.desk.loop_token,
        submitted=submitted if facts.kind in AUTOMATIC else "",
    )
    if facts.in_reply_to:
        fields.append(("In-Reply-To", facts.in_reply_to))
    if facts.references:
        fields.append(("References", " ".join(facts.references)))
    token = read_message_id(facts.message_id)
    if token is not None and facts.team.plus_addressing and facts.team.address:
        answered_at = token_address(sender, *token)
        fields.append(field_of_addresses("Reply-To", [Mailbox(answered_at, facts.team.name)]))
    return fields
