"""Own words apart from quoted history and signature, by the marks that mail programs leave.

The rule above all: what may be the sender's own words is not folded. So text between quoted lines stays, forwarded
text stays,
and a mail of which nothing would be left stays whole.
"""

from __future__ import annotations

import re

from sdesk.mail.mime.marks import (
    ANSWERS_WITHIN,
    FORWARD_SUBJECT,
    FROM_LINE,
    LONGEST_MARK,
    MOBILE,
    ORIGINAL_LINE,
    REPLY_SUBJECT,
    RULE,
    attribution,
    is_attribution,
    is_forward_mark,
    pasted_header,
)

_LONGEST_SIGNATURE = 15
"""Lines that are not blank; more are no signature."""
_LONGEST_BARE_SIGNATURE = 8
"""The same below `--` without the blank of RFC 3676 4.3, which people also draw as a rule."""
_LONGEST_SIGNATURE_LINE = 100
_SENTENCE = re.compile(r"(?:\w{2}[.!]|\?)\Z")
"""How a sentence ends, which below a bare `--` may be the writer's own; a name rarely ends so."""
_FEWEST_QUOTED = 3
"""Quoted lines at the end that are folded without a line that says who wrote them: fewer may be a prompt, or markup."""
_MOST_LINES = 20_000
_LONGEST_REMARK = 2_000
"""Characters above the history that may say that it holds answers."""
_MOST_PIECES = 50
"""Quotes and signatures at the end that are folded; more are left as they are."""


def folded(text: str, subject: str = "", *, reply: bool) -> tuple[str, str]:
    """(own words, quoted history and signature), both without blank lines at their ends; in that order they hold all
    of the text.

    `reply` says that the mail names another that it answers, `subject` may say so too (`Re:`). Of a mail that answers
    nothing only the signature is folded: what it quotes the desk may never have seen, and lines with `>` may be the
    output of a program. Of a forwarded mail nothing is folded, nor of one that says that it answers within the history:
    only the writer's colours told the two apart.
    """
    lines = text.strip("\n").split("\n")
    if len(lines) > _MOST_LINES:
        return text.strip("\n"), ""
    reply = reply or REPLY_SUBJECT.match(subject) is not None
    start, forwarded = _history_start(lines)
    if forwarded or (FORWARD_SUBJECT.match(subject) and start < len(lines)):
        return text.strip("\n"), ""
    if start < len(lines) and ANSWERS_WITHIN.search("\n".join(lines[:start])[-_LONGEST_REMARK:]):
        return text.strip("\n"), ""
    if start < len(lines) and not reply:
        return text.strip("\n"), ""
    own, history = lines[:start], lines[start:]
    pieces = [history] if history else []
    signed = False
    while len(pieces) < _MOST_PIECES:
        cut = _trailing_cut(own, quotes=reply)
        if cut is None or not _has_words(own[:cut]):
            break
        # One signature, and another above a quote: what stands above a signature else is text.
        is_quote = any(line.startswith(">") for line in own[cut:])
        if signed and not is_quote:
            break
        signed = not is_quote
        pieces.insert(0, own[cut:])
        own = own[:cut]
    if not _has_words(own):
        return text.strip("\n"), ""
    lead = _leading_quote(own) if reply else 0
    if lead:
        pieces.insert(0, own[:lead])
        own = own[lead:]
    return _joined(own), "\n\n".join(piece for piece in map(_joined, pieces) if piece)


def _history_start(lines: list[str]) -> tuple[int, bool]:
    """(index of the line from which all is history, whether it is a forwarded mail instead)."""
    for index, line in enumerate(lines):
        if len(line) > LONGEST_MARK or not line.strip():
            continue
        if is_forward_mark(lines, index):
            return index, True
        if line.lstrip().startswith(">"):
            continue
        if ORIGINAL_LINE.match(line):
            return index, False
        if FROM_LINE.match(line) and (header := pasted_header(lines, index)) is not None and header.is_whole:
            above = _above(lines, index)
            return (above if above is not None and RULE.match(lines[above]) else index), False
        if line.rstrip().endswith(":"):
            first = attribution(lines, index, strong=True)
            if first is not None and not _quote_follows(lines, index) and _has_words(lines[index + 1 :]):
                return first, False
    return len(lines), False


def _quote_follows(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index + 1 :] if line.strip()), "")
    return following.lstrip().startswith(">")


def _trailing_cut(lines: list[str], *, quotes: bool) -> int | None:
    """Where a signature or a quote at the end begins; None where the text ends with own words."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    if not end:
        return None
    if lines[end - 1].startswith(">"):
        return _quote_cut(lines, end) if quotes else None
    delimiter = _signature_cut(lines, end)
    return end - 1 if delimiter is None and MOBILE.match(lines[end - 1]) else delimiter


def _signature_cut(lines: list[str], end: int) -> int | None:
    """The line `-- ` of a signature that is short enough to be one, and that is all there is below."""
    for index in range(end - 1, max(-1, end - 1 - 3 * _LONGEST_SIGNATURE), -1):
        line = lines[index]
        if line.startswith(">"):
            return None
        if line.rstrip() in ("--", "- --"):
            block = [below.strip() for below in lines[index + 1 : end] if below.strip()]
            if line.endswith(" "):
                return index if 0 < len(block) <= _LONGEST_SIGNATURE else None
            sentences = any(_SENTENCE.search(below) or len(below) > _LONGEST_SIGNATURE_LINE for below in block)
            return index if 0 < len(block) <= _LONGEST_BARE_SIGNATURE and not sentences else None
    return None


def _quote_cut(lines: list[str], end: int) -> int | None:
    first = end
    while first and (lines[first - 1].startswith(">") or not lines[first - 1].strip()):
        first -= 1
    count = sum(1 for line in lines[first:end] if line.startswith(">"))
    if first:
        attributed = attribution(lines, first - 1, strong=False) if lines[first - 1].rstrip().endswith(":") else None
        if attributed is not None:
            return attributed
    # Apple's telephones and Mail.ru say within the quote whose it is.
    said = next((line[1:].strip() for line in lines[first:end] if line.startswith(">")), "")
    return first if count >= _FEWEST_QUOTED or is_attribution(said, strong=True) else None


def _leading_quote(lines: list[str]) -> int:
    """How many lines at the beginning are one long quote, said to be one, that the own words only follow; 0 for
    none."""
    first = next((index for index, line in enumerate(lines) if line.startswith(">")), None)
    if first is None or first == 0:
        return 0
    above = _above(lines, first)
    if above is None or not lines[above].rstrip().endswith(":"):
        return 0
    attributed = attribution(lines, above, strong=False)
    if attributed is None or _has_words(lines[:attributed]):
        return 0
    end = first
    while end < len(lines) and (lines[end].startswith(">") or not lines[end].strip()):
        end += 1
    if any(line.startswith(">") for line in lines[end:]) or end - first <= 2 * _FEWEST_QUOTED:
        return 0  # answers between the lines, or a short quote that the answer needs
    return end


def _above(lines: list[str], index: int) -> int | None:
    return next((above for above in range(index - 1, -1, -1) if lines[above].strip()), None)


def _has_words(lines: list[str]) -> bool:
    return any(line.strip() and not line.startswith(">") for line in lines)


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
