"""`mail send`, `mail outbox`, `desk template`, `take-back`, and what `reply` takes along."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from command_line import NOW, Sdesk
from desks import DESK_FILE
from smtp import Post

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def config(post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration that names the server."""
    path = tmp_path / "config.toml"
    path.write_text(f'[smtp]\nhost = "127.0.0.1"\nport = {post.port}\nsecurity = "none"\ntimeout = 5\n')
    monkeypatch.setenv("SDESK_CONFIG", str(path))
    return path


@pytest.fixture
def answered(at_desk: Path, sdesk: Sdesk) -> int:
    """A ticket with an answer in the outbox; gives the mail."""
    ran = sdesk("new", "--subject", "Till", "--text", "It beeps.", "--requester", "maria@shop.example")
    assert ran.code == 0, ran
    assert sdesk("reply", "1", "--text", "On my way.").code == 0
    rows = json.loads(sdesk("mail", "outbox", "list", "-o", "json").out)
    return next(int(row["id"]) for row in rows if row["kind"] == "reply")


def later(doubles: object) -> None:
    doubles.now = LATER  # type: ignore[attr-defined]


def test_sending_counts_what_it_did(sdesk: Sdesk, answered: int, config: Path, post: Post, doubles: object) -> None:
    ran = sdesk("mail", "send", "-o", "json")
    assert (ran.code, json.loads(ran.out)[0]["sent"]) == (0, 0)
    later(doubles)
    ran = sdesk("mail", "send", "-o", "json")
    (row,) = json.loads(ran.out)
    assert list(row) == ["sent", "failed", "retried", "held", "left", "seconds", "partly", "told", "given_up"]
    assert (ran.code, row["sent"], row["left"]) == (0, 1, 0)
    assert ("maria@shop.example",) in [taken.recipients for taken in post.taken]
    (message,) = [
        each for each in json.loads(sdesk("show", "1", "-o", "json").out)["messages"] if each["direction"] == "out"
    ]
    assert message["delivery"] == "sent"


def test_agents_are_told_too(sdesk: Sdesk, answered: int, config: Path, post: Post, doubles: object) -> None:
    (row,) = json.loads(sdesk("mail", "send", "-o", "json").out)
    told = sorted(taken.recipients[0] for taken in post.taken)
    assert row["told"] == len(told) > 0
    assert all(address in {"anna@desk.example", "boris@desk.example"} for address in told)


def test_who_did_not_get_a_copy_is_counted_and_said(
    sdesk: Sdesk, answered: int, config: Path, post: Post, doubles: object
) -> None:
    assert sdesk("reply", "1", "--text", "And more.", "--cc", "gone@shop.example").code == 0
    post.refuse["gone@shop.example"] = "550 no such user"
    later(doubles)
    ran = sdesk("mail", "send", "-o", "json")
    assert (ran.code, json.loads(ran.out)[0]["partly"]) == (6, 1)
    assert "1 mail did not reach everybody. see `sdesk mail outbox list`" in ran.err
    rows = json.loads(sdesk("mail", "outbox", "list", "--state", "sent", "-o", "json").out)
    assert "it did not reach gone@shop.example: 550 no such user" in [row["error"] for row in rows]


def test_a_bug_is_said_as_every_other(
    sdesk: Sdesk, answered: int, config: Path, post: Post, doubles: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("sdesk.mail.outbox.send.render", broken)
    later(doubles)
    ran = sdesk("mail", "send", "--debug")
    assert ran.code == 6
    assert "sdesk: error: a bug in sdesk: ZeroDivisionError: of all things; report it\n" in ran.err
    assert "in broken" in ran.err
    (row,) = json.loads(sdesk("mail", "outbox", "list", "--state", "queued", "-o", "json").out)
    assert row["error"] == "a bug: ZeroDivisionError: of all things"


def test_without_a_server_in_the_configuration(sdesk: Sdesk, answered: int) -> None:
    ran = sdesk("mail", "send")
    assert ran.code == 2
    assert "no server for it is configured. add an [smtp] table to" in ran.err


def test_a_server_out_of_reach(sdesk: Sdesk, answered: int, config: Path, post: Post, doubles: object) -> None:
    config.write_text('[smtp]\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"\n')
    later(doubles)
    ran = sdesk("mail", "send", "-o", "json")
    assert (ran.code, ran.out) == (5, "")
    assert ran.err == "sdesk: error: the mail server 127.0.0.1:1 could not be reached: Connection refused\n"


def test_a_refusal_is_shown_on_the_ticket_and_mended(
    sdesk: Sdesk, answered: int, config: Path, post: Post, doubles: object
) -> None:
    post.refuse["maria@shop.example"] = "550 5.1.1 no \x1b[31msuch user"
    later(doubles)
    ran = sdesk("mail", "send")
    # The agents were told: done in part.
    assert ran.code == 6
    assert "1 mail will not arrive. see `sdesk mail outbox list --state failed`" in ran.err
    shown = sdesk("show", "1", "--history").out
    assert "no ␛[31msuch user" in shown
    assert "\x1b" not in shown
    listed = sdesk("mail", "outbox", "list", "--state", "failed", "-o", "json")
    assert [row["id"] for row in json.loads(listed.out)] == [answered]
    post.refuse.clear()
    ran = sdesk("mail", "outbox", "retry", "--failed")
    assert ran.out == f"mail {answered} goes with the next `sdesk mail send`\n"
    assert sdesk("mail", "send", "-o", "json").code == 0
    assert "such user" not in sdesk("show", "1").out


def test_the_outbox_for_eyes(sdesk: Sdesk, answered: int) -> None:
    ran = sdesk("mail", "outbox", "show", str(answered))
    assert ran.code == 0, ran
    assert ran.out.startswith("State: queued\nFrom: Anna Orlova, IT support <support@desk.example>\n")
    assert "Subject: Re: [SD-1] Till\n" in ran.out
    assert "\n\nOn my way.\n" in ran.out
    raw = sdesk("mail", "outbox", "show", str(answered), "--raw").out
    assert 'From: "Anna Orlova, IT support" <support@desk.example>' in raw
    listed = json.loads(sdesk("mail", "outbox", "list", "--ticket", "SD-1", "-o", "json").out)
    assert answered in [row["id"] for row in listed]
    assert sdesk("mail", "outbox", "list", "--ticket", "2").code == 3
    assert sdesk("mail", "outbox", "list", "--state", "faild").err.endswith("did you mean `failed`?\n")
    assert sdesk("mail", "outbox", "show", "999").code == 3


def test_what_nobody_named_and_what_is_refused(sdesk: Sdesk, answered: int) -> None:
    assert sdesk("mail", "outbox", "retry").code == 2
    assert sdesk("mail", "outbox", "retry", "1", "--failed").code == 2
    ran = sdesk("mail", "outbox", "retry", "--failed")
    assert (ran.code, ran.out) == (0, "nothing to do: no mail is in that state\n")
    assert sdesk("mail", "outbox", "release", str(answered)).code == 1
    ran = sdesk("mail", "outbox", "discard", str(answered), "999", "--yes")
    assert (ran.code, ran.out) == (6, f"mail {answered} never goes\n")
    assert sdesk("mail", "outbox", "discard", str(answered), "--yes").code == 1


def test_what_went_is_shown_as_of_then(sdesk: Sdesk, answered: int, config: Path, post: Post, doubles: object) -> None:
    later(doubles)
    assert sdesk("mail", "send").code == 0
    went = next(taken for taken in post.taken if taken.recipients == ("maria@shop.example",))
    doubles.now = NOW + timedelta(days=3)  # type: ignore[attr-defined]
    shown = sdesk("mail", "outbox", "show", str(answered))
    assert shown.code == 0, shown
    assert shown.out.startswith("State: sent 2026-11-23 12:05\nNote: made anew as of then: ")
    assert f"Date: {went.mail['Date']}\n" in shown.out
    raw = sdesk("mail", "outbox", "show", str(answered), "--raw")
    assert raw.out.replace("\r\n", "\n").split("\n\n")[0].splitlines()[0:2] == [
        'From: "Anna Orlova, IT support" <support@desk.example>',
        "To: maria@shop.example",
    ]
    assert "made anew" in raw.err


def test_a_notification_is_shown_with_those_it_went_with_and_no_key(
    sdesk: Sdesk, answered: int, config: Path, post: Post, doubles: object
) -> None:
    for subject in ("Scale", "Printer"):
        assert (
            sdesk("new", "--subject", subject, "--text", "x", "--requester", "karl@shop.example", "-o", "ids").code == 0
        )
    listed = json.loads(sdesk("mail", "outbox", "list", "--state", "queued", "-o", "json").out)
    waiting = [row["id"] for row in listed if row["kind"] == "notification"]
    ran = sdesk("mail", "outbox", "show", str(waiting[0]))
    assert ran.code == 0, ran
    assert "3 tickets, the first: " in ran.out
    assert sdesk("mail", "send").code == 0
    digest = next(taken for taken in post.taken if "3 tickets" in taken.mail["Subject"])
    rows = json.loads(sdesk("mail", "outbox", "list", "--state", "sent", "-o", "json").out)
    together = [row for row in rows if row["to"] == [digest.recipients[0]]]
    assert len([row for row in together if row["sent_with"] is not None]) == len(together) - 1
    for row in together:
        shown = sdesk("mail", "outbox", "show", str(row["id"])).out
        assert f"Message-ID: {digest.mail['Message-ID']}" in shown
        for subject in ("Till", "Scale", "Printer"):
            assert subject in shown
    assert any(f", with mail {row['sent_with']}" in sdesk("mail", "outbox", "show", str(row["id"])).out for row in rows)


def test_a_digest_shows_no_ticket_behind_a_wall(
    sdesk: Sdesk, at_desk: Path, config: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDESK_AGENT", "olga")
    new = ("new", "--text", "x", "--requester", "karl@acc.shop.example")
    assert sdesk(*new, "--subject", "Leave", "--service", "leave").code == 0
    assert sdesk(*new, "--subject", "Till").code == 0
    monkeypatch.setenv("SDESK_AGENT", "anna")
    rows = json.loads(sdesk("mail", "outbox", "list", "-o", "json").out)
    shown = [sdesk("mail", "outbox", "show", str(row["id"])) for row in rows]
    assert all(ran.code == 0 for ran in shown)
    assert not any("Leave" in ran.out for ran in shown)


@pytest.mark.parametrize("words", [["retry"], ["discard", "--yes"]])
def test_a_dry_run_changes_no_mail(sdesk: Sdesk, answered: int, words: list[str]) -> None:
    before = sdesk("mail", "outbox", "list", "-o", "json").out
    ran = sdesk("mail", "outbox", words[0], str(answered), "--dry-run", *words[1:])
    assert (ran.code, ran.out.startswith(f"dry run: mail {answered} ")) == (0, True)
    assert sdesk("mail", "outbox", "list", "-o", "json").out == before


def test_what_became_of_mails_in_json(sdesk: Sdesk, answered: int) -> None:
    ran = sdesk("mail", "outbox", "discard", str(answered), "999", "-o", "json")
    assert ran.code == 6
    assert [(row["id"], row["changed"]) for row in json.loads(ran.out)] == [(answered, True), (999, False)]
    assert sdesk("mail", "outbox", "retry", str(answered), "--fields", "nothing").code == 2


def test_what_is_discarded_keeps_why_it_failed(
    sdesk: Sdesk, answered: int, config: Path, post: Post, doubles: object
) -> None:
    post.refuse["maria@shop.example"] = "550 no such user"
    later(doubles)
    sdesk("mail", "send")
    assert sdesk("mail", "outbox", "discard", str(answered)).code == 0
    (row,) = json.loads(sdesk("mail", "outbox", "list", "--state", "taken_back", "-o", "json").out)
    assert row["error"] == "discarded by anna: maria@shop.example: 550 no such user"


def test_taking_back(sdesk: Sdesk, answered: int, doubles: object) -> None:
    assert sdesk("take-back", "1", "-n").out == "dry run: the answer of SD-1 is taken back: its text is your draft\n"
    assert sdesk("take-back", "1").code == 0
    ran = sdesk("take-back", "1")
    assert (ran.code, "taken back already" in ran.err) == (1, True)


def test_what_goes_along_with_an_answer(sdesk: Sdesk, answered: int, tmp_path: Path) -> None:
    file = tmp_path / "fuse.png"
    file.write_bytes(b"\x89PNG")
    ran = sdesk(
        "reply", "1", "--text", "See.", "--attach", str(file), "--cc-all", "--wait", "requester", "--until", "2d"
    )
    assert ran.code == 0, ran
    assert ran.out.startswith("SD-1 answered, waits for the requester until ")
    messages = json.loads(sdesk("show", "1", "-o", "json").out)["messages"]
    assert [(each["name"], each["type"], each["size"]) for each in messages[-1]["attachments"]] == [
        ("fuse.png", "image/png", 4)
    ]
    for path in (tmp_path / "none", tmp_path):
        ran = sdesk("reply", "1", "--text", "See.", "--attach", str(path))
        assert (ran.code, "cannot be attached" in ran.err) == (2, True)


def test_templates_are_listed_and_shown(sdesk: Sdesk, answered: int) -> None:
    rows = json.loads(sdesk("desk", "template", "list", "-o", "json").out)
    assert {(row["name"], row["language"], row["origin"]) for row in rows} >= {("reply", "ru", "program")}
    ran = sdesk("desk", "template", "show", "resolution", "--ticket", "SD-1", "--language", "ru")
    assert ran.code == 0, ran
    assert ran.out.startswith("Template: resolution in ru, of the program\nFrom: ")
    assert "Мы считаем заявку SD-1 решённой." in ran.out
    for name in ("notification", "digest", "acknowledgement"):
        assert sdesk("desk", "template", "show", name, "--ticket", "1").code == 0
    for language in ("en", "ru"):
        for name in {row["name"] for row in rows}:
            ran = sdesk("desk", "template", "show", name, "--language", language)
            # A link into the portal is of no ticket.
            assert (ran.code, "SD-12" in ran.out) == (0, name != "sign_in"), ran
    ran = sdesk("desk", "template", "show", "aknowledgement", "--ticket", "1")
    assert (ran.code, "did you mean `acknowledgement`?" in ran.err) == (3, True)
    assert sdesk("desk", "template", "show", "reply", "--ticket", "99").code == 3


def test_the_source_of_a_template_is_the_beginning_of_ones_own(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    for team, origin in (("", "desk"), ("it", "team it")):
        options = ("--language", "ru", *(("--team", team) if team else ()))
        shown = sdesk("desk", "template", "show", "acknowledgement", *options).out
        ran = sdesk("desk", "template", "show", "acknowledgement", "--source", *options)
        assert ran.code == 0, ran
        own = tmp_path / "own.toml"
        own.write_text(DESK_FILE + ran.out.replace("Здравствуйте", 'Пишет \\"\\"\\"\\\\'), encoding="utf-8")
        applied = sdesk("desk", "apply", str(own))
        assert applied.code == 0, applied
        again = sdesk("desk", "template", "show", "acknowledgement", *options).out
        assert f"Template: acknowledgement in ru, of the {origin}\n" in again
        assert again.split("\n\n", 1)[1] == shown.split("\n\n", 1)[1].replace("Здравствуйте", 'Пишет """\\')
        own.write_text(DESK_FILE, encoding="utf-8")
        assert sdesk("desk", "apply", str(own)).code == 0


def test_a_look_at_a_template_waits_for_no_writer(sdesk: Sdesk, at_desk: Path, answered: int) -> None:
    with closing(sqlite3.connect(at_desk, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for more in ((), ("--ticket", "1"), ("--source",)):
            assert sdesk("desk", "template", "show", "reply", *more).code == 0
        assert sdesk("desk", "template", "list").code == 0
        other.execute("ROLLBACK")


def test_the_outbox_of_a_private_team_is_hidden(sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDESK_AGENT", "olga")
    sdesk("new", "--subject", "Leave", "--text", "x", "--requester", "karl@acc.shop.example", "--service", "leave")
    assert sdesk("reply", "1", "--text", "Granted.").code == 0
    (mail, *_) = [row["id"] for row in json.loads(sdesk("mail", "outbox", "list", "-o", "json").out)]
    monkeypatch.setenv("SDESK_AGENT", "boris")
    assert json.loads(sdesk("mail", "outbox", "list", "-o", "json").out) == []
    for words in (("show",), ("retry",), ("discard", "--yes")):
        ran = sdesk("mail", "outbox", words[0], str(mail), *words[1:])
        assert (ran.code, ran.out) == (3, "")
    assert sdesk("desk", "template", "show", "reply", "--ticket", "1").code == 3
