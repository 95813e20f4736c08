"""Marks of mail programs in HTML, written out as plain mail has them: `> ` before what is quoted, a line above what
Outlook pastes, `-- ` above a signature. What is folded is then decided on the text alone, once for both forms.

It handles lxml's elements: who comes here has a tree, and has paid for the import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from sdesk.mail.mime.marks import FORWARD_LINE, is_attribution, pasted_header

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_QUOTE_CLASSES = {"gmail_quote", "protonmail_quote", "yahoo_quoted", "moz-cite", "mailru-blockquote"}
_SIGNATURE_CLASSES = {"gmail_signature", "moz-signature", "protonmail_signature_block", "applemailsignature"}
_SIGNATURE_IDS = {
    "signature",
    "applemailsignature",
    "applemailsignatureatstartofmessage",
    "ms-outlook-mobile-signature",
    "composer_signature",
}
_PASTED_IDS = {"divrplyfwdmsg", "mail-editor-reference-message-container"}
_PASTED_CLASSES = {"ms-outlook-mobile-reference-message", "outlookmessageheader"}
_RULED = re.compile(r"border-top\s*:\s*solid|border(?:-style)?\s*:[^;]*\bsolid none none", re.IGNORECASE)
_ORIGINAL = "-----Original Message-----"
_MOST_LOOKED_AT = 5_000
"""Elements of a kind that are looked at for a mark."""
_LONGEST_HEAD = 2_000
"""Characters at the beginning of an element that may be a header or an attribution."""


def mark_quotes(tree: HtmlElement, laid_out: Callable[[HtmlElement], str]) -> None:
    """Put `> ` before the lines of the outermost quotes of a mail program, and a line above what Outlook pastes.

    `laid_out` gives an element's text.
    """
    _mark_pasted(tree)
    for count, element in enumerate(list(tree.iter("blockquote"))):
        if element.getroottree().getroot() is not tree:
            continue  # it went away with the quote around it
        attributed = count < _MOST_LOOKED_AT and not _is_quote(element) and _is_attributed(element)
        if not attributed and not _is_quote(element):
            continue
        text = laid_out(element)
        quoted = element.makeelement("pre")
        quoted.text = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
        quoted.tail = element.tail
        parent = element.getparent()
        if parent is not None:
            parent.replace(element, quoted)


def mark_signatures(tree: HtmlElement) -> None:
    """Put the line `-- ` above a signature that only a class or an identifier tells."""
    for element in list(tree.iter("div", "pre", "span", "table")):
        named = (element.get("id") or "").lower() in _SIGNATURE_IDS
        if not named and _SIGNATURE_CLASSES.isdisjoint((element.get("class") or "").lower().split()):
            continue
        text = _beginning(element)
        if text and not text.startswith("--"):
            mark = element.makeelement("pre")
            mark.text = "-- "
            element.addprevious(mark)


def _is_quote(element: HtmlElement) -> bool:
    classes = (element.get("class") or "").split()
    return (element.get("type") or "").lower() == "cite" or not _QUOTE_CLASSES.isdisjoint(classes)


def _is_attributed(element: HtmlElement) -> bool:
    """Whether a quote without any mark (Mail.ru, Yandex) is one all the same: a line within or before it says who wrote
    it, or that it was forwarded."""
    within = next(iter(_beginning(element).splitlines()), "")
    if is_attribution(within, strong=True):
        return True
    before = _text_before(element)
    return is_attribution(before, strong=True) or FORWARD_LINE.match(before) is not None


def _text_before(element: HtmlElement) -> str:
    """The line that ends where an element begins."""
    for sibling in islice(element.itersiblings(preceding=True), 8):
        text = (sibling.tail or "").strip()
        if not text and sibling.tag not in ("br", "hr", "img"):
            text = "".join(islice(sibling.itertext(), 50))[-_LONGEST_HEAD:].strip()
        if text:
            return " ".join(text[-_LONGEST_HEAD:].split())
    parent = element.getparent()
    return " ".join((parent.text or "")[-_LONGEST_HEAD:].split()) if parent is not None else ""


def _mark_pasted(tree: HtmlElement) -> None:
    """A line above the first header that Outlook pasted outside of any quote: from there on all is history."""
    for element in islice(tree.iter("div", "span", "table"), _MOST_LOOKED_AT):
        if not _is_pasted(element) or any(True for _ in element.iterancestors("blockquote")):
            continue
        if not _beginning(element).startswith("--"):
            mark = element.makeelement("div")
            mark.text = _ORIGINAL
            element.addprevious(mark)
        return


def _is_pasted(element: HtmlElement) -> bool:
    named = (element.get("id") or "").lower() in _PASTED_IDS
    if named or not _PASTED_CLASSES.isdisjoint((element.get("class") or "").lower().split()):
        return bool(_beginning(element))
    if _RULED.search((element.get("style") or "")[:_LONGEST_HEAD]) is None:
        return False
    header = pasted_header(_beginning(element).splitlines(), 0)
    return header is not None and "from" in header.fields and len(header.fields) >= 3


def _beginning(element: HtmlElement) -> str:
    """The first lines of an element, roughly as they are seen."""
    return "".join(_pieces(element))[:_LONGEST_HEAD].strip()


def _pieces(element: HtmlElement) -> Iterator[str]:
    from lxml.etree import iterwalk  # type: ignore[import-untyped]

    size = 0
    for event, below in islice(iterwalk(element, events=("start", "end")), 400):
        if below.tag in ("br", "p", "div", "tr", "li"):
            yield "\n"
        text = (below.text if event == "start" else below.tail if below is not element else "") or ""
        yield " ".join(text[:_LONGEST_HEAD].split("\n"))
        size += len(text)
        if size > _LONGEST_HEAD:
            return
