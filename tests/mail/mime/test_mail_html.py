"""HTML bodies as text for a terminal."""

from __future__ import annotations

import time

import pytest

from sdesk.mail.mime.html_text import html_to_text
from sdesk.mail.mime.message import read


def text(html: str) -> str:
    return html_to_text(html, [])


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<b>bo</b>ld &amp; &lt;b&gt; &copy; &#1071; &nbsp;x", "bold & <b> © Я  x"),
        ("<p>a</p><script>alert(1)</script><style>p{color:red}</style><!-- c --><p>b</p>", "a\n\nb"),
        ("<head><title>t</title></head><body>b</body>", "b"),
        ("<ul><li>one<li>two</ul>", "  * one\n  * two"),
        ("<table><tr><td>till</td><td>down</td></tr><tr><td>3</td><td>4</td></tr></table>", "till  down\n3     4"),
        ('<a href="https://a.example/x">click</a>', "click <https://a.example/x>"),
        ('<a href="https://evil.example">https://bank.example</a>', "https://bank.example <https://evil.example>"),
        ('<a href="https://a.example/">a.example</a>', "a.example"),
        ('<a href="mailto:a@acme.example">a@acme.example</a>', "a@acme.example"),
        ('<a href="https://a.example"><img src="x"></a>', "<https://a.example>"),
        ('<a href="#top">top</a>', "top"),
        ('<a href="javascript:alert(1)">x</a>', "x <javascript:alert(1)>"),
        ("no tags at all", "no tags at all"),
        ("3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
        ("<?xml version='1.0' encoding='utf-8'?><html><body>x</body></html>", "x"),
        ("<p>never <b>closed <i>at all", "never closed at all"),
        ("</div></p>stray<td>cell", "straycell"),
        ("<blockquote type=cite>old<blockquote type=cite>older</blockquote></blockquote>new", "> old\n> older\nnew"),
        ("[red]markup[/red] {{ template }}", "[red]markup[/red] {{ template }}"),
        ("a&#27;[31mb&#x202e;c&#0;", "a␛[31mbc\ufffd"),
        ("<!-- only a comment -->", ""),
        ("<script>only</script>", ""),
        ("", ""),
    ],
)
def test_html(html: str, shown: str) -> None:
    got = text(html)
    assert " ".join(got.split()) == " ".join(shown.split())
    assert got.count("\n") == shown.count("\n")


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td", "ul><li", "blockquote type=cite", "span", "font"])
@pytest.mark.parametrize("levels", [1_000, 5_000])
def test_thousands_of_levels_lose_no_word(tag: str, levels: int) -> None:
    defects: list[str] = []
    got = html_to_text(f"above <{tag}>" * levels + "bottom", defects)
    assert "bottom" in got
    assert defects


@pytest.mark.parametrize(
    "unit", ["<a href=x>y", "<td>", "<li>", "<", "<!--", "&amp;", "<p>x</p>", "<script>", "<a ", "</table>"]
)
def test_repetition_stays_cheap(unit: str) -> None:
    started = time.process_time()
    text(unit * (400_000 // len(unit)))
    assert time.process_time() - started < 10


def test_html_alone_is_the_body() -> None:
    mail = read(
        b"From: a@acme.example\nContent-Type: text/html; charset=koi8-r\n\n<p>" + "касса".encode("koi8-r") + b"</p>"
    )
    assert (mail.body_text, mail.defects) == ("касса", ())


def test_the_charset_that_html_names_itself() -> None:
    html = (
        b'<html><head><meta charset="windows-1251"></head><body>'
        + "привет, касса".encode("windows-1251")
        + b"</body></html>"
    )
    mail = read(b"From: a@acme.example\nContent-Type: text/html\n\n" + html)
    assert (mail.body_text, mail.defects) == ("привет, касса", ())


def test_a_gmail_signature_is_folded() -> None:
    html = b'<div dir="ltr">The till is down</div><br><div class="gmail_signature">Ann Lee<br>Store 17</div>'
    mail = read(b"From: a@acme.example\nContent-Type: text/html\n\n" + html)
    assert mail.body_text == "The till is down"
    assert "Ann Lee" in mail.body_quoted


def test_a_frame_of_a_quote_by_hand_is_not_folded() -> None:
    html = b"<p>It says:</p><blockquote>Error 5<br>at start<br>of day</blockquote>"
    assert "Error 5" in read(b"From: a@acme.example\nContent-Type: text/html\n\n" + html).body_text
