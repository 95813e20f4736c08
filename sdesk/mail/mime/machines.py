"""Whether a machine wrote a mail: bounces (RFC 3464), automatic replies (RFC 3834), lists and bulk, by header first,
then by habit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.safe_text import neutralise
from sdesk.mail.mime.encoded_words import eight_bit
from sdesk.mail.mime.structure import header_fields

MESSAGE_ID = re.compile(r"<[^<>\s]{1,1801}>")

_DAEMON = re.compile(r"(?:mailer-daemon|mail-daemon|mailerdaemon|postmaster)(?:[+.-].*)?@", re.IGNORECASE)
_NO_REPLY = re.compile(
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|donotreply|nicht[-_.]?antworten)\b[^@]*@|[^@]+[-_.]no[-_.]?reply@",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned mail|delivery (?:status notification|failure|failed|has failed|problem)"
    r"|mail delivery (?:failed|system|failure)"
    r"|failure notice|message not delivered|delayed mail|warning: (?:message|could not send)|delivery delayed|non remis"
    r"|недоставлен|не доставлен|не удалось доставить|сообщение не доставлено|отчёт о доставке|отчет о доставке"
    r"|unzustellbar|nicht zugestellt|zustellung fehlgeschlagen",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(
    r"\s*(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response|antwort)|autoreply|out of (?:the )?office|on vacation"
    r"|автоответ|автоматический ответ|вне офиса|нет на месте|я в отпуске"
    r"|abwesenheit|automatische antwort|réponse automatique)\b",
    re.IGNORECASE,
)
# Blanks of one line only: over several lines each of them would be looked at again from each.
_REPORTED = re.compile(r"^[> \t]*(?:original-)?message-id:\s*(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_BOUNCE_TEXT = re.compile(
    r"^(?:final-recipient:|diagnostic-code:|action: (?:failed|delayed))|could not be delivered"
    r"|delivery to the following recipient"
    r"|this message was created automatically by mail delivery software|\b5\d\d[ -]5\.\d\.\d\b",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_WORD = 1_000
"""Characters of a field of one word, with its comments, that are looked at."""
_ACTION = re.compile(rb"^action:[ \t]*([a-z]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Machine:
    """The verdict."""

    is_bounce: bool = False
    is_auto: bool = False
    reason: str = ""
    """What said so; a report that a mail is only late begins with `delivery report: delayed`."""
    reported_ids: tuple[str, ...] = ()


def verdict(
    headers: Mapping[str, Sequence[str]],
    sender: Mailbox,
    return_path: str | None,
    subject: str,
    text: str,
    attachments: Sequence[InboundAttachment],
    content_type: str,
    report_type: str,
) -> Machine:
    """Read the signs. `headers` are decoded, names in lower case; `text` is the mail's whole text, history included."""
    submitted = _without_comments(_first(headers, "auto-submitted")).split(";")[0].strip().lower()
    replied = (
        submitted.startswith("auto-replied") or _has_reply_header(headers) or _REPLY_SUBJECT.match(subject) is not None
    )
    bounce = _bounce(
        headers, sender, return_path, subject, text, attachments, content_type, report_type, replied=replied
    )
    if bounce:
        return Machine(True, True, bounce, _reported(text, attachments))
    reason = _automatic(headers, sender, return_path, subject, submitted, content_type, report_type)
    if report_type == "disposition-notification":
        return Machine(False, True, reason, _reported("", attachments))
    return Machine(False, bool(reason), reason)


def _bounce(
    headers: Mapping[str, Sequence[str]],
    sender: Mailbox,
    return_path: str | None,
    subject: str,
    text: str,
    attachments: Sequence[InboundAttachment],
    content_type: str,
    report_type: str,
    *,
    replied: bool,
) -> str:
    status = next((item for item in attachments if item.media_type == "message/delivery-status"), None)
    if report_type == "delivery-status" or (status is not None and content_type == "multipart/report"):
        actions = {found.lower() for found in _ACTION.findall(status.content)} if status is not None else set()
        # One late and one lost recipient: lost counts.
        late = bool(actions) and b"failed" not in actions and b"delayed" in actions
        return "delivery report: delayed" if late else "delivery report"
    if report_type:  # another kind of report: a receipt, a complaint
        return ""
    daemon = _DAEMON.match(sender.address) is not None
    if _first(headers, "x-failed-recipients"):
        return "X-Failed-Recipients"
    if replied:
        return ""
    null = return_path == ""
    late = re.search(r"delay|warning:|задерж|verzöger", subject, re.IGNORECASE) is not None
    if daemon:
        return "delivery report: delayed" if late else f"sender {sender.address}"
    if null and (not sender.address or _BOUNCE_SUBJECT.search(subject) or _BOUNCE_TEXT.search(text[:20_000])):
        return "delivery report: delayed" if late else "empty Return-Path"
    # Older programs send from their own names, with an envelope of their own.
    if _BOUNCE_SUBJECT.search(subject) and _BOUNCE_TEXT.search(text[:20_000]) and _REPORTED.search(text):
        return "delivery report: delayed" if late else "text of a delivery report"
    return ""


def _automatic(
    headers: Mapping[str, Sequence[str]],
    sender: Mailbox,
    return_path: str | None,
    subject: str,
    submitted: str,
    content_type: str,
    report_type: str,
) -> str:
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted}"
    if report_type or content_type == "multipart/report":
        return f"report: {report_type or 'unnamed'}"
    precedence = _first(headers, "precedence").strip().lower()
    if precedence in ("bulk", "junk", "list", "auto_reply"):
        return f"Precedence: {precedence}"
    for name in (
        "list-id",
        "list-unsubscribe",
        "list-post",
        "list-help",
        "list-subscribe",
        "list-owner",
        "list-archive",
    ):
        if name in headers:
            return name.title()
    suppress = _first(headers, "x-auto-response-suppress").strip().lower()
    if suppress and suppress != "none":
        return "X-Auto-Response-Suppress"
    for name in ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-autogenerated", "x-loop", "feedback-id"):
        if name in headers and _first(headers, name).strip().lower() not in ("no", "false"):
            return name.title()
    if _DAEMON.match(sender.address) or _NO_REPLY.match(sender.address):
        return f"sender {sender.address}"
    if return_path == "":
        return "empty Return-Path"
    if submitted != "no" and _REPLY_SUBJECT.match(subject):
        return "subject of an automatic reply"
    return ""


def _has_reply_header(headers: Mapping[str, Sequence[str]]) -> bool:
    return (
        "x-autoreply" in headers
        or "x-autorespond" in headers
        or _first(headers, "precedence").strip().lower() == "auto_reply"
    )


def _reported(text: str, attachments: Sequence[InboundAttachment]) -> tuple[str, ...]:
    """Message-IDs that a report names: from the returned message or its headers, from the report's fields, else from
    its text."""
    found: dict[str, None] = {}
    for item in attachments:
        if item.media_type in ("message/rfc822", "message/global", "text/rfc822-headers"):
            raw = neutralise(eight_bit(header_fields(item.content).field("message-id"), [], ""))
            found.update(dict.fromkeys(MESSAGE_ID.findall("".join(raw.split()))))
        elif item.media_type in ("message/delivery-status", "message/disposition-notification"):
            report = neutralise(item.content[:100_000].decode("utf-8", "replace"))
            found.update(dict.fromkeys(_REPORTED.findall(report)))
    if not found:
        found.update(dict.fromkeys(_REPORTED.findall(text)))
    return tuple(found)[:50]


def _without_comments(value: str) -> str:
    """A field's value without what stands in brackets, which nest (RFC 5322 3.2.2)."""
    depth = 0
    kept: list[str] = []
    for character in value[:_LONGEST_WORD]:
        depth += character == "("
        if not depth:
            kept.append(character)
        depth -= character == ")" and depth > 0
    return "".join(kept)


def _first(headers: Mapping[str, Sequence[str]], name: str) -> str:
    values = headers.get(name, ())
    return values[0] if values else ""
