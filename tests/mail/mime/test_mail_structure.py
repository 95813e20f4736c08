"""Multiparts of every shape, and those that have lost it."""

from __future__ import annotations

import base64
import time

import pytest

from sdesk.domain.inbound import InboundMail, Mailbox
from sdesk.mail.mime.message import read

HEAD = b"From: a@acme.example\nSubject: Till\nMIME-Version: 1.0\n"


def multipart(kind: str, *parts: bytes, boundary: str = "XX", end: str = "--\n") -> bytes:
    """Head and body of a multipart whose parts come with their own headers."""
    sep = b"--" + boundary.encode()
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
        + b"".join(sep + b"\n" + part + b"\n" for part in parts)
        + sep
        + end.encode()
    )


def part(content_type: str, body: str | bytes, *fields: str) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    return "\n".join([f"Content-Type: {content_type}", *fields]).encode() + b"\n\n" + data


def names(mail: InboundMail) -> list[str]:
    return [attachment.name for attachment in mail.attachments]


def test_plain_is_taken_from_an_alternative() -> None:
    mail = read(HEAD + multipart("alternative", part("text/plain", "plain"), part("text/html", "<p>html</p>")))
    assert (mail.body_text, mail.attachments, mail.defects) == ("plain", (), ())


@pytest.mark.parametrize("blank", ["", " \n\t\n", "\xa0\n"])
def test_html_is_taken_where_the_plain_part_is_blank(blank: str) -> None:
    mail = read(
        HEAD
        + multipart(
            "alternative", part("text/plain; charset=utf-8", blank), part("text/html", "<p>The till is down</p>")
        )
    )
    assert mail.body_text == "The till is down"


def test_html_is_taken_where_the_plain_part_only_says_that_there_is_html() -> None:
    stub = "Your mail program does not show HTML."
    mail = read(
        HEAD
        + multipart(
            "alternative", part("text/plain", stub), part("text/html", "<p>" + "The till is down. " * 20 + "</p>")
        )
    )
    assert mail.body_text.startswith("The till is down.")


def test_plain_stays_where_it_speaks_of_html() -> None:
    mail = read(
        HEAD
        + multipart(
            "alternative", part("text/plain", "The HTML is broken"), part("text/html", "<p>The HTML is broken</p>")
        )
    )
    assert mail.body_text == "The HTML is broken"


def test_alternatives_that_differ() -> None:
    mail = read(
        HEAD + multipart("alternative", part("text/plain", "short words"), part("text/html", "<p>other words</p>"))
    )
    assert mail.body_text == "short words"


def test_html_before_plain_in_an_alternative() -> None:
    assert (
        read(HEAD + multipart("alternative", part("text/html", "<p>h</p>"), part("text/plain", "p"))).body_text == "p"
    )


def test_an_attachment_inside_an_alternative_is_kept() -> None:
    inner = part(
        "application/pdf",
        "JVBERg==",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename=a.pdf",
    )
    mail = read(HEAD + multipart("alternative", part("text/plain", "p"), part("text/html", "<p>h</p>"), inner))
    assert names(mail) == ["a.pdf"]
    assert mail.attachments[0].content == b"%PDF"


def test_an_image_of_the_html_is_inline_and_an_attachment_is_not() -> None:
    image = part("image/png", "iVBORw==", "Content-Transfer-Encoding: base64", "Content-ID: <logo@x>")
    related = multipart("related", part("text/html", '<img src="cid:logo@x">Hello'), image, boundary="YY")
    pdf = part("application/pdf", "x", "Content-Disposition: attachment; filename=a.pdf")
    mail = read(HEAD + multipart("mixed", related, pdf))
    assert [(a.name, a.inline, a.content_id) for a in mail.attachments] == [
        ("image.png", True, "logo@x"),
        ("a.pdf", False, ""),
    ]
    assert mail.body_text == "Hello"


def image(*fields: str) -> bytes:
    return part("image/png", "iVBORw==", "Content-Transfer-Encoding: base64", *fields)


@pytest.mark.parametrize(
    ("html", "fields", "inline"),
    [
        ('<img src="cid:a%40x">', ["Content-ID: <a@x>"], True),
        ("<img src='CID:A@x'>", ["Content-ID: <a@x>", "Content-Disposition: attachment; filename=a.png"], True),
        ("<p>no picture</p>", ["Content-ID: <a@x>"], False),
        ("<p>no picture</p>", ["Content-ID: <a@x>", "Content-Disposition: inline; filename=photo.png"], False),
        ("<p>no picture</p>", ["Content-Disposition: inline; filename=photo.png"], True),
        ("<p>no picture</p>", ["Content-Disposition: attachment; filename=photo.png"], False),
        ("<p>no picture</p>", [], False),
    ],
)
@pytest.mark.parametrize("kind", ["related", "mixed"])
def test_what_the_html_refers_to_is_inline(kind: str, html: str, fields: list[str], inline: bool) -> None:
    mail = read(HEAD + multipart(kind, part("text/html", html), image(*fields)))
    assert [each.inline for each in mail.attachments] == [inline]


def test_a_pdf_that_apple_shows_within_the_text_is_an_attachment() -> None:
    pdf = part("application/pdf; name=bill.pdf", "x", "Content-Disposition: inline; filename=bill.pdf")
    mail = read(HEAD + multipart("mixed", part("text/plain", "above"), pdf, part("text/plain", "below")))
    assert (mail.body_text, names(mail), mail.attachments[0].inline) == ("above\n\nbelow", ["bill.pdf"], False)


def test_the_logo_of_a_signature_is_told_from_the_photo_that_was_sent() -> None:
    html = part("text/html", '<p>See the photo.</p><div id="Signature"><img src="cid:image001.png@1">Ann Lee</div>')
    logo = image("Content-ID: <image001.png@1>", 'Content-Disposition: inline; filename="image001.png"')
    photo = image('Content-Disposition: attachment; filename="till.png"')
    mail = read(HEAD + multipart("mixed", multipart("related", html, logo, boundary="YY"), photo))
    assert [(each.name, each.inline) for each in mail.attachments] == [("image001.png", True), ("till.png", False)]
    assert (mail.body_text, mail.body_quoted) == ("See the photo.", "-- \nAnn Lee")


def test_alternative_of_plain_and_related() -> None:
    related = multipart(
        "related", part("text/html", "<p>h</p>"), part("image/png", "x", "Content-ID: <i>"), boundary="YY"
    )
    mail = read(HEAD + multipart("alternative", part("text/plain", "p"), related))
    assert (mail.body_text, names(mail)) == ("p", ["image.png"])


def test_several_texts_are_all_shown() -> None:
    mail = read(
        HEAD
        + multipart("mixed", part("text/plain", "one"), part("text/html", "<b>two</b>"), part("text/plain", "three"))
    )
    assert mail.body_text == "one\n\ntwo\n\nthree"


@pytest.mark.parametrize("disposition", ["attachment; filename=notes.txt", 'inline; filename="notes.txt"'])
def test_a_text_with_a_name_is_an_attachment(disposition: str) -> None:
    mail = read(
        HEAD
        + multipart(
            "mixed", part("text/plain", "body"), part("text/plain", "notes", f"Content-Disposition: {disposition}")
        )
    )
    assert (mail.body_text, names(mail)) == ("body", ["notes.txt"])
    assert not mail.attachments[0].inline


def test_a_text_that_is_a_file_is_shown_where_there_is_no_other() -> None:
    named = part("text/plain; name=message.txt", "The till is down.", "Content-Disposition: inline")
    pdf = part("application/pdf", "x", "Content-Disposition: attachment; filename=a.pdf")
    mail = read(HEAD + multipart("mixed", named, pdf))
    assert (mail.body_text, names(mail)) == ("The till is down.", ["message.txt", "a.pdf"])
    hung = named.replace(b": inline", b": attachment")
    assert read(HEAD + multipart("mixed", hung, pdf)).body_text == ""


def test_amp_is_never_shown_as_its_source() -> None:
    amp = part("text/x-amp-html", "<html amp4email><body><p>The till is down.</p></body></html>")
    assert read(HEAD + multipart("alternative", amp)).body_text == "The till is down."
    assert read(HEAD + multipart("alternative", amp, part("text/html", "<p>h</p>"))).body_text == "h"


@pytest.mark.parametrize("kind", ["text/enriched", "text/richtext"])
def test_enriched_text_is_shown_without_its_tags(kind: str) -> None:
    assert read(HEAD + f"Content-Type: {kind}\n\n<bold>down</bold>\n".encode()).body_text.strip() == "down"


def test_a_root_that_is_no_text() -> None:
    mail = read(HEAD + b"Content-Type: application/pdf; name=scan.pdf\nContent-Transfer-Encoding: base64\n\nJVBERg==\n")
    assert (mail.body_text, names(mail), mail.attachments[0].content) == ("", ["scan.pdf"], b"%PDF")


def test_only_attachments() -> None:
    pdf = part("application/pdf", "x", "Content-Disposition: attachment; filename=a.pdf")
    mail = read(HEAD + multipart("mixed", pdf, pdf))
    assert (mail.body_text, names(mail)) == ("", ["a.pdf", "a.pdf"])


def test_an_embedded_message_is_an_attachment_named_by_its_subject() -> None:
    inner = b"From: b@x.example\nSubject: =?utf-8?b?0JrQsNGB0YHQsA==?=\n\ninner text\n"
    mail = read(HEAD + multipart("mixed", part("text/plain", "see below"), part("message/rfc822", inner)))
    assert names(mail) == ["Касса.eml"]
    assert mail.attachments[0].content == inner
    assert mail.body_text == (
        "see below\n\n---------- Forwarded message ---------\nFrom: b@x.example\nSubject: Касса\n\ninner text"
    )
    assert mail.forwarded_from == Mailbox("b@x.example")


def test_of_several_embedded_messages_none_is_what_was_forwarded() -> None:
    inner = part("message/rfc822", b"From: b@x.example\nSubject: one\n\ninner text\n")
    mail = read(HEAD + multipart("mixed", part("text/plain", "see below"), inner, inner))
    assert (names(mail), mail.body_text, mail.forwarded_from) == (["one.eml", "one.eml"], "see below", None)


def test_a_nameless_embedded_message_and_one_within_it() -> None:
    innermost = b"From: c@x.example\n\ndeep\n"
    inner = b"From: b@x.example\n" + multipart("mixed", part("message/rfc822", innermost), boundary="YY")
    mail = read(HEAD + multipart("mixed", part("message/rfc822", inner)))
    assert names(mail) == ["message.eml"]
    assert innermost in mail.attachments[0].content


def test_a_root_that_is_an_embedded_message() -> None:
    mail = read(HEAD + b"Content-Type: message/rfc822\n\nFrom: b@x.example\nSubject: inner\n\ntext\n")
    assert (mail.subject, names(mail)) == ("Till", ["inner.eml"])
    assert mail.body_text == ("---------- Forwarded message ---------\nFrom: b@x.example\nSubject: inner\n\ntext")
    assert mail.forwarded_from == Mailbox("b@x.example")


def test_a_digest_holds_messages() -> None:
    mail = read(HEAD + multipart("digest", b"\nSubject: one\n\nx", b"\nSubject: two\n\ny"))
    assert names(mail) == ["one.eml", "two.eml"]


@pytest.mark.parametrize(
    "boundary", ["a b", "a'b+c", "=_x(1)", "--", "----=_Part", "x" * 200, "with;semicolon", "a:b", "=?x?=", r"a\\b"]
)
def test_odd_boundaries(boundary: str) -> None:
    raw = HEAD + multipart(
        "mixed", part("text/plain", "one"), part("text/plain", "two"), boundary=boundary.replace("\\\\", "\\")
    )
    if "\\" in boundary:
        raw = raw.replace(b'boundary="a\\b"', b'boundary="a\\\\b"')
    assert read(raw).body_text == "one\n\ntwo"


@pytest.mark.parametrize("end", ["", "-", "\n"])
def test_a_boundary_that_is_never_closed(end: str) -> None:
    mail = read(HEAD + multipart("mixed", part("text/plain", "one"), part("text/plain", "two"), end=end))
    assert mail.body_text.startswith("one\n\ntwo")


def test_a_part_that_is_cut_in_the_middle() -> None:
    mail = read(
        HEAD + b'Content-Type: multipart/mixed; boundary="XX"\n\n--XX\nContent-Type: text/plain\n\none\n--XX\nContent-'
    )
    assert mail.body_text.startswith("one")
    assert mail.defects


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/mixed",
        "multipart/mixed; boundary=",
        'multipart/mixed; boundary="OTHER"',
        "multipart/mixed; boundary=\xff\xfe",
        'multipart/mixed; charset="',
    ],
)
def test_a_missing_or_wrong_boundary_is_found_in_the_text(content_type: str) -> None:
    body = multipart(
        "mixed",
        part("text/plain", "one"),
        part("application/pdf", "x", "Content-Disposition: attachment; filename=a.pdf"),
    )
    raw = HEAD + f"Content-Type: {content_type}\n\n".encode("latin-1") + body.partition(b"\n\n")[2]
    mail = read(raw)
    assert (mail.body_text, names(mail)) == ("one", ["a.pdf"])
    assert any("boundary" in defect for defect in mail.defects)


def test_a_boundary_that_is_given_twice() -> None:
    body = multipart("mixed", part("text/plain", "one")).partition(b"\n\n")[2]
    mail = read(HEAD + b"Content-Type: multipart/mixed; boundary=XX; boundary=YY\n\n" + body)
    assert mail.body_text == "one"


def test_the_same_boundary_inside() -> None:
    inner = multipart("alternative", part("text/plain", "p"), part("text/html", "<p>h</p>"))
    mail = read(
        HEAD
        + multipart("mixed", inner, part("application/pdf", "x", "Content-Disposition: attachment; filename=a.pdf"))
    )
    assert "p" in mail.body_text


def test_a_multipart_without_parts_shows_its_text() -> None:
    mail = read(HEAD + b'Content-Type: multipart/mixed; boundary="XX"\n\nThe till is down.\n')
    assert mail.body_text == "The till is down."


@pytest.mark.parametrize("encoding", ["quoted-printable", "8bit", "x-what"])
def test_a_transfer_encoding_on_a_multipart_is_ignored(encoding: str) -> None:
    raw = HEAD + f"Content-Transfer-Encoding: {encoding}\n".encode() + multipart("mixed", part("text/plain", "a=3D"))
    assert read(raw).body_text == "a=3D"


def test_a_multipart_that_is_base64_as_a_whole() -> None:
    body = multipart("mixed", part("text/plain", "one")).partition(b"\n\n")[2]
    raw = (
        HEAD
        + b"Content-Transfer-Encoding: base64\nContent-Type: multipart/mixed; boundary=XX\n\n"
        + base64.encodebytes(body)
    )
    assert read(raw).body_text == "one"


def test_an_empty_mail() -> None:
    mail = read(HEAD + b"\n")
    assert (mail.body_text, mail.body_quoted, mail.attachments, mail.defects) == ("", "", (), ())


def test_uuencode_within_the_text() -> None:
    raw = HEAD + b"\nsee the file\n\nbegin 644 ../note.txt\n%:&5L;&\\ \n`\nend\n\nbye\n"
    mail = read(raw)
    assert (names(mail), mail.attachments[0].content) == (["note.txt"], b"hello")
    assert mail.body_text == "see the file\n\n\nbye"


def test_words_that_only_look_like_uuencode_stay() -> None:
    text = "begin 644 things\nnot encoded at all\nend"
    assert read(HEAD + b"\n" + text.encode()).body_text == text


def test_a_hundred_levels() -> None:
    inner = part("text/plain", "the bottom")
    for level in range(100):
        inner = multipart("mixed", inner, boundary=f"L{level}")
    assert read(HEAD + inner).body_text == "the bottom"


@pytest.mark.parametrize("levels", [1_500, 3_000])
def test_thousands_of_levels_are_shown_as_one_text(levels: int) -> None:
    raw = b"".join(
        f'Content-Type: multipart/mixed; boundary="L{level}"\n\n--L{level}\n'.encode() for level in range(levels)
    )
    mail = read(HEAD + raw + b"Content-Type: text/plain\n\nthe bottom\n")
    assert "the bottom" in mail.body_text
    assert "parts nested too deep: the innermost are shown as they came" in mail.defects


def test_thousands_of_embedded_messages_one_in_another() -> None:
    mail = read(HEAD + b"Content-Type: message/rfc822\n\n" * 5_000 + b"\nthe bottom\n")
    assert len(mail.attachments) == 1
    assert mail.attachments[0].content.endswith(b"the bottom\n")


def test_ten_thousand_parts() -> None:
    started = time.process_time()
    texts = read(HEAD + multipart("mixed", *[part("text/plain", f"t{number}") for number in range(10_000)]))
    files = read(HEAD + multipart("mixed", *[part("application/pdf", "x") for _ in range(10_000)]))
    assert time.process_time() - started < 10
    assert texts.body_text.startswith("t0\n\nt1")
    assert len(files.attachments) == 1_000
    assert "more than 1000 attachments: the rest is only in the raw message" in files.defects


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_one_line_of_fifty_megabytes(kind: str, encoding: str) -> None:
    raw = HEAD + f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n".encode() + b"abcd" * 12_500_000
    started = time.process_time()
    mail = read(raw)
    assert time.process_time() - started < 20
    assert 0 < len(mail.body_text) <= 2_000_000
    assert mail.defects


def test_a_text_that_is_too_long_is_kept_whole_as_an_attachment() -> None:
    mail = read(HEAD + b"\n" + b"word " * 200_000)
    assert len(mail.body_text) == 500_000
    assert [len(a.content) for a in mail.attachments] == [1_000_000]


def test_a_calendar_part_is_an_attachment() -> None:
    calendar = part("text/calendar; method=REQUEST; charset=utf-8", "BEGIN:VCALENDAR\nEND:VCALENDAR")
    mail = read(
        HEAD + multipart("alternative", part("text/plain", "Meeting"), part("text/html", "<p>Meeting</p>"), calendar)
    )
    assert (mail.body_text, names(mail), mail.attachments[0].media_type) == (
        "Meeting",
        ["invitation.ics"],
        "text/calendar",
    )


def test_winmail_is_kept_and_told() -> None:
    mail = read(
        HEAD
        + multipart(
            "mixed", part("text/plain", "see"), part("application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22")
        )
    )
    assert names(mail) == ["winmail.dat"]
    assert mail.defects == ("winmail.dat: its contents are not unpacked",)


def test_a_signed_multipart_shows_its_text_and_keeps_the_signature() -> None:
    signature = part("application/pkcs7-signature; name=smime.p7s", "MIAG", "Content-Transfer-Encoding: base64")
    mail = read(HEAD + multipart("signed; micalg=sha-256", part("text/plain", "signed words"), signature))
    assert (mail.body_text, names(mail), mail.defects) == (
        "signed words",
        ["smime.p7s"],
        ("signed (S/MIME): the signature is kept, and not checked",),
    )


def test_opaque_pkcs7_is_kept_and_told() -> None:
    mail = read(
        HEAD + b"Content-Type: application/pkcs7-mime; smime-type=x\nContent-Transfer-Encoding: base64\n\nMIAG\n"
    )
    assert (mail.body_text, names(mail)) == ("", ["attachment.p7m"])
    assert mail.defects == ("S/MIME: the contents of the attachment are not read",)


def test_a_pgp_signature_is_kept_and_told() -> None:
    signature = part("application/pgp-signature; name=signature.asc", "-----BEGIN PGP SIGNATURE-----")
    mail = read(HEAD + multipart("signed; protocol=application/pgp-signature", part("text/plain", "words"), signature))
    assert (mail.body_text, names(mail)) == ("words", ["signature.asc"])
    assert mail.defects == ("signed (PGP/MIME): the signature is kept, and not checked",)


def test_pgp_mime_is_kept_and_told() -> None:
    sealed = part("application/octet-stream; name=encrypted.asc", "-----BEGIN PGP MESSAGE-----")
    mail = read(HEAD + multipart("encrypted; protocol=x", part("application/pgp-encrypted", "Version: 1"), sealed))
    assert names(mail) == ["attachment.asc", "encrypted.asc"]
    assert mail.defects == ("encrypted (PGP/MIME): it cannot be read here",)


def test_inline_pgp_is_told() -> None:
    mail = read(HEAD + b"\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert "encrypted (inline PGP): it cannot be read here" in mail.defects


def test_an_inline_pgp_signature_is_told() -> None:
    mail = read(HEAD + b"\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nwords\n-----BEGIN PGP SIGNATURE-----\n")
    assert "words" in mail.body_text
    assert mail.defects == ("signed (inline PGP): the signature is kept, and not checked",)
