"""Which parts of a message are its text, and which are attachments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_to_bytes

from sdesk.domain.inbound import InboundAttachment
from sdesk.domain.safe_text import neutralise, safe_file_name
from sdesk.mail.mime.charsets import codec_name, decode
from sdesk.mail.mime.encoded_words import eight_bit, header_text, in_charset_of
from sdesk.mail.mime.flowed import unwrapped
from sdesk.mail.mime.html_text import crude_text, html_to_text
from sdesk.mail.mime.invitation import in_words
from sdesk.mail.mime.parameters import parameterised
from sdesk.mail.mime.structure import Part, header_fields, leaves, text_charset
from sdesk.mail.mime.transfer import decoded_transfer, uuencoded

LONGEST_TEXT = 500_000
"""Characters of one text part that become body text; a longer part is kept whole as an attachment too."""
MOST_ATTACHMENTS = 1_000
MOST_TEXTS = 200
_DEEPEST = 150
"""Levels of multiparts that are read by their kind; below, parts are taken one after another."""

_BODY_TYPES = {
    "text/plain",
    "text/html",
    "text/markdown",
    "text/x-markdown",
    "text/enriched",
    "text/richtext",
    "text/x-amp-html",
}
_SUFFIXES = {
    "application/pdf": ".pdf",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/zip": ".zip",
    "application/json": ".json",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/webp": ".webp",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
    "text/rfc822-headers": ".txt",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/rtf": ".rtf",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "video/mp4": ".mp4",
}
_CALENDARS = {"text/calendar", "application/ics", "text/x-vcalendar"}
_MOST_CALENDARS = 5
_LONGEST_CALENDAR = 200_000
_REFERRED = re.compile(rb"""\bcid:([^\s"'<>)]{1,400})""", re.IGNORECASE)
_LONGEST_SEARCHED = 4_000_000
"""Bytes of HTML that are searched for the images that it refers to."""
_NOTES = {
    "multipart/encrypted": "encrypted ({}): it cannot be read here",
    "multipart/signed": "signed ({}): the signature is kept, and not checked",
}
_STUB = re.compile(r"\bhtml\b", re.IGNORECASE)


@dataclass(slots=True)
class Contents:
    """What a message holds."""

    text: str = ""
    """All of its text, history and signature included, safe to show."""
    attachments: list[InboundAttachment] = field(default_factory=list)
    invitation: str = ""
    """What an invitation among the attachments says, in words; safe to show."""


@dataclass(slots=True)
class _Box:
    """What was found within one part."""

    texts: list[Part] = field(default_factory=list)
    attachments: list[InboundAttachment] = field(default_factory=list)

    def take(self, other: _Box) -> None:
        self.texts += other.texts
        self.attachments += other.attachments


def contents(root: Part, defects: list[str]) -> Contents:
    """Text and attachments of a message, in the order in which they stand. Never raises."""
    reader = _Reader(root, defects)
    box = reader.box(root, 0, related=False)
    if not box.texts and reader.named is not None:
        box.texts = [reader.named]
    if len(box.texts) > MOST_TEXTS:
        reader.note(f"more than {MOST_TEXTS} text parts: the rest is only in the raw message")
    # Reading a text may find files in it (uuencode) or keep it whole beside its beginning: those come last.
    texts = [reader.text(part) for part in box.texts[:MOST_TEXTS]]
    attachments = box.attachments + reader.found
    if len(attachments) > MOST_ATTACHMENTS or reader.dropped:
        reader.note(f"more than {MOST_ATTACHMENTS} attachments: the rest is only in the raw message")
        attachments = attachments[:MOST_ATTACHMENTS]
    text = "\n\n".join(stripped for text in texts if (stripped := text.strip("\n")))
    return Contents(text, reader.placed(root, attachments), reader.invitation(described=not text.strip()))


@dataclass(slots=True)
class _Reader:
    root: Part
    defects: list[str]
    found: list[InboundAttachment] = field(default_factory=list)
    count: int = 0
    dropped: bool = False
    calendars: list[tuple[Part, bytes]] = field(default_factory=list)
    """Invitations: the part, and its content."""
    label: str | None = None
    """The charset of the mail's own text; None while nobody has asked."""
    named: Part | None = None
    """The first text that is a file within the mail: the mail's own text, where there is no other."""
    read: dict[int, str] = field(default_factory=dict)
    """Texts by the identity of their part: an alternative is read to be chosen, and once more to be shown."""

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)

    def box(self, part: Part, depth: int, *, related: bool) -> _Box:
        kind = part.content_type().value
        if not part.parts:
            return self.leaf(part, related=related)
        if depth > _DEEPEST:
            box = _Box()
            for below in leaves(part):
                box.take(self.leaf(below, related=related))
            return box
        if kind in _NOTES:
            protocol = part.content_type().parameters.get("protocol", "").lower()
            self.note(_NOTES[kind].format("S/MIME" if "pkcs7" in protocol or self.is_smime(part) else "PGP/MIME"))
        boxes = [self.box(child, depth + 1, related=related or kind == "multipart/related") for child in part.parts]
        if kind == "multipart/alternative":
            return self.alternative(boxes)
        box = _Box()
        for other in boxes:
            box.take(other)
        return box

    def is_smime(self, part: Part) -> bool:
        """Whether the signature within a signed multipart is one of S/MIME."""
        return any("pkcs7" in child.content_type().value for child in part.parts)

    def alternative(self, boxes: list[_Box]) -> _Box:
        """The plain text, unless it is blank or only says that there is HTML; attachments of all of them."""
        chosen = _Box()
        for box in boxes:
            chosen.attachments += box.attachments
        plain = next((box.texts for box in boxes if box.texts and not _is_html(box.texts[0])), [])
        html = next((box.texts for box in reversed(boxes) if box.texts and _is_html(box.texts[0])), [])
        if not plain or not html:
            chosen.texts = plain or html
            return chosen
        shown = "".join(self.text(part) for part in plain).strip()
        usable = bool(shown)
        if shown and len(shown) < 300 and _STUB.search(shown):
            usable = len("".join(self.text(part) for part in html)) < 2 * len(shown)
        chosen.texts = plain if usable else html
        return chosen

    def leaf(self, part: Part, *, related: bool) -> _Box:
        kind = part.content_type().value
        if kind.startswith("multipart/"):  # it could not be taken apart: all of it is one text
            return _Box(texts=[part] if part.body.strip() else [])
        raw_disposition = self.field(part, "content-disposition")
        disposition = parameterised(raw_disposition) if raw_disposition else None
        name = disposition.text("filename", self.defects, "an attachment's name") if disposition else ""
        if not name and "name" in (raw_type := self.field(part, "content-type")).lower():
            name = parameterised(raw_type).text("name", self.defects, "an attachment's name")
        attached = disposition is not None and disposition.value == "attachment"
        if kind in _BODY_TYPES and not attached:
            if not name.strip():
                return _Box(texts=[part])
            self.named = self.named or part
        self.count += 1
        if self.count > MOST_ATTACHMENTS:
            self.dropped = True
            return _Box()
        return _Box(attachments=[self.attachment(part, kind, name, attached=attached, related=related)])

    def field(self, part: Part, name: str) -> str:
        """A part's raw field; raw 8-bit text in it is taken for what the mail's own text is written in."""
        raw = part.field(name)
        if raw.isascii():
            return raw
        if self.label is None:
            self.label = text_charset(self.root)
        return in_charset_of(raw, self.label)

    def attachment(self, part: Part, kind: str, name: str, *, attached: bool, related: bool) -> InboundAttachment:
        content = self.content(part, "an attachment")
        content_id = neutralise(eight_bit(part.field("content-id"), [], "")).strip().strip("<>").strip()
        if kind == "message/rfc822" or kind == "message/global":
            subject = header_text(header_fields(content).field("subject"), [], "")
            name = name or (subject[:100] if subject else "message")
            name = name if name.lower().endswith(".eml") else name + ".eml"
        elif not name.strip():
            stem = {"text/calendar": "invitation", "message/delivery-status": "delivery-status"}.get(
                kind, "image" if kind.startswith("image/") else "text" if kind.startswith("text/") else "attachment"
            )
            name = stem + _SUFFIXES.get(kind, ".bin" if not kind.startswith("text/") else ".txt")
        self.crypto_notes(kind, name)
        if kind in _CALENDARS:
            self.calendars.append((part, content))
        inline = (
            kind.startswith("image/")
            and not attached
            and bool(
                (related and content_id) or part.field("content-disposition").lower().lstrip().startswith("inline")
            )
        )
        return InboundAttachment(safe_file_name(name), kind, content, content_id, inline)

    def placed(self, root: Part, attachments: list[InboundAttachment]) -> list[InboundAttachment]:
        """The attachments, with those told to be within the text that its HTML refers to, whatever else is said of
        them: programs put files among the images of a letter, and images among its files."""
        if not any(each.content_id and each.media_type.startswith("image/") for each in attachments):
            return attachments
        html = [self.content(part, "the text") for part in leaves(root) if _is_html(part) and part.body]
        if not html:
            return attachments
        shown = {
            unquote_to_bytes(found).decode("utf-8", "replace").lower()
            for text in html[:MOST_TEXTS]
            for found in _REFERRED.findall(text[:_LONGEST_SEARCHED])
        }
        return [
            replace(each, inline=each.content_id.lower() in shown)
            if each.content_id and each.media_type.startswith("image/")
            else each
            for each in attachments
        ]

    def invitation(self, *, described: bool) -> str:
        """What the first invitation says."""
        for part, content in self.calendars[:_MOST_CALENDARS]:
            kind = part.content_type()
            calendar = decode(content[:_LONGEST_CALENDAR], kind.text("charset", [], "") or "utf-8", [], "")
            told = in_words(calendar, kind.parameters.get("method", ""), described=described)
            if told:
                return told
        return ""

    def crypto_notes(self, kind: str, name: str) -> None:
        if kind in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat":
            self.note("winmail.dat: its contents are not unpacked")
        elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime") or name.lower().endswith(".p7m"):
            self.note("S/MIME: the contents of the attachment are not read")

    def content(self, part: Part, where: str) -> bytes:
        encoding = part.field("content-transfer-encoding")
        # A comment or a semicolon after the word occurs.
        word = re.split(r"[\s;(,]", encoding.strip().strip("\"'").lower(), maxsplit=1)[0] if encoding else ""
        if not word.isascii():
            word = "8bit"
        return decoded_transfer(part.body, word, self.defects, where)

    def text(self, part: Part) -> str:
        known = self.read.get(id(part))
        if known is None:
            known = self.read[id(part)] = self._text(part)
        return known

    def _text(self, part: Part) -> str:
        kind = part.content_type()
        data = self.content(part, "the text")
        label = kind.text("charset", [], "") if "charset" in kind.parameters or "charset*" in kind.parameters else ""
        if _is_html(part):
            if codec_name(label) in (None, "ascii") and not data.isascii():
                label = _meta_charset(data) or label
            return html_to_text(decode(data, label, self.defects, "the text"), self.defects)
        if data.startswith(b"begin ") or b"\nbegin " in data or b"begin-base64 " in data:
            files, data = uuencoded(data)
            for raw_name, content in files:
                name = decode(raw_name, "", [], "")
                self.found.append(InboundAttachment(safe_file_name(name), _LEAF, content))
        text = decode(data, label, self.defects, "the text")
        if len(text) > LONGEST_TEXT:
            self.note(f"a text longer than {LONGEST_TEXT} characters: it is whole in the attachment")
            self.found.append(InboundAttachment("text.txt", "text/plain", data))
            text = text[:LONGEST_TEXT]
        if kind.value in ("text/enriched", "text/richtext"):
            text = crude_text(text)
        text = neutralise(text)
        if kind.parameters.get("format", "").lower() == "flowed":
            text = unwrapped(text, delete_space=kind.parameters.get("delsp", "").lower() == "yes")
        if "-----BEGIN PGP MESSAGE-----" in text:
            self.note("encrypted (inline PGP): it cannot be read here")
        elif "-----BEGIN PGP SIGNED MESSAGE-----" in text:
            self.note("signed (inline PGP): the signature is kept, and not checked")
        return text.replace("\xa0", " ")


_LEAF = "application/octet-stream"
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)


def _meta_charset(data: bytes) -> str:
    """The charset that an HTML text names itself, for where the part names none."""
    found = _META.search(data[:4_000])
    return found[1].decode() if found else ""


def _is_html(part: Part) -> bool:
    return part.content_type().value in ("text/html", "text/x-amp-html")
