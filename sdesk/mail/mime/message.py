"""A mail as a plain value: raw bytes in, `InboundMail` out, whatever the bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.mail.mime.addresses import addresses, mailboxes, refusal
from sdesk.mail.mime.bodies import contents
from sdesk.mail.mime.encoded_words import eight_bit, header_text, in_charset_of
from sdesk.mail.mime.forwarded import forwarded
from sdesk.mail.mime.machines import MESSAGE_ID, verdict
from sdesk.mail.mime.quoting import folded
from sdesk.mail.mime.structure import Part, parse, split_body, text_charset

_MOST_FIELDS = 1_000
_LONGEST_FIELD = 100_000
"""Characters of a header field that are looked at: 2,000 recipients, or a subject of fifty pages."""
_MOST_REFERENCES = 200
_MOST_DEFECTS = 50

_USUAL_DATE = re.compile(
    r"\s*(?:[A-Za-z]{3},\s*)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d{2}):(\d{2})(?::(\d{2}))?\s+([+-])(\d{2})(\d{2})\s*(?:\([^()]*\))?\s*\Z"
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_CYRILLIC = re.compile("[А-яЁё]")
_LATIN = re.compile("[A-Za-z]")
_LANGUAGE_SAMPLE = 1_000


def read(raw: bytes) -> InboundMail:
    """Read a message of any size and shape (RFC 5322, 2045 to 2049, and what is really sent).

    Pure: the same bytes give the same value. Never raises: what was wrong with the bytes is in `defects`.
    """
    defects: list[str] = []
    root = parse(raw, defects)
    fields = _fields(root, defects)
    headers = {
        name: tuple(header_text(value, defects, _told(name)) for value in values) for name, values in fields.items()
    }
    return_path = _return_path(fields)
    sender = _sender(fields, return_path, defects)
    subject = headers.get("subject", ("",))[0]
    body = contents(root, defects)
    in_reply_to = _ids(fields.get("in-reply-to", []))
    references = _ids(fields.get("references", []))[-_MOST_REFERENCES:]
    own, quoted = folded(body.text, subject, reply=bool(in_reply_to or references))
    written = own
    kind = root.content_type()
    machine = verdict(
        headers,
        sender,
        return_path,
        subject,
        body.text,
        body.attachments,
        kind.value,
        one_line(kind.text("report-type", [], "")).lower() if kind.value == "multipart/report" else "",
    )
    passed_on = None if machine.is_auto else forwarded(body.text, subject, body.attachments)
    # What is no text of the mail and is told in words stands below its own, where no quote ends it.
    for told in (body.invitation, passed_on.shown if passed_on is not None else ""):
        own = f"{own}\n\n{told}".strip("\n") if told else own
    return InboundMail(
        sender=sender,
        reply_to=_people(fields, "reply-to", defects),
        to=_people(fields, "to", defects),
        cc=_people(fields, "cc", defects),
        delivered_to=_delivered_to(fields),
        subject=subject,
        date=_date(headers.get("date", ("",))[0], defects),
        message_id=next(iter(_ids(fields.get("message-id", []))), ""),
        in_reply_to=in_reply_to,
        references=references,
        body_text=own,
        body_quoted=quoted,
        forwarded_from=passed_on.sender if passed_on is not None else None,
        attachments=tuple(body.attachments),
        return_path=return_path,
        headers=headers,
        is_bounce=machine.is_bounce,
        is_auto=machine.is_auto,
        auto_reason=machine.reason,
        reported_ids=machine.reported_ids,
        language=language(written or own),
        defects=tuple(dict.fromkeys(neutralise(defect) for defect in defects))[:_MOST_DEFECTS],
        sha256=hashlib.sha256(raw).hexdigest(),
        digest=_digest(fields, raw),
        size=len(raw),
    )


def language(text: str) -> str:
    """`ru` where most letters are Cyrillic, `en` where most are Latin, empty where there are hardly any."""
    sample = text[:_LANGUAGE_SAMPLE]
    latin = len(_LATIN.findall(sample))
    cyrillic = 0 if sample.isascii() else len(_CYRILLIC.findall(sample))
    if latin + cyrillic < 2:
        return ""
    return "ru" if cyrillic > latin else "en"


def _fields(root: Part, defects: list[str]) -> dict[str, list[str]]:
    """Raw header values by name in lower case, bounded in number and length."""
    fields: dict[str, list[str]] = {}
    raw_items: Sequence[tuple[str, str]] = root._headers  # type: ignore[attr-defined]
    if len(raw_items) > _MOST_FIELDS:
        defects.append(f"more than {_MOST_FIELDS} header fields: the rest is only in the raw message")
    for name, value in raw_items[:_MOST_FIELDS]:
        if len(value) > _LONGEST_FIELD:
            defects.append(f"a header field longer than {_LONGEST_FIELD} characters")
            value = value[:_LONGEST_FIELD]
        key = name if name.isascii() else eight_bit(name, [], "")
        key = key.strip().lower() if key.isprintable() else neutralise(key).strip().lower()
        fields.setdefault(key, []).append(value)
    if any(not value.isascii() for values in fields.values() for value in values):
        label = text_charset(root)
        fields = {name: [in_charset_of(value, label) for value in values] for name, values in fields.items()}
    for name in ("from", "subject", "date", "message-id"):
        if len(fields.get(name, ())) > 1:
            defects.append(f"more than one {_told(name)} field")
    return fields


def _told(name: str) -> str:
    return "Message-ID" if name == "message-id" else name.title()


def _people(fields: dict[str, list[str]], name: str, defects: list[str]) -> tuple[Mailbox, ...]:
    values = fields.get(name)
    if not values:
        return ()
    return tuple(box for value in values for box in mailboxes(value, defects, _told(name)) if box.address)


def _sender(fields: dict[str, list[str]], return_path: str | None, defects: list[str]) -> Mailbox:
    """The first mailbox of From that has an address; else Sender's, else the envelope's, with the name that From gives.

    Nobody's where From has something that is no address and was meant for one: it would be another person's mail.
    """
    boxes = [box for value in fields.get("from", []) for box in mailboxes(value, defects, "From")]
    usable = next((box for box in boxes if box.address), None)
    if usable is not None:
        if len(boxes) > 1:
            defects.append("more than one sender in From")
        return usable
    defects.append("no address in From" if "from" in fields else "no From field")
    name = boxes[0].name if boxes else ""
    if refusal("From") in defects:
        return Mailbox("", name)
    for value in fields.get("sender", []):
        for box in mailboxes(value, defects, "Sender"):
            if box.address:
                return Mailbox(box.address, name or box.name)
    return Mailbox(return_path or "", name)


def _return_path(fields: dict[str, list[str]]) -> str | None:
    values = fields.get("return-path")
    if not values:
        return None
    return next(iter(addresses(values[0])), "")


def _delivered_to(fields: dict[str, list[str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in ("delivered-to", "x-original-to", "envelope-to"):
        for value in fields.get(name, []):
            found.update(dict.fromkeys(addresses(value)))
    return tuple(found)


def _ids(values: list[str]) -> tuple[str, ...]:
    """Message-IDs with their brackets, in order, each once. One without brackets gets them."""
    found: dict[str, None] = {}
    for value in values:
        if not value.isascii() or not value.isprintable():
            value = neutralise(eight_bit(value, [], ""))
        ids = MESSAGE_ID.findall(value)
        if not ids and "@" in value:
            inner = re.search(r"<([^<>]{3,900})>", value)
            # Blanks within (folded by a program that should not), or no brackets at all.
            ids = (
                [f"<{''.join(inner[1].split())}>"]
                if inner
                else [f"<{word}>" for word in value.split() if "@" in word.strip("<>@")]
            )
        elif not ids and len(values) == 1 and value.strip() and " " not in value.strip():
            ids = [f"<{value.strip().strip('<>')}>"] if value.strip().strip("<>") else []
        found.update(dict.fromkeys(ids))
    return tuple(found)


def _date(text: str, defects: list[str]) -> datetime | None:
    """Date as an instant in UTC, whole seconds; None where it is missing or cannot be."""
    if not text.strip():
        return None
    try:
        usual = _USUAL_DATE.match(text)
        if usual is not None and usual[2].lower() in _MONTHS:
            day, month, year, hour, minute, second, sign, hours, minutes = usual.groups()
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            when = datetime(
                *(int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), min(int(second or 0), 59)),
                tzinfo=UTC if not offset else timezone(-offset if sign == "-" else offset),
            )
        else:
            parsed = parsedate_tz(text[:200])
            if parsed is None:
                raise ValueError("no date")
            year, month_number, day_number, hour_number, minute_number, second_number = parsed[:6]
            zone = timezone(timedelta(seconds=parsed[9] or 0))
            when = datetime(
                *(year, month_number, day_number, hour_number, minute_number, min(second_number, 59)),
                tzinfo=zone,
            )
        when = when.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):  # what parsedate_tz and datetime make of nonsense
        defects.append(f"an impossible Date: {text[:60]!r}")
        return None
    if when.year < 1980:
        defects.append(f"an impossible Date: {text[:60]!r}")
        return None
    return when


def _digest(fields: dict[str, list[str]], raw: bytes) -> str:
    """SHA-256 of From, Date, Subject and the body's bytes. Line ends do not count: one server stores CRLF, another
    LF."""
    digest = hashlib.sha256()
    for name in ("from", "date", "subject"):
        for value in fields.get(name, [])[:1]:
            digest.update(" ".join(value.split()).encode("utf-8", "surrogateescape"))
        digest.update(b"\n")
    digest.update(split_body(raw).replace(b"\r\n", b"\n").rstrip(b"\n"))
    return digest.hexdigest()
