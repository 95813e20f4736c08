"""Forms that are forged, too large, too many, or come while others write: refused in words, and nothing is lost."""

from __future__ import annotations

import re
import socket
import sqlite3
from contextlib import closing
from html import unescape

import pytest
from portal_stage import Browser, Stage

from sdesk.portal import security
from sdesk.portal.forms import read_form

WORDS = {"subject": "Forged", "text": "by somebody else"}


@pytest.fixture(scope="module")
def maria(stage: Stage) -> Browser:
    """Somebody who is signed in."""
    return stage.signed_in("maria@shop.example")


def tickets(stage: Stage) -> int:
    with closing(sqlite3.connect(stage.path)) as connection:
        return int(connection.execute("SELECT count(*) FROM ticket").fetchone()[0])


def own(visitor: Browser, path: str = "/services/other") -> dict[str, str]:
    shown = visitor.get(path)
    return {name: shown.hidden(name) for name in ("proof", "once")}


def test_a_form_that_is_not_the_portals_own_does_nothing(stage: Stage, maria: Browser) -> None:
    before = tickets(stage)
    form = own(maria)
    other = stage.signed_in("irina@shop.example")
    path = "/services/other"
    refused = [
        maria.upload(path, WORDS),
        maria.upload(path, {**WORDS, "proof": "0" * 64}),
        # Another's proof, and one's own with another's cookie.
        maria.upload(path, {**WORDS, **own(other)}),
        Browser(stage.port, dict(other.cookies)).upload(path, {**WORDS, **form}),
        maria.post(path, {**WORDS, **form}, Origin="https://evil.example"),
        maria.post(path, {**WORDS, **form}, Origin="null"),
        maria.post(path, {**WORDS, **form}, Sec_Fetch_Site="cross-site"),
        maria.post(path, {**WORDS, **form}, Sec_Fetch_Site="same-site"),
    ]
    assert [page.status for page in refused] == [403] * len(refused)
    assert all("not sent from a page of the portal" in page.seen for page in refused)
    assert tickets(stage) == before
    # What a browser says of a form of our own.
    for headers in (
        {"Origin": f"http://127.0.0.1:{stage.port}", "Sec_Fetch_Site": "same-origin"},
        {"Origin": "null", "Sec_Fetch_Site": "same-origin"},
        {},
    ):
        assert maria.post(path, {**WORDS, **own(maria)}, **headers).status == 303
    assert tickets(stage) == before + 3


def test_a_cookie_of_nobody_is_nobody(stage: Stage, maria: Browser) -> None:
    key = maria.cookies[security.SESSION]
    for wrong in ("", "0" * 32, key[:-1], key.upper(), f"{key}0", f"{key}' OR 1=1 --", "x" * 5000):
        page = Browser(stage.port, {security.SESSION: wrong}).get("/requests")
        assert page.status == 303
        assert page.header("location") == "/sign-in?next=/requests"


def test_too_much_is_said_in_words(stage: Stage, maria: Browser) -> None:
    before = tickets(stage)
    many = [("files", f"{number}.txt", "text/plain", b"x") for number in range(11)]
    page = maria.upload("/services/other", {**own(maria), **WORDS}, many)
    assert page.status == 413
    assert "11 files are too many." in page.seen
    assert 'value="Forged"' in page.text
    heavy = [("files", f"{number}.bin", "image/png", bytes(13_000_000)) for number in range(2)]
    page = maria.upload("/services/other", {**own(maria), **WORDS}, heavy)
    assert page.status == 413
    assert "The files have 26 MB together." in page.seen
    assert 'value="Forged"' in page.text
    page = maria.upload("/services/other", {**own(maria), **WORDS}, [("files", "b", "x/y", bytes(41_000_000))])
    assert page.status == 413
    assert "more than can be sent at once" in page.seen
    page = maria.post("/sign-in", {"proof": "x", "address": "a" * 300_000})
    assert page.status == 413
    long = maria.upload("/services/other", {**own(maria), "subject": "x" * 201, "text": "y" * 20_001})
    assert long.status == 422
    assert long.seen.count("This is too long.") >= 2
    assert tickets(stage) == before


def test_who_is_not_signed_in_sends_no_files(stage: Stage) -> None:
    visitor = stage.browser()
    proof = visitor.get("/sign-in").hidden("proof")
    page = visitor.upload("/services/other", {"proof": proof, **WORDS}, [("files", "a", "x/y", bytes(2_000_000))])
    assert page.status == 303
    assert page.header("location") == "/sign-in?next=/services/other&late=1"
    # He is told that it is lost, and comes back to the form.
    assert "what you sent did not arrive" in visitor.get(page.header("location")).seen
    assert "did not arrive" not in visitor.get("/sign-in?next=/services/other").seen
    assert visitor.post("/sign-out", {"proof": proof}).header("location") == "/sign-in"


TYPED = {"subject": "A <b>door</b>", "text": 'It says\n"no".', "field.why": "Because."}
SENT = {name: TYPED[name] for name in ("subject", "text")}
FILE = ("files", "a.txt", "text/plain", bytes(2_000_000))


def test_a_form_of_before_another_sign_in_is_shown_again_and_not_worked(stage: Stage, maria: Browser) -> None:
    before = tickets(stage)
    page = maria.upload("/services/other", {**TYPED, "proof": "0" * 64}, [FILE], Sec_Fetch_Site="same-origin")
    assert page.status == 403
    assert "you have signed in anew since it was opened, and nothing was sent" in page.seen
    assert 'value="A &lt;b&gt;door&lt;/b&gt;"' in page.text
    assert "It says\n&#34;no&#34;.</textarea>" in page.text
    assert "Choose the files again" in page.seen
    assert tickets(stage) == before
    # Its button sends it.
    own = {name: page.hidden(name) for name in ("proof", "once")}
    made = maria.upload("/services/other", {**SENT, **own}, Sec_Fetch_Site="same-origin").header("location")
    assert made.startswith("/requests/")
    assert tickets(stage) == before + 1
    request = made.partition("?")[0]
    # By the origin alone, as older browsers; and of words to a request.
    ours = {"Origin": f"http://127.0.0.1:{stage.port}"}
    for way in ("words", "again"):
        page = maria.upload(f"{request}/{way}", {"text": "More <i>words</i>.", "proof": "0" * 64}, (), **ours)
        assert page.status == 403
        assert "More &lt;i&gt;words&lt;/i&gt;.</textarea>" in page.text
    page = maria.post(f"{request}/solved", {"proof": "0" * 64}, **ours)
    assert "send it once more" in page.seen
    assert "More" not in maria.get(request).seen
    # Of what he may not see there is nothing to show.
    assert maria.upload("/requests/999999/words", {"text": "x", "proof": "0" * 64}, (), **ours).status == 404
    # Where the browser says nothing, or another page, nothing is shown that somebody else may have made up.
    for headers in ({}, {"Sec_Fetch_Site": "none"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": "null"}):
        page = maria.upload("/services/other", {**TYPED, "proof": "0" * 64}, (), **headers)
        assert page.status == 403
        assert "door" not in page.text
    page = maria.post("/sign-in", {"address": "maria@shop.example"}, **ours)
    assert (page.status, 'value="maria@shop.example"' in page.text) == (403, True)


def test_who_is_not_signed_in_any_more_keeps_what_he_typed(stage: Stage) -> None:
    before = tickets(stage)
    visitor = stage.signed_in("pavel@acc.shop.example")
    form = own(visitor)
    visitor.post("/sign-out", {"proof": form["proof"]})
    page = visitor.upload("/services/other", {**form, **TYPED}, [FILE], Sec_Fetch_Site="same-origin")
    assert page.status == 403
    assert "What you typed is still here" in page.seen
    assert "Files must be chosen again." in page.seen
    assert 'A <b>door</b> It says "no". Because.' in page.seen
    assert 'href="/sign-in?next=/services/other" target="_blank"' in page.text
    hidden = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', page.text)}
    assert {name: hidden[name] for name in TYPED} == TYPED
    # He goes on too early, and sees it again; then signed in.
    page = visitor.post("/services/other", hidden, Sec_Fetch_Site="same-origin")
    assert "What you typed is still here" in page.seen
    visitor.cookies = stage.signed_in("pavel@acc.shop.example").cookies
    page = visitor.post("/services/other", hidden, Sec_Fetch_Site="same-origin")
    assert 'value="A &lt;b&gt;door&lt;/b&gt;"' in page.text
    assert tickets(stage) == before
    again = {name: page.hidden(name) for name in ("proof", "once")}
    assert visitor.upload("/services/other", {**again, **SENT}, Sec_Fetch_Site="same-origin").status == 303
    assert tickets(stage) == before + 1
    # Nothing is kept for who did not type it here, nor more than anybody types, nor where nothing was typed.
    other = stage.browser()
    assert other.upload("/services/other", TYPED).header("location") == "/sign-in?next=/services/other&late=1"
    much = dict.fromkeys(("text", "subject"), "x" * 150000)
    assert other.upload("/services/other", much, Sec_Fetch_Site="same-origin").status == 400
    assert other.post("/services/other", {"text": "x" * 700_000}, Sec_Fetch_Site="same-origin").status == 413
    # What was kept is sent on as words alone, in which each of these letters is six signs.
    long = {"text": "ы" * 90_000}
    for page in (
        other.upload("/services/other", long, (), Sec_Fetch_Site="same-origin"),
        other.post("/services/other", long, Sec_Fetch_Site="same-origin"),
    ):
        assert (page.status, "What you typed is still here" in page.seen) == (403, True)
    assert other.upload("/services/other", {"unit": "x"}, Sec_Fetch_Site="same-origin").status == 303
    assert other.post("/requests/1/solved", {}, Sec_Fetch_Site="same-origin").status == 303


def test_files_of_who_is_not_signed_in_are_kept_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from starlette.requests import Request

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", None)
    body = (
        b'--e\r\nContent-Disposition: form-data; name="files"; filename="x"\r\n\r\n'
        + bytes(3_000_000)
        + b'\r\n--e\r\nContent-Disposition: form-data; name="text"\r\n\r\nWords.\r\n--e--\r\n'
    )

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", b"multipart/form-data; boundary=e")]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)
    form = asyncio.run(read_form(request, files=True, takes=False))
    assert (form.text("text"), form.whole) == ("Words.", False)
    assert [(each.name, each.size, each.file.read()) for each in form.uploads] == [("x", 0, b"")]
    form.close()


def test_what_is_no_form_is_said_so(stage: Stage, maria: Browser) -> None:
    for kind, body in (
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b"--a\r\nnothing"),
        ("", b"x"),
    ):
        page = maria.ask("POST", "/services/other", body=body, headers={"Content-Type": kind})
        assert page.status in {400, 403}, (kind, page.seen)
        assert page.header("content-type").startswith("text/html")


def test_a_store_that_others_write_to_loses_nothing_that_was_typed(stage: Stage, maria: Browser) -> None:
    form = own(maria)
    with closing(sqlite3.connect(stage.path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        page = maria.upload("/services/other", {**form, "subject": "Wait for me", "text": "Kept words."})
        assert page.status == 503
        assert 'value="Wait for me"' in page.text
        assert "Kept words." in page.text
        assert maria.get("/services").status == 200
        connection.execute("ROLLBACK")
    assert maria.upload("/services/other", {**form, "subject": "Wait for me", "text": "Kept words."}).status == 303


def test_pages_are_read_while_somebody_writes_and_what_fails_is_no_traceback(
    stage: Stage, maria: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sdesk.store.reader.portal_reader import PortalReader

    def broken(*given: object, **named: object) -> None:
        raise ZeroDivisionError("a secret of the program")

    monkeypatch.setattr(PortalReader, "own_requests", broken)
    known = len(stage.said)
    page = maria.get("/requests")
    assert page.status == 500
    assert "Something went wrong here" in page.seen
    assert "secret" not in page.text
    assert "ZeroDivisionError: a secret" in stage.wait_for("a bug at GET /requests", known)


def test_every_answer_has_its_fields(stage: Stage, maria: Browser) -> None:
    for page in (
        maria.get("/services"),
        maria.get("/nowhere"),
        maria.get("/portal.css"),
        maria.ask("PUT", "/services"),
    ):
        for name, value in security.FIELDS.items():
            if name != "Cache-Control":
                assert page.header(name) == value, (page.status, name)
    assert maria.get("/services").header("cache-control") == "no-store"
    assert "<script" not in maria.get("/services").text
    assert "style=" not in maria.get("/services").text
    assert maria.ask("PUT", "/services").status == 405
    assert maria.get("/robots.txt").body == b"User-agent: *\nDisallow: /\n"
    assert maria.get("/favicon.ico").status == 204


def test_a_language_is_chosen_by_a_link_and_kept(stage: Stage) -> None:
    visitor = stage.browser()
    assert '<html lang="en">' in visitor.get("/status").text
    assert visitor.get("/language/ru?back=/status").header("location") == "/status"
    assert '<html lang="ru">' in visitor.get("/status").text
    assert visitor.get("/language/en?back=//evil.example/").header("location") == "/"
    assert visitor.get("/language/xx").status == 404
    assert '<html lang="en">' in visitor.get("/status").text


def test_another_language_leads_back_to_what_was_there(stage: Stage, maria: Browser) -> None:
    page = maria.get("/services?q=%D0%B4%D0%B2%D0%B5%D1%80%D1%8C")
    link = re.search(r'href="(/language/ru[^"]*)"', page.text)
    assert link is not None
    assert stage.browser().get(link[1]).header("location") == "/services?q=%D0%B4%D0%B2%D0%B5%D1%80%D1%8C"
    # A form that was refused stands at an address that only takes forms.
    made = maria.fill("/services/other", WORDS).header("location").partition("?")[0]
    for form in ("words", "solved", "again"):
        assert maria.get(f"{made}/{form}").header("location") == made
        assert maria.get(f"/requests/0/{form}").status == 404


def test_what_no_form_of_the_portal_sends_is_no_bug(stage: Stage, maria: Browser) -> None:
    known = len(stage.said)
    # Halves of characters, by a charset that a browser never takes; and a mark that no form of the portal has.
    values = {**own(maria), "once": "x" * 1000, "subject": "+2AA-", "text": "Half a character: +2AA-"}
    edge = "edge"
    body = "".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    )
    kind = f"multipart/form-data; charset=utf-7; boundary={edge}"
    asked = {"body": f"{body}--{edge}--\r\n".encode(), "headers": {"Content-Type": kind}}
    first, second = (maria.ask("POST", "/services/other", **asked) for _ in range(2))  # type: ignore[arg-type]
    assert (first.status, second.status) == (303, 303)
    assert first.header("location") != second.header("location")
    assert not [line for line in stage.said[known:] if line.startswith("a bug")]


def test_nobody_is_led_to_another_name(maria: Browser) -> None:
    page = maria.get("/status/", Host="evil.example")
    assert page.status == 421
    assert page.header("location") == ""
    assert maria.get("/status/").status == 404


def test_nobody_is_served_under_a_strange_name(stage: Stage, maria: Browser) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[::1", "localhost@evil.example"):
        assert maria.get("/services", Host=host).status in {400, 421}, host
    assert maria.get("/services", Host="localhost:9").status == 200


def test_a_request_line_without_end_is_cut_off(stage: Stage) -> None:
    with closing(socket.create_connection(("127.0.0.1", stage.port), 10)) as connection:
        connection.sendall(b"GET /" + b"a" * 100_000)
        connection.settimeout(10)
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")


def test_a_session_that_sends_form_after_form_is_told_to_wait(stage: Stage) -> None:
    visitor = stage.signed_in("busy@acc.shop.example")
    proof = visitor.get("/requests").hidden("proof")
    statuses = [visitor.post("/requests/1/solved", {"proof": proof, "once": f"{n}"}).status for n in range(45)]
    assert statuses[:30] == [404] * 30
    assert statuses[-1] == 429
    assert visitor.get("/requests").status == 200


def test_sessions_that_somebody_makes_up_are_of_one_network(stage: Stage) -> None:
    statuses = []
    for number in range(45):
        visitor = stage.browser()
        visitor.cookies["sdesk"] = f"{number:032x}"
        statuses.append(visitor.upload("/services/other", TYPED, [FILE], Sec_Fetch_Site="same-origin").status)
    assert statuses[:10] == [403] * 10
    assert statuses[-1] == 429
