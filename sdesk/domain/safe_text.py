"""What may be stored and shown of a text that came from outside: no control character and no trick with direction.

A terminal obeys escape sequences, and a reader's eye obeys bidirectional overrides: neither gets past here.
"""

from __future__ import annotations

import re

# Texts, which `re` compiles when first needed, and keeps: hardly any text needs them, and every start would pay.
_LINE_ENDS = "\r\n?|[\x0b\x0c\x85\u2028\u2029]"
# Controls but TAB and LF, what steers direction or is not seen at all, and halves of surrogate pairs (no UTF-8 can
# hold them).
# ZWNJ and ZWJ stay: Persian words and emoji are spelled with them.
_UNSAFE = (
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_NUMBER = r"[+-]?[0-9]+(?:[.,][0-9]+)?"
_FORMULA = '(?:^|[;\t\n])[\\s"]*(?=[=+@\uff1d\uff0b\uff0d\uff20-])'
_BLANKS = r"\s+"

_LONGEST_NAME = 200
_LONGEST_SUFFIX = 40
_NOT_IN_NAMES = r'[<>:"|?*\n\t]'
_WINDOWS_DEVICE = r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?\Z"


def neutralise(text: str) -> str:
    """Text of any number of lines that is safe to store and to write to a terminal.

    Line ends of every kind become LF. Control characters become their visible pictures (ESC is `␛`, Unicode 2400
    block),
    C1 controls and lone surrogates become U+FFFD, NUL and what is invisible or steers direction is dropped. Idempotent.
    """
    if text.replace("\n", "").replace("\t", "").isprintable():  # nearly every text: one pass in C
        return text
    return re.sub(_UNSAFE, _shown, re.sub(_LINE_ENDS, "\n", text))


def one_line(text: str) -> str:
    """The same for a subject or a name: one line, runs of blanks made one, none at the ends."""
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    return re.sub(_BLANKS, " ", neutralise(text)).strip()


def no_formula(cell: str) -> str:
    """The text of a cell that no spreadsheet takes for a formula: an apostrophe stands before what begins as one.

    Also within it, where a spreadsheet that parts cells otherwise begins another: behind `;`, a tab or a line's end.
    What is a number alone stays one.
    """
    return cell if re.fullmatch(_NUMBER, cell) else re.sub(_FORMULA, r"\g<0>'", cell)


def cut_at_word(text: str, most: int) -> str:
    """A text of at most `most` characters: what is longer ends behind a whole word, with an ellipsis.

    A word that fills more than half of the room, as a link may, is cut where the room ends.
    """
    if len(text) <= most:
        return text
    room = text[: most - 1]
    end = max(room.rfind(" "), room.rfind("\n"))
    # The blank that ends the last word may stand right behind the room.
    whole = room if text[most - 1].isspace() else room[:end] if end > most // 2 else room
    return whole.rstrip(" \n\t,;:") + "…"


def safe_file_name(name: str, fallback: str = "attachment") -> str:
    """A file name that can be written to any usual file system, in any folder, and stays in it.

    No path, no control character, no leading dot, no trailing dot or blank, none of what Windows forbids (its device
    names get a `_`
    before them), at most 200 bytes in UTF-8 with the extension kept. `fallback` where nothing is left.
    """
    # No letter after the last slash (as in `a/b/`) still names something: the last part that holds anything.
    parts = [part for part in (_trimmed(part) for part in re.split(r"[/\\]", one_line(name))) if part]
    clean = parts[-1] if parts else fallback
    if re.match(_WINDOWS_DEVICE, clean, re.IGNORECASE):
        clean = "_" + clean
    return _shortened(clean)


def _shown(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    if 0 < code < 0x20:
        return chr(0x2400 + code)
    if 0x80 <= code < 0xA0 or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return ""


def _trimmed(part: str) -> str:
    return re.sub(_NOT_IN_NAMES, "_", part).strip().lstrip(".").rstrip(". ").strip()


def _shortened(name: str) -> str:
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    suffix = dot + suffix
    if not stem or len(suffix.encode()) > _LONGEST_SUFFIX:
        stem, suffix = name, ""
    room = _LONGEST_NAME - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + suffix
