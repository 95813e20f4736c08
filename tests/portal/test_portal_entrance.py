"""Coming in: a link by mail that works once and for a quarter of an hour; sessions that end where they are kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from portal_stage import Browser, Stage

from sdesk.domain.actor import SYSTEM
from sdesk.portal import security


@pytest.fixture(autouse=True)
def _an_hour_of_its_own(stage: Stage) -> None:
    """So many links an hour go to one address."""
    stage.later(hours=2)


def asked(stage: Stage, address: str) -> list[object]:
    """What a visitor gets who asks for a link for an address: all that could tell one from another."""
    visitor = stage.browser()
    shown = visitor.get("/sign-in")
    answer = visitor.post("/sign-in", {"proof": shown.hidden("proof"), "address": address})
    then = visitor.get(answer.header("location"))
    fields = [(name, value) for name, value in answer.headers if name.lower() not in {"date", "set-cookie"}]
    return [answer.status, fields, answer.body, then.status, then.seen]


def outbox(stage: Stage) -> list[str]:
    with closing(sqlite3.connect(stage.path)) as connection:
        return [row[0] for row in connection.execute("SELECT to_address FROM outbox WHERE kind = 'sign_in'")]


def test_an_unknown_address_gets_the_same_answer_and_no_mail(stage: Stage) -> None:
    known = len(stage.said)
    answers = [asked(stage, f"somebody{number}@far.example") for number in range(2)]
    assert asked(stage, "maria@shop.example") == answers[0] == answers[1]
    stage.wait_for("the link for maria@shop.example", known)
    assert [address for address in outbox(stage) if address.endswith("far.example")] == []
    # Of a unit by a pattern, its head, an agent: all are somebody whom the desk serves. Its own addresses are nobody.
    for address in ("new@acc.shop.example", "Irina@shop.example", "olga@kiosk.example", "boris@desk.example"):
        assert stage.link_for(address.lower())
    asked(stage, "support@desk.example")
    asked(stage, "maria@shop.example")
    stage.wait_for("the link for maria@shop.example", known + 1)
    assert "support@desk.example" not in outbox(stage)


def test_what_is_no_address_is_said_at_the_field(stage: Stage) -> None:
    visitor = stage.browser()
    page = visitor.post("/sign-in", {"proof": visitor.get("/sign-in").hidden("proof"), "address": "<b>me"})
    assert page.status == 422
    assert "&lt;b&gt;me" in page.text
    assert "<b>me" not in page.text
    assert 'aria-describedby="e-address"' in page.text


def test_a_link_is_used_up_by_the_button_alone_and_once(stage: Stage) -> None:
    visitor = stage.browser()
    link = stage.link_for("maria@shop.example", visitor)
    # A program that scans mail follows it, more than once.
    for _ in range(3):
        page = stage.browser().get(link)
        assert page.status == 200
        assert "Press the button" in page.seen
        assert "Sign in as maria@shop.example" in page.seen
    assert visitor.get("/services").status == 303
    assert visitor.post(link, {"proof": visitor.get(link).hidden("proof")}).header("location") == "/services"
    assert visitor.get("/services").status == 200
    other = stage.browser()
    # Of a link that is dead nothing is said of anybody, as of one that never was.
    dead = other.get(link)
    assert "maria" not in dead.text
    assert dead.seen == other.get(f"/sign-in/{'0' * 32}").seen
    again = other.post(link, {"proof": other.get(link).hidden("proof")})
    assert again.status == 403
    assert "used already" in again.seen
    assert security.SESSION not in other.cookies


def test_a_link_is_dead_after_a_quarter_of_an_hour(stage: Stage) -> None:
    visitor = stage.browser()
    link = stage.link_for("maria@shop.example", visitor)
    proof = visitor.get(link).hidden("proof")
    stage.later(minutes=15)
    assert visitor.post(link, {"proof": proof}).status == 403
    # The one that came before is dead once a later one has let somebody in.
    first, second = stage.link_for("maria@shop.example", visitor), stage.link_for("maria@shop.example", visitor)
    assert visitor.post(second, {"proof": proof}).status == 303
    other = stage.browser()
    assert other.post(first, {"proof": other.get(first).hidden("proof")}).status == 403


def test_no_key_stands_in_the_store_nor_in_what_is_shown_of_the_outbox(stage: Stage) -> None:
    visitor = stage.signed_in("store-017@shop.example")
    token = stage.link_for("store-017@shop.example").rpartition("/")[2]
    key = visitor.cookies[security.SESSION]
    with closing(sqlite3.connect(stage.path)) as connection:
        dump = "\n".join(connection.iterdump())
    assert token not in dump
    assert key not in dump
    mails = stage.mails()
    try:
        from sdesk.desk.outbox.previews import look_at
        from sdesk.mail.outbox.shown import letter_of_seen

        with mails.desk.look(SYSTEM, stage.now) as work:
            row = work.connection.exec_driver_sql("SELECT max(id) FROM outbox WHERE kind = 'sign_in'").scalar()
            letter = letter_of_seen(look_at(work, int(row or 0)), fallback_sender="")
    finally:
        mails.desk.close()
    assert f"/sign-in/{'0' * 32}" in letter.text
    assert letter.subject == "Sign in to Test desk"
    assert letter.sender.address == "support@desk.example"


def test_five_links_an_hour_and_no_more_go_to_one_address(stage: Stage) -> None:
    address = "many@acc.shop.example"
    for _ in range(5):
        stage.link_for(address)
    asked(stage, address)
    stage.link_for("few@acc.shop.example")
    assert outbox(stage).count(address) == 5
    stage.later(hours=1, minutes=1)
    assert stage.link_for(address)


def test_a_session_is_a_new_key_that_no_script_reads(stage: Stage) -> None:
    visitor = Browser(stage.port, {security.SESSION: "0" * 32, security.FORM: "1" * 32})
    link = stage.link_for("maria@shop.example", visitor)
    visitor.post(link, {"proof": visitor.get(link).hidden("proof")})
    key = visitor.cookies[security.SESSION]
    assert key != "0" * 32
    assert len(key) == 32
    assert security.FORM not in visitor.cookies
    (cookie,) = [each for each in visitor.set_cookies if each.startswith(f"{security.SESSION}={key}")]
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "secure" not in cookie.lower()


def test_a_proof_may_be_anything_and_proves_nothing_by_that() -> None:
    key = security.new_key()
    assert security.is_proved(key, security.proof(key))
    for forged in ("", "é", "\udcff", security.proof(key)[:-1], f"{security.proof(key)}й"):
        assert not security.is_proved(key, forged)
    assert not security.is_proved(None, security.proof(key))


def test_over_tls_the_cookie_is_for_this_host_alone(stage: Stage) -> None:
    from starlette.responses import Response

    response = Response()
    security.set_cookie(response, security.SESSION, "x", secure=True, seconds=9)
    (cookie,) = [value.decode() for name, value in response.raw_headers if name == b"set-cookie"]
    assert cookie.startswith("__Host-sdesk=x;")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_who_signs_in_anew_ends_the_session_before(stage: Stage) -> None:
    visitor = stage.signed_in("maria@shop.example")
    before = dict(visitor.cookies)
    link = stage.link_for("irina@shop.example", visitor)
    assert visitor.post(link, {"proof": visitor.get(link).hidden("proof")}).status == 303
    assert Browser(stage.port, before).get("/requests").status == 303
    assert "irina@shop.example" in visitor.get("/requests").seen


def test_signing_out_ends_the_session_where_it_is_kept(stage: Stage) -> None:
    one, two, three = (stage.signed_in("olga@desk.example") for _ in range(3))
    kept = dict(one.cookies)
    assert one.post("/sign-out", {"proof": one.get("/requests").hidden("proof")}).status == 303
    assert security.SESSION not in one.cookies
    assert Browser(stage.port, kept).get("/requests").header("location").startswith("/sign-in")
    assert two.get("/requests").status == 200
    two.post("/sign-out", {"proof": two.get("/requests").hidden("proof"), "everywhere": "yes"})
    assert three.get("/requests").status == 303


def test_a_session_ends_after_a_week(stage: Stage) -> None:
    visitor = stage.signed_in("maria@shop.example")
    stage.later(days=7, seconds=-1)
    assert visitor.get("/requests").status == 200
    stage.later(seconds=1)
    assert visitor.get("/requests").status == 303


def test_one_comes_to_where_one_wanted_to_go_and_nowhere_else(stage: Stage) -> None:
    visitor = stage.browser()
    to_entrance = visitor.get("/services/door").header("location")
    assert to_entrance == "/sign-in?next=/services/door"
    shown = visitor.get(to_entrance)
    known = len(stage.said)
    own = {"proof": shown.hidden("proof"), "next": shown.hidden("next"), "address": "irina@shop.example"}
    visitor.post("/sign-in", own)
    link = "/sign-in/" + stage.wait_for("the link for irina", known).rpartition("/")[2]
    assert visitor.post(link, {"proof": visitor.get(link).hidden("proof")}).header("location") == "/services/door"
    for elsewhere in ("//evil.example/", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nb"):
        assert security.local_path(elsewhere) == "/"
    assert security.local_path("/requests/12?before=3") == "/requests/12?before=3"


def test_a_network_that_asks_again_and_again_is_told_to_wait(stage: Stage) -> None:
    """Last of all: it takes the tests' own network out."""
    statuses = []
    visitor = stage.browser()
    proof = visitor.get("/sign-in").hidden("proof")
    for number in range(100):
        page = visitor.post("/sign-in", {"proof": proof, "address": f"x{number}@far.example"})
        statuses.append(page.status)
        if page.status == 429:
            break
    assert statuses[-1] == 429
    assert "too often" in page.seen
