"""Which characters the bytes of a mail mean: labels as they are really written, and a guess where they are missing or
wrong.

Labels are read as browsers and mail programs read them (WHATWG Encoding: latin-1 means windows-1252, GB2312 means GB
18030).
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_ALIASES = {
    "latin1": "cp1252",
    "iso88591": "cp1252",
    "iso8859": "cp1252",
    "ansix341968": "ascii",
    "usascii": "ascii",
    "ascii": "ascii",
    "646": "ascii",
    "utf": "utf-8",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
    "ucs2": "utf-16",
    "unicode11utf7": "utf-7",
    "unicode11utf8": "utf-8",
    "gb2312": "gb18030",
    "gb231280": "gb18030",
    "gbk": "gb18030",
    "xgbk": "gb18030",
    "cp936": "gb18030",
    "windows936": "gb18030",
    "big5": "cp950",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "xsjis": "cp932",
    "windows31j": "cp932",
    "ksc5601": "cp949",
    "ksc56011987": "cp949",
    "euckr": "cp949",
    "windows949": "cp949",
    "iso88598i": "iso8859-8",
    "iso88599": "cp1254",
    "iso885911": "cp874",
    "tis620": "cp874",
    "ansi": "cp1252",
    "xansi": "cp1252",
    "win1251": "cp1251",
    "xcp1251": "cp1251",
    "xwindows1251": "cp1251",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "xkoi8r": "koi8-r",
    "cskoi8r": "koi8-r",
    "koi8ru": "koi8-u",
    "ibm866": "cp866",
    "dos866": "cp866",
    "xmaccyrillic": "mac-cyrillic",
    "macintosh": "mac-roman",
    "xmacroman": "mac-roman",
}
# Codecs of Python that are no charset of a text: they would let a mail's label run something else than a table of
# letters.
_NO_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem", "palmos"}
_WESTERN = {"cp1252", "ascii", "iso8859-15", "cp1254", "cp1250"}
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5")
_GUESSED = ("cp1251", "koi8-r", "cp866")
_SINGLE_BYTE = _WESTERN | set(_CYRILLIC) | {"koi8-u", "cp850", "cp437", "mac-roman", "cp1257", "iso8859-2"}

_KNOWN_BY_BYTES = set(_CYRILLIC) | {"koi8-u", "cp1252", "ascii", "iso8859-15", "mac-roman"}

_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_ISO_2022_JP_SEGMENT = re.compile(rb"(\x1b(?:\$@|\$B|\$\([@BD]|\(B|\(J|\(I))")
_SAMPLE = 4_000
"""Bytes that a guess looks at."""
_SURELY = 4
"""Letters of valid UTF-8 that no other charset makes by chance."""

# How often each letter stands in Russian text, in parts of ten thousand, from the letter counts of the national corpus.
_COMMON, _USUAL = frozenset("оеаинтсрвлкмдпуя"), frozenset("ыьгзбчйхж")
"""Russian letters by how often they stand in a text (more than 2 %, more than 0.7 %); the others are rare."""
_LETTERS = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")


@lru_cache(maxsize=512)
def codec_name(label: str) -> str | None:
    """Python's name of the charset that a label means; None where it means none that we know.

    Takes what is found in the wild: quotes, blanks, `cp-1251`, `win-1251`, `charset=utf-8`, `utf8;format=flowed`,
    escape characters.
    """
    tried = re.split(r"[;,\x1b]", label.lower().strip().removeprefix("charset="), maxsplit=1)[0].strip("\"' \t\r\n")
    cleaned = re.sub(r"[^a-z0-9]", "", tried)
    if cleaned in _ALIASES:
        return _ALIASES[cleaned]
    for name in (tried, cleaned, "cp" + cleaned, re.sub(r"^x?(?:windows|win|cp|ibm)", "cp", cleaned)):
        if not name or not name.isascii() or "\0" in name:
            continue
        try:
            info = codecs.lookup(name)
        except LookupError:
            continue
        if info._is_text_encoding and info.name.replace("_", "-") not in _NO_CHARSETS:
            return _ALIASES.get(re.sub(r"[^a-z0-9]", "", info.name), info.name)
    return None


def decode(data: bytes, label: str, defects: list[str], where: str) -> str:
    """The text that `data` means. Never raises; a byte that means nothing becomes U+FFFD.

    `label` is the charset that the mail declares, empty for none. What had to be guessed or replaced is added to
    `defects`,
    with `where` naming the place ("the subject", "the text").
    """
    if data.isascii() and b"\x1b" not in data and b"\0" not in data:
        name = codec_name(label) if label else "ascii"
        if name not in ("utf-7", "hz", "utf-16", "utf-16-le", "utf-16-be"):
            if name is None:
                _note(defects, f"unknown charset {label[:40]!r} in {where}")
            return data.decode("ascii")
        if name.startswith("utf-16") and b"\0" not in data:
            _note(defects, f"{where} is declared as utf-16 and written in us-ascii")
            return data.decode("ascii")
    name = codec_name(label) if label.strip() else None
    if name is None or name == "ascii":
        if label.strip() and name is None:
            _note(defects, f"unknown charset {label[:40]!r} in {where}")
        return _undeclared(data, defects, where)
    return _declared(data, name, defects, where)


def guess(data: bytes) -> str:
    """Python's name of the charset that 8-bit text without a usable label is most likely in.

    UTF-8 where it is valid; UTF-16 by its byte order mark or its zeros; Windows-1251, KOI8-R or CP866 by the letters
    of Russian;
    else Windows-1252.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:_SAMPLE].count(0) > len(data[:_SAMPLE]) // 3:
        return "utf-16"
    if is_utf8(data):
        return "utf-8"
    sample = data[:_SAMPLE]
    best = max(_GUESSED, key=lambda name: _russian_score(sample, name))
    return best if _looks_cyrillic(sample) and _russian_score(sample, best) > 0 else "cp1252"


def in_charset_of(data: bytes, label: str) -> str | None:
    """8-bit text without a label of its own, read in the charset that another text of the same mail declares; None
    where that says nothing: what is UTF-8, Russian or Western is known by its bytes better than by its neighbours."""
    name = codec_name(label) if label.strip() else None
    if name is None or name.startswith("utf") or name in _KNOWN_BY_BYTES or is_utf8(data):
        return None
    try:
        return data.decode(name)
    except UnicodeError:
        return None


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are valid UTF-8 (RFC 3629)."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _surely_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 whatever their label: a mark says so, or more letters than chance makes of others."""
    if data.isascii():
        return False
    marked = data.startswith(b"\xef\xbb\xbf")
    return (marked or len(_MULTIBYTE.findall(data[:_SAMPLE])) >= _SURELY) and is_utf8(data)


def _undeclared(data: bytes, defects: list[str], where: str) -> str:
    if not _HIGH.search(data) and b"\0" not in data:
        # Seven bits with escapes: Japanese mail of the old kind, or a terminal sequence that is nobody's text.
        if b"\x1b$" in data:
            return _declared(data, "iso2022_jp", defects, where)
        return data.decode("ascii")
    name = guess(data)
    _note(defects, f"8-bit characters without a charset in {where}, read as {_told(name)}")
    return _with(data, name, defects, where)


def _declared(data: bytes, name: str, defects: list[str], where: str) -> str:
    if not name.startswith("utf") and _surely_utf8(data):
        _note(defects, f"{where} is declared as {_told(name)} and written in utf-8")
        name = "utf-8"
    elif name in _SINGLE_BYTE and _HIGH.search(data):
        better = _wrong_label(data, name)
        if better is not None:
            _note(defects, f"{where} is declared as {_told(name)} and written in {_told(better)}")
            name = better
    elif name == "utf-8" and not is_utf8(data):
        broken = len(_HIGH.findall(data[:_SAMPLE]))
        whole = sum(len(found) for found in _MULTIBYTE.findall(data[:_SAMPLE]))
        if whole * 2 < broken:  # hardly any of it is UTF-8: the label is wrong, not the bytes
            better = guess(data)
            _note(defects, f"{where} is declared as utf-8 and written in {_told(better)}")
            name = better
    elif name.startswith(("iso2022_jp", "iso-2022-jp")):
        return _iso_2022_jp(data, defects, where)
    return _with(data, name, defects, where)


def _with(data: bytes, name: str, defects: list[str], where: str) -> str:
    if name == "utf-8":
        data = data.removeprefix(b"\xef\xbb\xbf")
    elif name == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        even, odd = data[0:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
        name = "utf-16-be" if even > odd else "utf-16-le"
    try:
        return data.decode(name)
    except UnicodeError:
        _note(defects, f"bytes that are no {_told(name)} in {where}")
    try:
        return data.decode(name, "replace")
    except UnicodeError:  # a few codecs refuse even so
        return data.decode("utf-8", "replace")


def _wrong_label(data: bytes, name: str) -> str | None:
    """The charset that the bytes are really in, where the label is surely wrong."""
    if is_utf8(data) and len(_MULTIBYTE.findall(data[:_SAMPLE])) >= 2:
        return "utf-8"
    sample = data[:_SAMPLE]
    if name in _WESTERN:
        best = max(_GUESSED, key=lambda other: _russian_score(sample, other))
        return best if _looks_cyrillic(sample) and _russian_score(sample, best) > 0 else None
    if name in _CYRILLIC and not _plainly_russian(sample, name) and len(_HIGH.findall(sample)) >= 20:
        best = max(_GUESSED, key=lambda other: _russian_score(sample, other))
        if best != name and _plainly_russian(sample, best):
            score = _russian_score(sample, best)
            return best if score > 0.3 and score > _russian_score(sample, name) else None
    return None


def _plainly_russian(sample: bytes, name: str) -> bool:
    """Whether the ten commonest small letters are as common as Russian has them: counting bytes spares most mail the
    closer look."""
    common = sum(sample.count(letter) for letter in "оеаинтсрвл".encode(name))
    return common * 3 > len(_HIGH.findall(sample))


def _looks_cyrillic(sample: bytes) -> bool:
    """Whether 8-bit bytes come in whole words, as in Cyrillic text, and not as single letters between ASCII ones."""
    runs = _HIGH_RUNS.findall(sample)
    return bool(runs) and sum(len(run) for run in runs) / len(runs) >= 2.5


def _russian_score(sample: bytes, name: str) -> float:
    """How much the text that this charset gives looks like Russian: above 0 for words, below for nonsense.

    Each letter counts by how common it is; a capital inside a word and a sign that is no letter count against it.
    """
    text = sample.decode(name, "replace")
    score = 0.0
    letters = 0
    before = " "
    for character in text:
        if character < "\x80":
            before = character
            continue
        letters += 1
        low = character.lower()
        if low not in _LETTERS:
            score -= 0.2 if character in "№«»—–…“”„\xa0" else 2.0
        else:
            score += 1.0 if low in _COMMON else 0.0 if low in _USUAL else -0.6
            if character != low and before.isalpha() and before == before.lower():
                score -= 2.0
        before = character
    return score / letters if letters else 0.0


def _iso_2022_jp(data: bytes, defects: list[str], where: str) -> str:
    """ISO-2022-JP by the table of CP932, which knows the vendors' characters (NEC row 13, IBM) that RFC 1468 leaves
    out."""
    text: list[str] = []
    shifted = half_width = False
    for piece in _ISO_2022_JP_SEGMENT.split(data):
        if _ISO_2022_JP_SEGMENT.fullmatch(piece):
            shifted, half_width = piece.startswith(b"\x1b$"), piece == b"\x1b(I"
        elif shifted:
            text.append(_with(_shift_jis(piece), "cp932", defects, where))
        elif half_width:
            text.append(_with(bytes(byte | 0x80 for byte in piece), "cp932", defects, where))
        else:
            text.append(_with(piece, "cp932" if _HIGH.search(piece) else "ascii", defects, where))
    return "".join(text)


def _shift_jis(pairs: bytes) -> bytes:
    """JIS X 0208 byte pairs as Shift JIS (the arithmetic of JIS X 0208 annex 1); bytes outside of the table stay."""
    out = bytearray()
    index = 0
    while index < len(pairs):
        first = pairs[index]
        second = pairs[index + 1] if index + 1 < len(pairs) else 0
        if not (0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E):
            out.append(first)
            index += 1
            continue
        row = (first + 1) // 2 + (0x70 if first < 0x5F else 0xB0)
        cell = second + (0x1F if second < 0x60 else 0x20) if first % 2 else second + 0x7E
        out += bytes((row, cell))
        index += 2
    return bytes(out)


def _told(name: str) -> str:
    """The name of a charset as people write it."""
    return {"cp1251": "windows-1251", "cp1252": "windows-1252", "ascii": "us-ascii"}.get(name, name)


def _note(defects: list[str], defect: str) -> None:
    if defect not in defects:
        defects.append(defect)
