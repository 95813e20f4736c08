"""The parameters of Content-Type and Content-Disposition (RFC 2045, 2183), with RFC 2231 continuations and charsets,
and with the RFC 2047 words and raw bytes that programs put there instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from sdesk.mail.mime.charsets import decode
from sdesk.mail.mime.encoded_words import decoded

_PARAMETER = re.compile(r'\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)\s*;?', re.DOTALL)
_NUMBERED = re.compile(r"(.+?)\*(\d{1,3})(\*?)\Z")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+\Z")
_MOST = 500
"""Parameters of one field that are looked at."""


@dataclass(frozen=True, slots=True)
class Parameterised:
    """A field's value taken apart; nothing is decoded yet."""

    value: str
    """What stands before the first semicolon, lower case: a media type, or a disposition."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Raw, by names in lower case, quotes taken off; RFC 2231 names with their stars."""

    def text(self, name: str, defects: list[str], where: str) -> str:
        """A parameter as the text that it means; empty where it is missing."""
        raw = self.parameters.get(name)
        extended = self._extended(name, defects, where)
        if extended:
            return extended
        return decoded(raw, defects, where) if raw is not None else ""

    def _extended(self, name: str, defects: list[str], where: str) -> str:
        """RFC 2231: `name*=charset'language'%41`, `name*0*=`, `name*1=` ...; bytes are joined before they are
        decoded."""
        single = self.parameters.get(name + "*")
        pieces: list[tuple[int, bool, str]] = [] if single is None else [(0, True, single)]
        if single is None:
            for key, value in self.parameters.items():
                if key.startswith(name + "*"):
                    found = _NUMBERED.match(key)
                    if found is not None and found[1] == name:
                        pieces.append((int(found[2]), bool(found[3]), value))
        if not pieces:
            return ""
        pieces.sort(key=lambda piece: piece[0])
        label = ""
        first_percent, first = pieces[0][1], pieces[0][2]
        if first_percent and first.count("'") >= 2:
            label, _, first = first.split("'", 2)
        data = bytearray()
        for index, (_, percent, value) in enumerate(pieces):
            value = first if index == 0 else value
            plain = value.encode("ascii", "surrogateescape")
            data += unquote_to_bytes(plain) if percent else plain
        if not label and b"=?" in data:  # both ways at once: encoded words cut up by RFC 2231
            return decoded(data.decode("ascii", "surrogateescape"), defects, where)
        return decode(bytes(data), label, defects, where)


@lru_cache(maxsize=256)
def parameterised(raw: str) -> Parameterised:
    """Take a field's value apart. Values without quotes may hold blanks; of a name given twice the first counts."""
    value, _, rest = raw.partition(";")
    value = value.strip().lower()
    if "=" in value and "/" not in value:  # the type itself is missing: `Content-Type: charset=utf-8`
        value, rest = "", raw
    elif " " in value or "\t" in value or "\n" in value:
        # A semicolon is missing: `text/plain charset=utf-8`.
        words = value.split()
        rest = f"{raw.partition(';')[0].strip()[len(words[0]) :]};{rest}"
        value = words[0]
    parameters: dict[str, str] = {}
    position = 0
    while position < len(rest) and len(parameters) < _MOST:
        found = _PARAMETER.match(rest, position)
        if found is None:
            semicolon = rest.find(";", position)
            if semicolon < 0:
                break
            position = semicolon + 1
            continue
        position = max(found.end(), position + 1)
        # After a quoted value, whatever stands before the next semicolon belongs to nothing.
        parameters.setdefault(found[1].lower(), _unquoted(found[2]))
    return Parameterised(value, parameters)


def media_type(value: str) -> str:
    """A type/subtype that can be one, in lower case; else the empty string."""
    return value if _MEDIA_TYPE.match(value) else ""


def _unquoted(value: str) -> str:
    value = re.sub(r"\r?\n[ \t]?", "", value) if "\n" in value else value
    if value.startswith('"'):
        inner = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
        # Only quotes and backslashes are escaped: Windows paths are written with single backslashes.
        return re.sub(r'\\(["\\])', r"\1", inner)
    return value.strip()
