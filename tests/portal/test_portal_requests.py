"""Asking, following, answering: what a requester sees of a request, and what nobody else does."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from desks import NOW
from equipped import EquippedDesk
from intake_desk import MailDesk
from portal_stage import Browser, Stage

from sdesk.desk.events import take_event
from sdesk.domain.actor import SYSTEM
from sdesk.domain.events import CheckState, find_severity, machine_event

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)


@pytest.fixture(scope="module")
def mails(stage: Stage) -> Iterator[MailDesk]:
    """The desk, for what agents do."""
    opened = stage.mails()
    yield opened
    opened.desk.close()


@pytest.fixture(scope="module")
def irina(stage: Stage) -> Browser:
    """The flagship's manager."""
    return stage.signed_in("irina@shop.example")


@pytest.fixture(scope="module")
def maria(stage: Stage) -> Browser:
    """Somebody of accounting."""
    return stage.signed_in("maria@shop.example")


def asked(visitor: Browser, subject: str, text: str = "It is broken.", service: str = "other") -> int:
    """A request of one's own."""
    page = visitor.fill(f"/services/{service}", {"subject": subject, "text": text})
    assert page.status == 303, page.seen
    return int(page.header("location").split("/")[2].partition("?")[0])


def test_what_is_offered_stands_in_its_category_with_a_promise_and_is_found(irina: Browser, maria: Browser) -> None:
    page = irina.get("/services")
    # A dead till stops 180,000 an hour: P1, two hours of the stores' day.
    assert "Till Done by today, 14:00 IT support" in page.seen
    assert "Buildings Door access A card that opens a door." in page.seen
    assert "Payroll" not in page.seen
    assert "Payroll" in maria.get("/services").seen
    assert "Door access" not in maria.get("/services").seen
    found = irina.get("/services?q=OPENS+door").seen
    assert "1 service found" in found
    assert "Till" not in found
    russian = Browser(irina.port, dict(irina.cookies), language="ru-RU,ru;q=0.9,en;q=0.5").get("/services")
    assert '<html lang="ru">' in russian.text
    assert "Карта, которая открывает дверь." in russian.seen


def test_a_service_of_others_is_as_one_that_is_not_there(irina: Browser, maria: Browser) -> None:
    answers = [maria.get(f"/services/{key}") for key in ("door", "nothing")]
    assert [page.status for page in answers] == [404, 404]
    assert answers[0].seen == answers[1].seen
    shown = maria.get("/services/other")
    own = {name: shown.hidden(name) for name in ("proof", "once")}
    page = maria.upload("/services/door", {**own, "subject": "x", "text": "y", "field.door": "Front"})
    assert page.status == 404


def test_who_answers_what_a_form_wants_need_not_tell_more(irina: Browser) -> None:
    assert "Tell us more optional" in irina.get("/services/door").seen
    assert "Tell us more optional" not in irina.get("/services/till").seen


def test_the_promise_that_was_shown_is_the_one_that_holds(irina: Browser, mails: MailDesk) -> None:
    promised = irina.get("/services/till").seen
    assert "Done by today, 14:00" in promised
    number = asked(irina, "The till is dead", service="till")
    assert "by today, 14:00" in irina.get(f"/requests/{number}").seen
    ticket = mails.ticket(number)
    assert (ticket.unit, ticket.service, ticket.priority, ticket.channel) == ("flagship", "till", "P1", "portal")
    kinds = [kind for kind, to, _ in mails.outbox() if to == "irina@shop.example"]
    assert kinds.count("acknowledgement") == 1
    mails.do("anna", "close", number, silent=True)


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(irina: Browser, mails: MailDesk) -> None:
    before = mails.count()
    typed = {"subject": " ", "text": 'He said "<i>no</i>"', "field.from": "never"}
    page = irina.fill("/services/door", typed, [("files", "photo.png", "image/png", PICTURE)])
    assert page.status == 422
    assert mails.count() == before
    for words in ("Say in a few words what it is about.", "This must be filled in.", "`never` is no date"):
        assert words in page.seen
    for name in ("subject", "field.door", "field.from"):
        assert f'id="e-{name}"' in page.text
        assert f'href="#f-{name}"' in page.text
        assert f'id="f-{name}"' in page.text
    assert "He said &#34;&lt;i&gt;no&lt;/i&gt;&#34;" in page.text
    assert 'value="never"' in page.text
    assert "Choose the files again" in page.seen


def test_a_file_that_a_browser_forgot_is_asked_for_at_its_own_field(irina: Browser) -> None:
    words = {"subject": "A card", "text": "For me.", "field.door": "Side", "field.from": "soon-ish"}
    page = irina.fill("/services/door", words, [("field.badge", "badge.png", "image/png", b"x")])
    assert page.status == 422
    badge, files = page.text.index('id="f-field.badge"'), page.text.index('id="f-files"')
    assert page.text.count("Choose the files again") == 1
    assert page.text.index("Choose the files again") < badge < files
    # The field is named once: its label stands above it.
    assert "There is no `Side`." in page.seen
    assert "Which door: Which door" not in page.seen


def test_equipment_is_suggested_of_ones_own_unit_and_the_request_is_about_it(stage: Stage, irina: Browser) -> None:
    assert "datalist" not in irina.get("/services/door").text
    desk = EquippedDesk(stage.path)
    desk.add("READER-1", "reader", name="<Front>", unit="flagship")
    desk.add("READER-2", "reader", unit="store-017")
    page = irina.get("/services/door")
    assert 'list="l-field.reader"' in page.text
    assert '<option value="READER-1">reader &lt;Front&gt;</option>' in page.text
    assert "READER-2" not in page.text
    answers = {"subject": "Beeps", "text": "", "field.door": "Front", "field.reader": "nothing"}
    assert "There is no equipment `nothing`" in irina.fill("/services/door", answers).seen
    page = irina.fill("/services/door", {**answers, "field.reader": "reader-1"})
    assert page.status == 303, page.seen
    number = int(page.header("location").split("/")[2].partition("?")[0])
    assert desk.about(number) == ("READER-1",)
    desk.desk.close()


def test_the_ends_of_lines_make_nothing_too_long(irina: Browser, mails: MailDesk) -> None:
    lines = "\r\n".join(["x"] * 5_000)  # 9,999 characters, as a browser counts
    words = {"subject": "Lines", "text": "", "field.door": "Back", "field.why": lines}
    page = irina.fill("/services/door", words)
    assert page.status == 303, page.seen[:500]
    assert mails.rows("SELECT length(value) FROM form_value WHERE key = 'why'") == [(9_999,)]


def test_a_form_is_kept_with_the_request(irina: Browser, mails: MailDesk) -> None:
    page = irina.fill(
        "/services/door",
        {"subject": "A card", "text": "", "field.door": "back", "field.from": "1.12.2026"},
        [("files", "photo.png", "image/png", PICTURE)],
    )
    assert page.status == 303, page.seen
    number = int(page.header("location").split("/")[2].partition("?")[0])
    assert mails.rows("SELECT key, value FROM form_value WHERE ticket_id = ? ORDER BY position", number) == [
        ("door", "Back"),
        ("from", "2026-12-01"),
    ]
    seen = irina.get(f"/requests/{number}?new=1").seen
    assert "Your request is with us." in seen
    assert "Which door Back" in seen
    assert "photo.png" in seen


def test_what_is_sent_twice_is_one_request(irina: Browser, mails: MailDesk) -> None:
    shown = irina.get("/services/other")
    form = {"proof": shown.hidden("proof"), "once": shown.hidden("once"), "subject": "Twice", "text": "x"}
    answers = {irina.upload("/services/other", form).header("location") for _ in range(3)}
    assert len(answers) == 1
    assert mails.rows("SELECT count(*) FROM ticket WHERE subject = 'Twice'") == [(1,)]


def test_a_requester_sees_what_was_said_to_him_and_nothing_else(stage: Stage, irina: Browser, mails: MailDesk) -> None:
    number = asked(irina, "Printer", text="It smokes.\n\n\u202egpj.exe <script>alert(1)</script>")
    page = irina.get(f"/requests/{number}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "\u202e" not in page.text
    mails.do("anna", "note", number, text="She always breaks it.")
    mails.do("anna", "forward", number, to="supplier@supplier.example", text="Please repair it.")
    mails.do("anna", "reply", number, text="A technician comes at noon.")
    # As long as it can be taken back, nobody outside has it.
    assert "technician" not in irina.get(f"/requests/{number}").seen
    stage.later(seconds=11)
    seen = irina.get(f"/requests/{number}").seen
    assert "Anna Orlova" in seen
    assert "A technician comes at noon." in seen
    for hidden in ("always breaks", "Please repair", "supplier.example"):
        assert hidden not in seen
    stage.now = NOW


def test_answering_ends_a_wait_and_brings_files(stage: Stage, irina: Browser, mails: MailDesk) -> None:
    number = asked(irina, "Scanner")
    mails.do("anna", "wait", number, waiting_for="requester", text="Which one is it?")
    stage.later(seconds=11)
    assert "Waiting for your answer" in irina.get(f"/requests/{number}").seen
    nothing = irina.fill(f"/requests/{number}", {"text": ""}, to=f"/requests/{number}/words")
    assert nothing.status == 422
    files = [("files", "../../снимок.png", "image/png", PICTURE), ("files", "page.html", "text/html", b"<script>")]
    page = irina.fill(f"/requests/{number}", {"text": "The left one."}, files, to=f"/requests/{number}/words")
    assert page.header("location") == f"/requests/{number}?said=1#last"
    assert mails.ticket(number).status == "new"
    said = irina.get(f"/requests/{number}").text
    links = re.findall(rf'href="(/requests/{number}/files/\d+)"', said)
    picture, html = (irina.get(link) for link in links)
    assert (picture.status, picture.body, picture.header("content-type")) == (200, PICTURE, "image/png")
    assert picture.header("content-disposition").startswith('attachment; filename="')
    assert "%D1%81%D0%BD%D0%B8%D0%BC%D0%BE%D0%BA.png" in picture.header("content-disposition")
    assert html.header("content-type") == "application/octet-stream"
    for each in (picture, html):
        assert each.header("content-security-policy").startswith("sandbox;")
        assert each.header("x-content-type-options") == "nosniff"
    stage.now = NOW


def test_a_stranger_gets_what_never_was(stage: Stage, irina: Browser, maria: Browser) -> None:
    number = asked(irina, "Mine")
    irina.fill(
        f"/requests/{number}",
        {"text": "With a file."},
        [("files", "a.png", "image/png", PICTURE)],
        to=f"/requests/{number}/words",
    )
    (file,) = re.findall(rf"/requests/{number}/files/(\d+)", irina.get(f"/requests/{number}").text)
    own = asked(maria, "Hers")
    never = maria.get("/requests/99999999")
    assert never.status == 404
    for path in (f"/requests/{number}", f"/requests/{number}/files/{file}", f"/requests/{own}/files/{file}"):
        page = maria.get(path)
        assert page.status == 404
        assert "Mine" not in page.text
    there, nowhere = maria.get(f"/requests/{number}"), maria.get("/requests/99999999")
    assert there.seen.replace(f"SD-{number}", "SD-99999999") == nowhere.seen
    proof = maria.get(f"/requests/{own}").hidden("proof")
    for verb in ("words", "again", "solved"):
        answers = []
        for each in (number, 99999999):
            form = {"proof": proof, "once": f"{verb}{each}", "text": "Let me in."}
            page = (
                maria.upload(f"/requests/{each}/{verb}", form)
                if verb != "solved"
                else maria.post(f"/requests/{each}/{verb}", form)
            )
            answers.append((page.status, page.seen.replace(str(each), "N")))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
    assert "Let me in" not in irina.get(f"/requests/{number}").seen
    assert maria.get(f"/requests/{10**30}").status == maria.get("/requests/x").status == 404


def test_yes_closes_and_no_goes_on(irina: Browser, mails: MailDesk) -> None:
    number = asked(irina, "Lamp")
    mails.do("anna", "close", number, text="A new bulb.")
    page = irina.get(f"/requests/{number}")
    assert "Is it solved?" in page.seen
    again = irina.fill(f"/requests/{number}", {"text": "thanks"}, to=f"/requests/{number}/again")
    assert again.status == 303
    assert mails.ticket(number).status == "new"
    assert mails.ticket(number).unanswered_since is not None
    mails.do("anna", "close", number, text="Another bulb.")
    form = {"proof": page.hidden("proof"), "once": "yes"}
    assert irina.post(f"/requests/{number}/solved", form).header("location") == f"/requests/{number}"
    assert mails.ticket(number).status == "closed"
    assert "Is it not solved after all?" in irina.get(f"/requests/{number}").seen
    assert mails.rows("SELECT actor FROM history WHERE ticket_id = ? ORDER BY id DESC LIMIT 1", number) == [
        ("requester",)
    ]


def test_what_was_merged_says_where_it_goes_on(irina: Browser, maria: Browser, mails: MailDesk) -> None:
    first, second, hers = asked(irina, "Heating"), asked(irina, "Heating again"), asked(maria, "Cold")
    mails.do("anna", "merge", second, into=first)
    mails.do("anna", "merge", hers, into=first)
    page = irina.get(f"/requests/{second}")
    assert f'<a href="/requests/{first}">SD-{first} Heating</a>' in page.text
    assert 'name="text"' not in page.text
    page = maria.get(f"/requests/{hers}")
    assert "together with a request of somebody else" in page.seen
    assert f"SD-{first}" not in page.seen


def test_the_head_of_a_unit_sees_it_and_writes_nothing(
    stage: Stage, irina: Browser, maria: Browser, mails: MailDesk
) -> None:
    clerk = stage.signed_in("store-001@shop.example")
    number = asked(clerk, "From the counter")
    private = asked(clerk, "My leave", service="leave")
    page = irina.get("/units/flagship")
    assert "From the counter" in page.seen
    assert "store-001@shop.example" in page.seen
    assert "My leave" not in page.seen
    assert "It is broken." in irina.get(f"/requests/{number}").seen
    assert irina.get(f"/requests/{private}").status == 404
    proof = page.hidden("proof")
    refused = irina.upload(f"/requests/{number}/words", {"proof": proof, "once": "h", "text": "Hurry up."})
    assert refused.status == 403
    assert "Hurry up." not in clerk.get(f"/requests/{number}").seen
    assert "My leave" in clerk.get("/requests").seen
    assert maria.get("/units/flagship").status == clerk.get("/units/flagship").status == 404
    assert clerk.get("/units/flagship").seen.replace("store-001@shop.example", "") == maria.get(
        "/units/nowhere"
    ).seen.replace("maria@shop.example", "")


def test_a_head_who_is_named_with_his_address_sees_the_unit(stage: Stage) -> None:
    olga = stage.signed_in("olga@kiosk.example")
    page = olga.get("/units/kiosk")
    assert page.status == 200
    assert "All requests of the unit whose head you are." in page.seen


def test_the_status_page_tells_what_is_down_and_no_word_of_it(stage: Stage, mails: MailDesk) -> None:
    anybody = stage.browser()
    assert "Everything works, as far as we know." in anybody.get("/status").seen
    till = mails.new("anna", subject="SECRET one", requester="store-001@shop.example", service="till")
    # Suspected is not known.
    assert "Till" not in anybody.get("/status").seen
    mails.do("anna", "confirm", till)
    seen = anybody.get("/status").seen
    assert "Till Flagship Since: today" in seen
    assert "SECRET" not in seen
    mails.do("anna", "assign", till, to="team:hr")
    assert "Everything works" in anybody.get("/status").seen
    mails.do("olga", "close", till, silent=True)


def test_what_stops_a_unit_without_turnover_is_known_by_its_check(stage: Stage, mails: MailDesk) -> None:
    """No outage is ever reckoned there, which is what the page goes by elsewhere."""

    def tell(key: str, state: CheckState, **where: str) -> None:
        severity = find_severity(where.pop("severity", None))
        with mails.desk.work(SYSTEM, stage.now) as work:
            take_event(work, machine_event("nagios", key, state, severity=severity), team="it", **where)
            work.session.commit()

    def status() -> str:
        return stage.browser().get("/status").seen

    # What stops nobody, what is but a warning, what is of no unit.
    tell("toner", CheckState.DOWN, service="printer", unit="accounting")
    tell("slow", CheckState.DOWN, service="till", unit="accounting", severity="warning")
    tell("nowhere", CheckState.DOWN, service="till")
    assert "Everything works" in status()
    tell("line", CheckState.DOWN, service="till", unit="accounting")
    assert "Till Accounting Since: today" in status()
    ((number,),) = mails.rows("SELECT ticket_id FROM check_event WHERE key = 'line'")
    mails.do("anna", "assign", number, to="team:hr")
    assert "Everything works" in status()
    mails.do("olga", "assign", number, to="team:it")
    assert "Till Accounting" in status()
    tell("line", CheckState.UP)
    assert "Everything works" in status()
    # Where turnover stands the outage says so, and that it is over.
    tell("tills", CheckState.DOWN, service="till", unit="flagship")
    assert "Till Flagship" in status()
    ((number,),) = mails.rows("SELECT ticket_id FROM check_event WHERE key = 'tills'")
    mails.do("anna", "restored", number)
    assert "Everything works" in status()


def test_what_is_closed_for_good_takes_no_more_words(stage: Stage, mails: MailDesk) -> None:
    """Last of all: a week goes by."""
    karl = stage.signed_in("karl@acc.shop.example")
    number = asked(karl, "Old")
    mails.do("anna", "close", number, text="Done.", at=stage.now)
    stage.later(days=6)
    assert "No, not yet" in karl.get(f"/requests/{number}").seen
    stage.later(days=1, seconds=1)
    mails.sweep(stage.now)
    karl = stage.signed_in("karl@acc.shop.example")
    page = karl.get(f"/requests/{number}")
    assert "This request is closed for good." in page.seen
    for verb in ("again", "words"):
        form = {"proof": page.hidden("proof"), "once": verb, "text": "Once more"}
        refused = karl.upload(f"/requests/{number}/{verb}", form)
        assert refused.status == 403
        assert "is closed for good. Ask anew" in refused.seen
    assert "Once more" not in karl.get(f"/requests/{number}").seen
