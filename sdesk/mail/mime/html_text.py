"""HTML as text to be read in a terminal: lists and tables laid out, targets of links told, quotes marked as in plain
mail.

lxml and inscriptis (neither has types) are imported when the first HTML is turned into text, which few mails need.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from sdesk.domain.safe_text import neutralise
from sdesk.mail.mime.html_quotes import mark_quotes, mark_signatures

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_LONGEST = 2_000_000
"""Characters of HTML that are looked at."""
_DEEPEST = 150
"""Levels of elements that are laid out; what is deeper is plain text. Inscriptis recurses, so this keeps it off the
stack's end."""
_MOST_LINKS = 5_000
_LONGEST_TARGET = 2_000
"""Characters of a link's target that are shown, and of its text that are held against it."""
_TAG = re.compile(r"<[^<>]{0,5000}>")
_UNSEEN = re.compile(r"<(script|style|template|title)\b[^<]*(?:<(?!/\1)[^<]*)*", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BLANK_LINES = re.compile(r"\n{3,}")


def html_to_text(html: str, defects: list[str]) -> str:
    """Readable text of an HTML body, safe to show. Never raises; what had to be given up is added to `defects`."""
    if len(html) > _LONGEST:
        defects.append("HTML longer than 2,000,000 characters: the rest is not shown")
        html = html[:_LONGEST]
    html = neutralise(html)
    if not html.strip():
        return ""
    if "href" not in html and not crude_text(html[:10_000]).strip() and not crude_text(html).strip():
        return ""  # only comments, scripts, pictures: the parser would call it no document
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    try:
        text = _laid_out(html, defects)
    except (LxmlError, RecursionError, ValueError, IndexError, AttributeError) as error:
        # The last two: inscriptis on tables and lists that are closed before they are opened.
        defects.append(f"HTML that could not be laid out ({type(error).__name__})")
        text = crude_text(html)
    return _tidied(text)


def crude_text(html: str) -> str:
    """The text between the tags, no more: for HTML that no parser takes."""
    from html import unescape

    html = _UNSEEN.sub(" ", _COMMENT.sub(" ", html))
    html = re.sub(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]{0,200}>", "\n", html, flags=re.IGNORECASE)
    return re.sub(r"[ \t]+", " ", unescape(_TAG.sub(" ", html)))


def _laid_out(html: str, defects: list[str]) -> str:
    from lxml.etree import strip_elements
    from lxml.html import HTMLParser, document_fromstring

    html = re.sub(r"\A\s*<\?xml[^>]*>", "", html)  # lxml refuses text that declares a byte encoding
    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    tree = document_fromstring(html, parser=parser, ensure_head_body=True)
    if any(entry.level_name == "FATAL" for entry in parser.error_log):
        raise ValueError("libxml2 stopped reading")  # at some thousand levels; what follows would be lost
    strip_elements(tree, "head", "script", "style", "template", "title", "object", with_tail=False)
    _tell_links(tree)
    _flatten(tree, defects)
    mark_signatures(tree)
    mark_quotes(tree, lambda element: _tidied(_text_of_subtree(element)))
    return _text_of(tree)


def _text_of(tree: HtmlElement) -> str:
    from inscriptis.css_profiles import STRICT_CSS_PROFILE  # type: ignore[import-untyped]
    from inscriptis.html_engine import Inscriptis  # type: ignore[import-untyped]
    from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]

    return str(Inscriptis(tree, ParserConfig(css=STRICT_CSS_PROFILE)).get_text())


def _tell_links(tree: HtmlElement) -> None:
    """Write each link's real target behind its text, unless the text is the target."""
    for count, link in enumerate(tree.iter("a")):
        if count >= _MOST_LINKS:
            return
        target = (link.get("href") or "").strip()
        if not target or target.startswith("#"):
            continue
        shown = _text_within(link)
        if _bare(shown) == _bare(target) or not (shown or link.find(".//img") is not None):
            continue
        told = f" <{target[:_LONGEST_TARGET]}>"
        if len(link):
            link[-1].tail = (link[-1].tail or "").rstrip() + told
        else:
            link.text = (link.text or "").rstrip() + told


def _text_within(link: HtmlElement) -> str:
    """What a link shows, as far as it can be an address: links stand within links, and all of a mail within each."""
    text = ""
    for piece in islice(link.itertext(), _LONGEST_TARGET):
        text += piece[:_LONGEST_TARGET]
        if len(text) > _LONGEST_TARGET:
            break
    return " ".join(text.split())


def _bare(link: str) -> str:
    return re.sub(r"^(?:https?://|mailto:|tel:)", "", link.strip().lower()).rstrip("/")


def _flatten(tree: HtmlElement, defects: list[str]) -> None:
    """Turn what is nested too deep into text."""
    level = [tree]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
        if not level:
            return
    defects.append("HTML nested too deep: its innermost part is shown without layout")
    for element in level:
        text = " ".join(element.text_content().split())
        for child in list(element):
            element.remove(child)
        element.text = text


def _text_of_subtree(element: HtmlElement) -> str:
    tail, element.tail = element.tail, None
    try:
        return _text_of(element)
    finally:
        element.tail = tail


def _tidied(text: str) -> str:
    # But the mark of a signature, whose blank tells it from a rule (RFC 3676 4.3).
    lines = "\n".join(
        line if line == "-- " else line.rstrip() for line in neutralise(text).replace("\xa0", " ").split("\n")
    )
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")
