"""What stands behind a wall is nowhere: each question that a reader answers is asked by one who may not know."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW
from intake_desk import MailDesk
from ratings_desk import rate

from sdesk.actions.perform import mark_seen
from sdesk.actions.personal import be_at, save_draft
from sdesk.actions.views import save_view
from sdesk.desk.assets import add_asset
from sdesk.desk.intake import Origin
from sdesk.desk.intake.receive import quarantine
from sdesk.desk.steps.forms import keep_answers
from sdesk.domain.actor import SYSTEM, Actor
from sdesk.domain.asset_line import asset_line
from sdesk.domain.catalogue import FormValue
from sdesk.domain.errors import NotFound, Refused, SdeskError
from sdesk.domain.filter_fields import FIELDS
from sdesk.domain.filters import Filter, Match, Sort, parse
from sdesk.domain.ticket import Direction, Doing, Status
from sdesk.mail.mime.message import read
from sdesk.store.reader import Reader
from sdesk.store.reader.assets import AssetQuery
from sdesk.store.reader.facets import FIELDS as FACETS
from sdesk.store.reader.mailroom import Sought

HR: dict[str, Any] = {"box": "hr", "addresses": ("hr@desk.example",), "team": "hr"}

SECRETS = (
    *("salary", "quartz", "payslip", "grievance", "karl", "appeal", "zoe", "ophelia", "xylophone"),
    *("harassment", "lawyer"),
)
"""Words, names and files of the private tickets, their tags, whom the team asked about them; and of a message that
nobody has placed yet."""


@pytest.fixture
def walled(desk_path: Path) -> Iterator[MailDesk]:
    """A desk whose private tickets have met the open ones in every way that mail and agents know."""
    mails = MailDesk(desk_path)
    asked = mails.take(
        """
        From: Ophelia <ophelia@acc.shop.example>
        To: hr@desk.example
        Subject: My salary is 100
        Message-ID: <asked@shop.example>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        The quartz clause.
        --b
        Content-Type: text/plain
        Content-Disposition: attachment; filename=payslip.txt

        xylophone
        --b--
        """,
        **HR,
    )
    assert asked.number == 1
    answer = "From: Ophelia <ophelia@acc.shop.example>\nTo: support@desk.example\nIn-Reply-To: <asked@shop.example>\n"
    assert mails.take(f"{answer}Subject: Re: My salary is 100\n\nThe quartz again.\n").number == 1
    moved = mails.take("From: Karl <karl@acc.shop.example>\nSubject: Grievance of Karl\n\nquartz\n").number
    assert moved == 2
    boris = mails.actor("boris")
    save_draft(mails.desk, boris, 2, Direction.NOTE, "Karl's grievance: quartz", now=NOW)
    mark_seen(mails.desk, boris, [2], now=NOW)
    for login in ("anna", "olga"):
        be_at(mails.desk, mails.actor(login), 2, Doing.REPLYING, now=NOW)
    mails.do("anna", "assign", 2, to="team:hr")
    for number in (1, 9999):
        assert mails.take(f"From: stranger@far.example\nSubject: [SD-{number}] hi\n\nHi.\n").number is not None
    mails.do("olga", "close", 1, text="Done with the quartz.")
    wanted = "requester:karl@acc.shop.example"
    olga = mails.actor("olga")
    save_view(mails.desk, olga, "Karl", wanted, sort=Sort.SLA, digit=None, everybody=False, now=NOW)
    late = "From: stranger@far.example\nIn-Reply-To: <asked@shop.example>\nSubject: Anything\n\nHi.\n"
    assert mails.take(late).number == 5
    mails.do("olga", "set", 2, tags=["harassment"])
    mails.do("olga", "service", 2, service="leave")
    mails.do("olga", "forward", 2, text="What now?", to="lawyer@law.example")
    appeal = "From: Zoe <zoe@far.example>\nTo: hr@desk.example\nSubject: Appeal [SD-5]\n\nquartz\n"
    assert mails.take(appeal, **HR).number == 6
    assert mails.ticket(6).team == "hr"
    for label, kind in (("T-17", "till"), ("X-1", "kiosk")):
        line = asset_line(
            label, {"kind": kind, "unit": "accounting", "service": "leave"}, now=NOW, zone=ZoneInfo("UTC")
        )
        with mails.desk.work(SYSTEM, NOW) as work:
            add_asset(work, line)
            work.session.commit()
    mails.do("olga", "set", 2, assets=["T-17"])
    rate(mails.path, 1, 1, "Not one word of the quartz.")
    rate(mails.path, 2, 2, "quartz", days=1)
    raw = b"From: Zoe <zoe@far.example>\nSubject: quartz\n\nquartz\n"
    with mails.desk.work(SYSTEM, NOW) as work:
        quarantine(work, read(raw), raw, Origin("hr", "INBOX", 1, "99", NOW), "quartz", "quartz")
        keep_answers(work, 1, [FormValue("reason", "Reason", "quartz")])
        work.session.commit()
    yield mails
    mails.desk.close()


WEEK = timedelta(days=7)


def everything(reader: Reader, actor: Actor) -> dict[str, list[Callable[[], object]]]:
    """Every question that a reader answers, by its name, as often as there are tickets, files and filters."""

    def of(text: str) -> Filter:
        return parse(text, now=NOW, zone=ZoneInfo("UTC"))

    numbers = range(1, 8)
    words = ["", "salary", "quartz", "grievance", "appeal", "payslip", "xylophone", "requester:zoe@", "requester:karl"]
    words += [f"is:{flag}" for flag in ("open", "unread", "unanswered", "unassigned")]
    words += ["rating:1..5", "rating:1"]
    words += ["form:quartz", "form:reason:quartz", "form:none"]
    words += ["has:attachment", "has:note", "unit:accounting", "team:hr", "status:resolved,closed,merged,spam"]
    words += [f"number:{number}" for number in numbers]
    assert {word.partition(":")[0] for word in words if ":" in word} <= set(FIELDS)
    filters = [of(word) for word in words]
    return {
        "desk": [lambda: reader.desk],
        "data_version": [reader.data_version],
        "portal_url": [reader.portal_url],
        "last_change": [reader.last_change],
        "refresh": [reader.refresh],
        "close": [],
        "actor": [lambda: reader.actor("boris")],
        "agents": [reader.agents, lambda: reader.agents(now=NOW)],
        "teams": [lambda: reader.teams(actor)],
        "services": [
            lambda number=number: reader.services(actor, number)  # type: ignore[misc]
            for number in (None, *numbers)
        ],
        "recent_subjects": [lambda: reader.recent_subjects(actor, since=NOW - timedelta(days=90))],
        "offers": [
            lambda to=to: reader.offers(actor, now=NOW, to=to)  # type: ignore[misc]
            for to in (None, "accounting", "karl@acc.shop.example", "zoe@far.example")
        ],
        "units": [reader.units],
        "calendar": [lambda: reader.calendar("office")],
        "outages": [lambda: reader.outages(actor, now=NOW)],
        "unit_outages": [lambda: reader.unit_outages(actor, "accounting", now=NOW, since=NOW)],
        "unit": [lambda: reader.unit("accounting", NOW.date())],
        "service": [lambda: reader.service(actor, "leave")],
        "team": [lambda: reader.team(actor, "hr")],
        "agent": [lambda: reader.agent(actor, "olga")],
        "calendars": [lambda: reader.calendars(NOW.date())],
        "calendar_whole": [lambda: reader.calendar_whole("office", NOW.date())],
        "people": [lambda: reader.people(actor, limit=0)],
        "person": [
            lambda: reader.person(actor, "karl@acc.shop.example"),
            lambda: reader.person(actor, "zoe@far.example"),
        ],
        "person_story": [lambda n=n: reader.person_story(actor, n) for n in range(1, 8)],  # type: ignore[misc]
        "tickets_of": [lambda n=n: reader.tickets_of(actor, n) for n in range(1, 8)],  # type: ignore[misc]
        "page": [lambda each=each: reader.page(actor, each, now=NOW) for each in filters],  # type: ignore[misc]
        "walk": [lambda each=each: list(reader.walk(actor, each, now=NOW)) for each in filters],  # type: ignore[misc]
        "rows": [lambda: reader.rows(actor, numbers, now=NOW)],
        "exported": [
            lambda each=each: list(reader.exported(actor, each, now=NOW, messages=True))  # type: ignore[misc]
            for each in filters
        ],
        "begun_tickets": [lambda digits=digits: reader.begun_tickets(actor, digits) for digits in ("", *"1234567")],  # type: ignore[misc]
        "begun_people": [lambda typed=typed: reader.begun_people(actor, typed) for typed in ("", "k", "z", "o")],  # type: ignore[misc]
        "due_in": [],  # of a row that was read
        "numbers": [],  # held against the rows below
        "views": [lambda: reader.views(actor)],
        "standing_views": [lambda: reader.standing_views(actor)],
        "check_filter": [lambda each=each: reader.check_filter(actor, each, now=NOW) for each in filters],  # type: ignore[misc]
        "filter_names": [lambda: reader.filter_names(actor)],
        "facet": [
            lambda each=each, field=field: reader.facet(actor, each, field, now=NOW)  # type: ignore[misc]
            for each in filters
            for field in FACETS
        ],
        "nearest_words": [
            lambda word=word: reader.nearest_words(actor, of(word), now=NOW)  # type: ignore[misc]
            for word in ("salarz", "quarts", "grievanze", "payslib", "ofelia")
        ],
        "count": [],
        "counts_of": [],
        "counts": [lambda: reader.counts(actor, now=NOW)],
        "callers": [
            lambda word=word: reader.callers(actor, word)  # type: ignore[misc]
            for word in ("karl", "zoe", "ophelia", "far.example", "acc.shop.example", "accounting", "a", "@")
        ],
        "tags": [lambda: reader.tags(actor)],
        "suppliers": [lambda: reader.suppliers(actor)],
        "usual_services": [
            lambda unit=unit: reader.usual_services(actor, unit=unit)  # type: ignore[misc]
            for unit in (None, "accounting")
        ],
        "is_new": [lambda: reader.is_new(actor)],
        "next_ticket": [lambda: reader.next_ticket(actor, now=NOW)],
        "ticket": [lambda n=n: reader.ticket(actor, n, now=NOW) for n in numbers],  # type: ignore[misc]
        "history": [lambda n=n: reader.history(actor, n) for n in numbers],  # type: ignore[misc]
        "require": [lambda n=n: reader.require(actor, n) for n in numbers],  # type: ignore[misc]
        "raw": [lambda n=n, m=m: reader.raw(actor, n, m) for n in numbers for m in range(1, 12)],  # type: ignore[misc]
        "attachment": [
            lambda n=n, a=a: reader.attachment(actor, n, a)  # type: ignore[misc]
            for n in numbers
            for a in range(1, 4)
        ],
        "draft": [
            lambda n=n, way=way: reader.draft(actor, n, way)  # type: ignore[misc]
            for n in numbers
            for way in Direction
        ],
        "drafts": [lambda: reader.drafts(actor)],
        "form_draft": [lambda n=n: reader.form_draft(actor, f"close {n}", now=NOW) for n in numbers],  # type: ignore[misc]
        "presence": [lambda: reader.presence(actor, now=NOW)],
        "incidents": [lambda: reader.incidents(actor)],
        "now_facts": [lambda each=each: reader.now_facts(actor, each, now=NOW) for each in filters],  # type: ignore[misc]
        "who_facts": [
            lambda team=team: reader.who_facts(actor, now=NOW, week=NOW - WEEK, horizon=NOW + WEEK, team=team)  # type: ignore[misc]
            for team in (None, "hr", "nope")
        ],
        "rotas": [lambda team=team: reader.rotas(actor, now=NOW, team=team) for team in (None, "hr", "nope")],  # type: ignore[misc]
        "ahead_facts": [
            lambda team=team: reader.ahead_facts(actor, now=NOW, horizon=NOW + WEEK, zone=ZoneInfo("UTC"), team=team)  # type: ignore[misc]
            for team in (None, "hr", "nope")
        ],
        "promises": [lambda n=n: reader.promises(actor, n, now=NOW) for n in numbers],  # type: ignore[misc]
        "why": [lambda n=n: reader.why(actor, n, now=NOW) for n in numbers],  # type: ignore[misc]
        "past": [
            lambda each=each: reader.past(actor, each, start=NOW - WEEK, end=NOW + WEEK, now=NOW)  # type: ignore[misc]
            for each in filters
        ],
        "assets": [lambda: list(reader.assets(AssetQuery(all=True)))],
        "asset": [lambda n=n: reader.asset(actor, n, now=NOW) for n in ("t-17", "X-1", "nope")],  # type: ignore[misc]
        "asset_kinds": [reader.asset_kinds],
        "begun_assets": [lambda: reader.begun_assets("")],
        "equipment_board": [lambda: reader.equipment_board(actor)],
        "login_keys": [reader.login_keys],
        "slas": [reader.slas],
        "sla": [lambda: reader.sla("office")],
        "hours": [lambda: reader.hours(1)],
        "blocked": [reader.blocked],
        "health": [lambda: reader.health(actor, NOW)],
        "is_walled": [lambda: reader.is_walled(actor)],
        "undoable": [lambda: reader.undoable(actor, now=NOW)],
        "playbooks": [lambda: reader.playbooks(actor)],
        "playbook": [lambda: reader.playbook(actor, "opening")],
        "playbook_runs": [lambda: reader.playbook_runs(actor, now=NOW, finished=True)],
        "playbook_progress": [lambda n=n: reader.playbook_progress(actor, n, now=NOW) for n in numbers],  # type: ignore[misc]
        "ledger": [
            lambda sought=sought: reader.ledger(actor, limit=0, sought=sought)  # type: ignore[misc]
            for sought in (None, Sought(mailbox="hr"), *(Sought(number=n) for n in numbers))
        ],
        "outbox": [lambda n=n: reader.outbox(actor, limit=0, number=n) for n in (None, *numbers)],  # type: ignore[misc]
        "quarantine": [lambda: reader.quarantine(actor, ended=True)],
        "quarantined": [lambda: reader.quarantined(actor, 1)],
    }


def said(questions: list[Callable[[], object]]) -> str:
    """All answers as text; what is refused is an answer as well."""
    answers: list[object] = []
    for ask in questions:
        try:
            answers.append(ask())
        except SdeskError as error:
            answers.append(type(error).__name__)
    return "\n".join(map(repr, answers)).replace("[SD-1] hi", "[] hi").replace("[SD-9999] hi", "[] hi")


def test_nothing_of_a_private_ticket_is_anywhere(walled: MailDesk) -> None:
    with Reader(walled.path) as reader:
        boris, olga = reader.actor("boris"), reader.actor("olga")
        questions = everything(reader, boris)
        public = {name for name, _ in inspect.getmembers(Reader) if not name.startswith("_")}
        assert set(questions) == public
        answers = {name: said(asked) for name, asked in questions.items()}
        for name, text in answers.items():
            found = [word for word in SECRETS if word in text.lower()]
            assert not found, (name, found, text)
            assert not re.search(r"\bSD-[126]\b|number=[126]\b", text), (name, text)
        # The same questions have a lot to say to one who may know, and something to boris.
        known = everything(reader, olga)
        telling = ("page", "walk", "rows", "ticket", "raw", "attachment", "ledger", "outbox")
        for name in (*telling, "recent_subjects", "callers", "tags", "suppliers", "filter_names", "facet", "views"):
            assert any(word in said(known[name]).lower() for word in SECRETS), name
        assert "number=2, agent='anna'" in said(known["presence"])
        # That equipment stands somewhere is no secret; that tickets are about it is one.
        for name, told in (("equipment_board", "ticket=2"), ("asset", "tickets=(2,)"), ("filter_names", "T-17")):
            assert told in said(known[name]), name
            assert told not in answers[name], name
        # That there is a service `leave` is no secret; that tickets are about it is one.
        for name in ("usual_services", "facet"):
            assert "'leave'" in said(known[name]), name
            assert "'leave'" not in answers[name], name
        assert answers["require"].split("\n") == [
            "None" if number in reader.rows(boris, [number], now=NOW) else "'NotFound'" for number in range(1, 8)
        ]
        assert said(known["require"]).split("\n") == ["None"] * 6 + ["'NotFound'"]
        assert reader.is_new(reader.actor("vera"))
        assert not reader.is_new(boris)
        for name in ("page", "walk", "rows", "next_ticket", "ticket"):
            assert "SD-3" in answers[name], name
        wanted = Filter((Match("status", tuple(Status)),))
        numbers = range(1, 200)
        for actor in (boris, olga):
            assert set(reader.numbers(actor, wanted, now=NOW)) == set(reader.rows(actor, numbers, now=NOW))
        assert len(reader.numbers(boris, wanted, now=NOW)) < len(reader.numbers(olga, wanted, now=NOW))
        # Numbers: neither lists nor the header count what is hidden.
        anybody = Filter(())
        assert reader.count(boris, anybody, now=NOW) == reader.counts_of(boris, [anybody], now=NOW)[0] == 3
        assert reader.counts(boris, now=NOW).open == 3
        assert reader.counts(boris, now=NOW).quarantine == 0


def test_a_number_that_stands_behind_a_wall_looks_like_one_that_does_not_exist(walled: MailDesk) -> None:
    with Reader(walled.path) as reader:
        boris = reader.actor("boris")

        def story(number: int) -> str:
            detail = reader.ticket(boris, number, now=NOW)
            rows = [(row.outcome, row.reason) for row in reader.ledger(boris, limit=0) if row.number == number]
            return f"{[(each.actor, each.event, each.data) for each in detail.history]} {detail.links} {rows}"

        assert "opens no door" in story(3)
        assert story(3) == story(4)


def test_an_external_id_is_taken_wherever_its_ticket_stands(walled: MailDesk) -> None:
    walled.new("olga", service="leave", external_id="OLD-7")
    walled.new("anna", service="other", external_id="OLD-8")
    for taken in ("OLD-7", "OLD-8"):
        with pytest.raises(Refused, match=f"^the external id `{taken}` is taken. give another with --external-id$"):
            walled.new("boris", service="other", external_id=taken)


def test_who_may_not_see_a_ticket_keeps_no_draft_and_no_mark_of_it(walled: MailDesk) -> None:
    boris = walled.actor("boris")
    for number in (1, 2, 777):
        with pytest.raises(NotFound):
            save_draft(walled.desk, boris, number, Direction.OUT, "Hm", now=NOW)
        with pytest.raises(NotFound):
            mark_seen(walled.desk, boris, [3, number], now=NOW)
        with Reader(walled.path) as reader, pytest.raises(NotFound):
            reader.draft(boris, number, Direction.NOTE)
    assert walled.rows("SELECT ticket_id FROM draft UNION SELECT ticket_id FROM seen") == [(2,)]
