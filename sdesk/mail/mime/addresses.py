"""Address fields (RFC 5322 3.4) as they are really written. The structure is taken apart before any encoded word is
decoded, so an encoded comma splits nothing and an encoded word makes no address.

A field may be mended, an address never: what is not exactly one address is none, since anything that is made of it may
be another person's.
"""

from __future__ import annotations

import re

from sdesk.domain.inbound import Mailbox
from sdesk.domain.mail_address import is_mail_address
from sdesk.domain.safe_text import one_line
from sdesk.mail.mime.encoded_words import decoded, eight_bit, unfolded

# No two neighbours of these can match the same character: no field, however long, makes them slow.
_USUAL = re.compile(r'(?:"([^"\\<>]*)"\s*|([^"\\<>(),;:@]*))<([^<>\s,;:"()@\\=?]+)@([A-Za-z0-9.-]+)>\Z')
_BARE = re.compile(r'<?([^<>\s,;:"()@\\=?]+)@([A-Za-z0-9.-]+)>?\Z')
_SPECIAL = re.compile(r'["(<,;:\\]')
_QUOTED_LOCAL = re.compile(r'"([^"\\]*)"(@.*)', re.DOTALL)
_MOST = 1_000
"""Mailboxes of one field that are looked at."""


def mailboxes(raw: str, defects: list[str], where: str) -> tuple[Mailbox, ...]:
    """The mailboxes of one address field, in order; those of a group without the group's name.

    A name without an address is a mailbox with an empty address. Never raises: what cannot be understood becomes a
    name.
    """
    raw = unfolded(raw).strip()
    if raw.isascii() and raw.isprintable():
        usual = _USUAL.match(raw)
        if usual is not None:
            quoted, plain, local, domain = usual.groups()
            if is_mail_address(address := f"{local}@{domain.lower()}"):
                return (Mailbox(address, _name(quoted if quoted is not None else plain, defects, where)),)
        bare = _BARE.match(raw)
        if bare is not None and is_mail_address(address := f"{bare[1]}@{bare[2].lower()}"):
            return (Mailbox(address),)
    found = (_mailbox(*item, defects, where) for item in _items(raw)[:_MOST])
    return tuple(box for box in found if box is not None)


def addresses(raw: str) -> tuple[str, ...]:
    """Only the addresses of a field, without the empty ones."""
    return tuple(box.address for box in mailboxes(raw, [], "") if box.address)


def refusal(where: str) -> str:
    """The defect that says that a field has something with an `@` which is no address."""
    return f"what is no address in {where}"


def _items(raw: str) -> list[tuple[str, str, str | None, str]]:
    """(words, the same with their quotes, what stood in angle brackets or None, comments) of each member of the list.

    In a name quotes are nothing; in an address those that are taken away make another one of it.
    """
    items: list[tuple[str, str, str | None, str]] = []
    words: list[str] = []
    written: list[str] = []
    comments: list[str] = []
    angle: str | None = None
    comments_close = True
    at_sign = False
    looked_at = 0
    """Words that were looked at for `at_sign`: none twice, or a field of colons would be slow."""
    index = 0

    def close() -> None:
        nonlocal angle, at_sign, looked_at
        if angle is not None or "".join(words).strip() or comments:
            items.append(("".join(words), "".join(written), angle, " ".join(comments)))
        words.clear()
        written.clear()
        comments.clear()
        angle, at_sign, looked_at = None, False, 0

    while index < len(raw):
        special = _SPECIAL.search(raw, index)
        if special is None:
            words.append(raw[index:])
            written.append(raw[index:])
            break
        words.append(raw[index : special.start()])
        written.append(words[-1])
        index = special.start()
        character = raw[index]
        if character == '"':
            text, end = _quoted(raw, index)
            words.append(text)
            written.append(raw[index:end])
            index = end
        elif character == "(" and comments_close:
            end = _comment_end(raw, index)
            comments_close = end > 0
            if end:
                comments.append(raw[index + 1 : end])
            index = (end or index) + 1
        elif character == "(":
            index += 1
        elif character == "<":
            end = raw.find(">", index)
            end = len(raw) if end < 0 else end
            inner = raw[index + 1 : end]
            index = end + 1
            while raw[index : index + 1] == ">":
                index += 1
            if angle is None or ("@" in inner and "@" not in angle):
                if angle is not None:
                    words.append(angle)
                    written.append(angle)
                angle = inner
        elif character == "\\":
            words.append(raw[index + 1 : index + 2])
            written.append(raw[index : index + 2])
            index += 2
        elif character == ":":
            at_sign = at_sign or any("@" in word for word in words[looked_at:])
            looked_at = len(words)
            if angle is None and not at_sign:
                words.clear()  # the name of a group
                written.clear()
                comments.clear()
                looked_at = 0
            else:
                words.append(":")
                written.append(":")
            index += 1
        else:
            close()
            index += 1
    close()
    return items


def _quoted(raw: str, start: int) -> tuple[str, int]:
    """A quoted string's content and the index behind it; one that is never closed ends before an angle bracket."""
    out: list[str] = []
    index = start + 1
    while index < len(raw):
        character = raw[index]
        if character == '"':
            return "".join(out), index + 1
        if character == "\\" and index + 1 < len(raw):
            index += 1
            character = raw[index]
        out.append(character)
        index += 1
    angle = raw.find("<", start)
    if angle > start:
        return raw[start + 1 : angle], angle
    return "".join(out), len(raw)


def _comment_end(raw: str, start: int) -> int:
    """Where a comment's closing bracket is (comments nest); 0 for one that is never closed, which is just a sign."""
    depth = 0
    for index in range(start, len(raw)):
        depth += {"(": 1, ")": -1}.get(raw[index], 0)
        if depth == 0:
            return index
    return 0


def _mailbox(
    words: str, written: str, angle: str | None, comment: str, defects: list[str], where: str
) -> Mailbox | None:
    address = _address(angle, defects, where) if angle is not None else ""
    if not address and angle is not None and "@" in angle:
        # It was meant for the address: nothing beside it is one.
        words = f"{words} {angle}"
    elif not address:
        # Without brackets the last word is the address, with blanks around the @ taken away.
        before, _, last = _close(written).rpartition(" ")
        if "@" in before or "\\" in before or before.count('"') % 2:
            _refuse(defects, where)
        else:
            address = _address(last, defects, where)
            words = _close(words).rpartition(" ")[0] if address else words
        words = f"{words} {angle or ''}"
    name = _name(words, defects, where) or _name(comment, defects, where)
    if not address and not name:
        return None
    if name == address:
        name = ""
    return Mailbox(address, name)


def _name(raw: str, defects: list[str], where: str) -> str:
    name = one_line(decoded(raw, defects, where))
    # Some programs quote once more than the field's own quotes.
    return name[1:-1].strip() if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"" else name


def _close(text: str) -> str:
    """Blanks made one, and none around an @, where they say nothing (RFC 5322 4.4)."""
    return " ".join(text.split()).replace(" @", "@").replace("@ ", "@")


def _address(text: str, defects: list[str], where: str) -> str:
    """An addr-spec without what stands around it; empty where it is none. Encoded words in it are left as they are."""
    text = eight_bit(text, defects, where)
    if text.lstrip().startswith("@") and ":" in text:  # an obsolete source route
        text = text.partition(":")[2]
    text = _close(text).strip("<>,; ").removeprefix("mailto:").strip()
    text = text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text
    if "[" not in text:
        text = text.rstrip("]")
    quoted = _QUOTED_LOCAL.fullmatch(text)
    local, at, domain = ("".join(quoted.groups()) if quoted is not None else text).rpartition("@")
    address = f"{local}@{domain.removesuffix('.').lower()}"
    if not is_mail_address(address):
        if at:
            _refuse(defects, where)
        return ""
    if "=?" in local:
        note = f"an encoded word in an address of {where}"
        if note not in defects:
            defects.append(note)
    return address


def _refuse(defects: list[str], where: str) -> None:
    if refusal(where) not in defects:
        defects.append(refusal(where))
