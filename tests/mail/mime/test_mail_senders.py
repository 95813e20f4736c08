"""From, To, Reply-To as people and programs really write them."""

from __future__ import annotations

import pytest

from sdesk.domain.inbound import Mailbox
from sdesk.mail.mime.message import read


def sender(raw: bytes) -> Mailbox:
    return read(b"From: " + raw + b"\nSubject: x\n\ntext\n").sender


@pytest.mark.parametrize(
    ("raw", "address", "name"),
    [
        (b"ann@acme.example", "ann@acme.example", ""),
        (b"Ann Lee <ann@acme.example>", "ann@acme.example", "Ann Lee"),
        (b"<ann@acme.example>", "ann@acme.example", ""),
        (b"ann@ACME.Example (Ann Lee)", "ann@acme.example", "Ann Lee"),
        (b"Ann (of (the) shop) Lee <ann@acme.example>", "ann@acme.example", "Ann Lee"),
        (b'"Lee, Ann" <ann@acme.example>', "ann@acme.example", "Lee, Ann"),
        (b'"Ann \\"the\\" Lee" <ann@acme.example>', "ann@acme.example", 'Ann "the" Lee'),
        (b"=?utf-8?q?Lee=2C_Ann?= <ann@acme.example>", "ann@acme.example", "Lee, Ann"),
        (b'"=?utf-8?b?0JDQvdC90LA=?=" <ann@acme.example>', "ann@acme.example", "Анна"),
        (b"=?koi8-r?b?4c7OwQ==?= <ann@acme.example>", "ann@acme.example", "Анна"),
        ("Анна <ann@acme.example>".encode("windows-1251"), "ann@acme.example", "Анна"),
        ("Анна <ann@acme.example>".encode(), "ann@acme.example", "Анна"),
        (b"=?utf-8?q?boss=40bank.example?= <thief@evil.example>", "thief@evil.example", "boss@bank.example"),
        (b"Ann < ann @ acme.example >", "ann@acme.example", "Ann"),
        (b"Ann <<ann@acme.example>>", "ann@acme.example", "Ann"),
        (b'Ann <"ann"@acme.example>', "ann@acme.example", "Ann"),
        (b"'Ann' <ann@acme.example>", "ann@acme.example", "Ann"),
        (b"Ann <@relay.example,@other.example:ann@acme.example>", "ann@acme.example", "Ann"),
        (b"Ann ann@acme.example", "ann@acme.example", "Ann"),
        (b'"Ann <ann@acme.example>', "ann@acme.example", "Ann"),
        (b"<ann@acme.example> Ann", "ann@acme.example", "Ann"),
        (b"Ann <mailto:ann@acme.example>", "ann@acme.example", "Ann"),
        (b"Ann <ann@acme.example", "ann@acme.example", "Ann"),
        (b"Nobody <>, Ann <ann@acme.example>", "ann@acme.example", "Ann"),
        (b"Ann <ann@acme.example>, Bob <bob@acme.example>", "ann@acme.example", "Ann"),
        (b"Staff: Ann <ann@acme.example>, bob@acme.example;", "ann@acme.example", "Ann"),
        (b"Ann\n Lee\n\t<ann@acme.example>", "ann@acme.example", "Ann Lee"),
        (b"\x1b[31mAnn\x07 <ann@acme.example>", "ann@acme.example", "␛[31mAnn␇"),
        (b"Ann <ann@acme.example.>", "ann@acme.example", "Ann"),
        (b"Ann <o'brien@acme.example>", "o'brien@acme.example", "Ann"),
        (b"ann @ acme.example", "ann@acme.example", ""),
        (b"Ann <ann@[127.0.0.1]>", "ann@[127.0.0.1]", "Ann"),
        ("Мария <мария@магазин.рф>".encode(), "мария@магазин.рф", "Мария"),
        (b"Ann Lee", "", "Ann Lee"),
        (b"", "", ""),
        (b"<>", "", ""),
        (b"((((((", "", ""),
    ],
)
def test_sender(raw: bytes, address: str, name: str) -> None:
    assert sender(raw) == Mailbox(address, name)


NO_ADDRESSES = [
    b'"bob@corp.example,x0"@evil.example',
    b"bob@corp.example,x0@evil.example",
    b'"bob@corp.example>x0"@evil.example',
    b'"bob@corp.example x0"@evil.example',
    b"bob@corp.example x0@evil.example",
    b"x0@evil.example bob@corp.example",
    b'"bob@corp.example(x0)"@evil.example',
    b"bob@corp.example(x0)@evil.example",
    b"bob@corp.example;x0@evil.example",
    b'"a b"@acme.example',
    b'"a b".c@acme.example',
    b'a."b c"@acme.example',
    b'"a\\ b"@acme.example',
    b'"a\\"b"@acme.example',
    b'"ann"b@acme.example',
    b"a b@acme.example",
    b"ann@ac me.example",
    b"a..b@acme.example",
    b"ann@acme..example",
    b"a@b@acme.example",
    b"ann(x)@acme.example",
    b"ann@acme.example\x00",
    b"\x1b[2Jann@acme.example",
    "ann\u200b@acme.example".encode(),
    "ann\u202e@acme.example".encode(),
]
"""What stands between angle brackets, and could be made an address, which would be somebody else's."""
NO_ADDRESSES_WITHOUT_BRACKETS = [
    b'"bob@corp.example,x0"@evil.example',
    b'"bob@corp.example x0"@evil.example',
    b"bob@corp.example x0@evil.example",
    b"bob@corp.example(x0)@evil.example",
    b'"a b"@acme.example',
    b'"a b" @ acme.example',
    b'"a b".c@acme.example',
    b'a."b c"@acme.example',
    b'"a b@acme.example"',
    b'"a b@acme.example',
    b"a\\ b@acme.example",
    b"ann@ac me.example",
]


@pytest.mark.parametrize("field", [*(b"Eve <" + each + b">" for each in NO_ADDRESSES), *NO_ADDRESSES_WITHOUT_BRACKETS])
def test_an_address_is_never_made_of_what_is_none(field: bytes) -> None:
    mail = read(
        b"Return-Path: <x0@evil.example>\nSender: x0@evil.example\nFrom: " + field + b"\nTo: " + field + b"\nCc: "
        b"ann@acme.example, " + field + b"\nReply-To: " + field + b"\nDelivered-To: " + field + b"\n\ntext\n"
    )
    assert mail.sender.address == ""
    assert (mail.to, mail.reply_to, mail.delivered_to) == ((), (), ())
    assert [box.address for box in mail.cc] == ["ann@acme.example"]
    for name in ("From", "To", "Cc", "Reply-To"):
        assert f"what is no address in {name}" in mail.defects


def test_an_encoded_word_never_becomes_part_of_an_address() -> None:
    mail = read(b"From: Ann <=?utf-8?q?boss=40bank.example?=@evil.example>\n\ntext\n")
    assert mail.sender.address == "=?utf-8?q?boss=40bank.example?=@evil.example"
    assert "an encoded word in an address of From" in mail.defects


def test_an_address_that_is_wholly_encoded_is_only_a_name() -> None:
    # What a program shows as <boss@bank.example> is not where an answer would go.
    mail = read(b"Return-Path: <thief@evil.example>\nFrom: =?utf-8?b?Qm9zcyA8Ym9zc0BiYW5rLmV4YW1wbGU+?=\n\ntext\n")
    assert mail.sender == Mailbox("thief@evil.example", "Boss <boss@bank.example>")
    assert "no address in From" in mail.defects


def test_without_from_the_sender_field_then_the_envelope_counts() -> None:
    both = read(b"Sender: Ann <ann@acme.example>\nReturn-Path: <bounce@acme.example>\nSubject: x\n\ntext\n")
    assert both.sender == Mailbox("ann@acme.example", "Ann")
    assert "no From field" in both.defects
    assert read(b"Return-Path: <bounce@acme.example>\nSubject: x\n\ntext\n").sender.address == "bounce@acme.example"


def test_of_two_from_fields_the_first_usable_counts_and_both_are_told() -> None:
    mail = read(b"From: <>\nFrom: Ann <ann@acme.example>\nSubject: x\n\ntext\n")
    assert mail.sender.address == "ann@acme.example"
    assert "more than one From field" in mail.defects


def test_recipients() -> None:
    mail = read(
        b"From: a@acme.example\nTo: undisclosed-recipients:;\nTo: Desk <Desk@DESK.example>; hr@desk.example\n"
        b"Cc: Just a name, =?utf-8?q?M=C3=BCller=2C_J?= <m@acme.example>\nReply-To:\nDelivered-To: desk@desk.example\n"
        b"X-Original-To: support+12.abc@desk.example\n\ntext\n"
    )
    assert [box.address for box in mail.to] == ["Desk@desk.example", "hr@desk.example"]
    assert mail.cc == (Mailbox("m@acme.example", "Müller, J"),)
    assert mail.reply_to == ()
    assert mail.delivered_to == ("desk@desk.example", "support+12.abc@desk.example")


def test_the_envelope_sender() -> None:
    assert read(b"From: a@acme.example\n\nx").return_path is None
    assert read(b"Return-Path: <>\nFrom: a@acme.example\n\nx").return_path == ""
    assert read(b"Return-Path: <b@acme.example>\nFrom: a@acme.example\n\nx").return_path == "b@acme.example"
