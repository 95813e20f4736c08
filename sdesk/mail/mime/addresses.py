"""Address fields (RFC 5322 3.4) as they are really written. The structure is taken apart before any encoded word is
decoded,
so an encoded comma splits nothing and an encoded word makes no address."""

from __future__ import annotations

import re

from sdesk.domain.inbound import Mailbox
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.mail.mime.encoded_words import decoded, eight_bit, unfolded

# No two neighbours of these can match the same character: no field, however long, makes them slow.
_USUAL = re.compile(r'(?:"([^"\\<>]*)"\s*|([^"\\<>(),;:@]*))<([^<>\s,;:"()@\\=?]+)@([A-Za-z0-9.-]+)>\Z')
_BARE = re.compile(r'<?([^<>\s,;:"()@\\=?]+)@([A-Za-z0-9.-]+)>?\Z')
_SPECIAL = re.compile(r'["(<,;:\\]')
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
            name = _name(quoted if quoted is not None else plain, defects, where)
            return (Mailbox(f"{local}@{domain.lower()}", name),)
        bare = _BARE.match(raw)
        if bare is not None:
            return (Mailbox(f"{bare[1]}@{bare[2].lower()}"),)
    found = (_mailbox(*item, defects, where) for item in _items(raw)[:_MOST])
    return tuple(box for box in found if box is not None)


def addresses(raw: str) -> tuple[str, ...]:
    """Only the addresses of a field, without the empty ones."""
    return tuple(box.address for box in mailboxes(raw, [], "") if box.address)


def _items(raw: str) -> list[tuple[str, str | None, str]]:
    """(words, what stood in angle brackets or None, comments) of each member of the list."""
    items: list[tuple[str, str | None, str]] = []
    words: list[str] = []
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
            items.append(("".join(words), angle, " ".join(comments)))
        words.clear()
        comments.clear()
        angle, at_sign, looked_at = None, False, 0

    while index < len(raw):
        special = _SPECIAL.search(raw, index)
        if special is None:
            words.append(raw[index:])
            break
        words.append(raw[index : special.start()])
        index = special.start()
        character = raw[index]
        if character == '"':
            text, index = _quoted(raw, index)
            words.append(text)
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
                angle = inner
        elif character == "\\":
            words.append(raw[index + 1 : index + 2])
            index += 2
        elif character == ":":
            at_sign = at_sign or any("@" in word for word in words[looked_at:])
            looked_at = len(words)
            if angle is None and not at_sign:
                words.clear()  # the name of a group
                comments.clear()
                looked_at = 0
            else:
                words.append(":")
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


def _mailbox(words: str, angle: str | None, comment: str, defects: list[str], where: str) -> Mailbox | None:
    address = ""
    if angle is not None:
        address = _address(angle, defects, where)
        if not address and angle.strip():
            words = f"{words} {angle}"
    if not address:
        # Without brackets: the word with an @ is the address, with blanks around the @ taken away.
        closed = " ".join(words.split()).replace(" @", "@").replace("@ ", "@")
        for word in sorted(closed.split(), key=lambda word: word.count("@") != 1):
            address = _address(word, defects, where) if "@" in word else ""
            if address:
                words = " ".join(closed.replace(word, " ", 1).split())
                break
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


def _address(text: str, defects: list[str], where: str) -> str:
    """An addr-spec without what does not belong there; empty where there is none. Encoded words in it are left as
    they are."""
    text = eight_bit(text, defects, where)
    if text.lstrip().startswith("@") and ":" in text:  # an obsolete source route
        text = text.partition(":")[2]
    text = re.sub(r"\s+", "", neutralise(text)).strip("<>,;").removeprefix("mailto:")
    text = text.replace("'", "") if text.startswith("'") and text.endswith("'") else text
    if "[" not in text:
        text = text.rstrip("]")
    local, at, domain = text.replace('"', "").rpartition("@")
    domain = domain.strip(".").lower()
    if not at or not local or not domain:
        return ""
    if "=?" in local:
        note = f"an encoded word in an address of {where}"
        if note not in defects:
            defects.append(note)
    return f"{local}@{domain}"
