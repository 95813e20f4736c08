"""Samples of trouble with the structure, the names of attachments, the body, and what is sealed."""

from __future__ import annotations

import base64
import quopri

from troubles import Trouble, file, letter, multipart, part, parts, text

DOWN = part("text/plain", "It is down.")
HTML = part("text/html", "<p>It is <b>down</b>.</p>")
PDF = part("application/pdf", "%PDF", "Content-Disposition: attachment; filename=a.pdf")
INNER = b"From: Carl <carl@customer.example>\nSubject: Ring\n\nThe stone fell out.\n"
SHOWN = (
    "---------- Forwarded message ---------\nFrom: Carl <carl@customer.example>\nSubject: Ring\n\nThe stone fell out."
)


def _nested(levels: int) -> bytes:
    inner = DOWN
    for level in range(levels):
        inner = multipart("mixed", inner, boundary=f"L{level}")
    head, _, body = inner.partition(b"\n\n")
    return letter(more=head + b"\n", body=body)


STRUCTURE = (
    Trouble("odd boundaries", parts("mixed", DOWN, PDF, boundary="=_(odd)' ?:/=x"), files=("a.pdf",)),
    Trouble(
        "repeated boundaries",
        parts("mixed", multipart("alternative", DOWN, HTML), PDF),
        files=("a.pdf",),
        text="It is down.\n\nIt is down.",
        defects=None,
    ),
    Trouble(
        "missing boundaries",
        letter(more="Content-Type: multipart/mixed\n", body=multipart("mixed", DOWN, PDF).partition(b"\n\n")[2]),
        files=("a.pdf",),
        defects=("a multipart without a boundary",),
    ),
    Trouble(
        "never closed boundaries",
        parts("mixed", PDF, DOWN, end=""),
        files=("a.pdf",),
        defects=None,
    ),
    Trouble(
        "a transfer encoding on a multipart",
        parts("mixed", DOWN, PDF).replace(b"MIME-Version", b"Content-Transfer-Encoding: base64\nMIME-Version"),
        files=("a.pdf",),
        defects=("a transfer encoding on a multipart",),
    ),
    Trouble(
        "several text parts",
        parts("mixed", DOWN, PDF, part("text/plain", "Come soon.")),
        text="It is down.\n\nCome soon.",
        files=("a.pdf",),
    ),
    Trouble("alternatives that differ", parts("alternative", DOWN, part("text/html", "<p>Other words.</p>"))),
    Trouble("an empty text/plain beside a full HTML part", parts("alternative", part("text/plain", " \n\n"), HTML)),
    Trouble("an attachment inside an alternative", parts("alternative", DOWN, HTML, PDF), files=("a.pdf",)),
    Trouble(
        "a root that is no text",
        letter(more="Content-Type: image/jpeg; name=till.jpg\nContent-Transfer-Encoding: base64\n", body="/9j/"),
        text="",
        files=("till.jpg",),
    ),
    Trouble("an empty mail", letter(body=""), text=""),
    Trouble("attachments only", parts("mixed", PDF, PDF), text="", files=("a.pdf", "a.pdf")),
    Trouble(
        "nested message/rfc822",
        parts("mixed", DOWN, part("message/rfc822", INNER)),
        text=f"It is down.\n\n{SHOWN}",
        files=("Ring.eml",),
    ),
    Trouble(
        "nameless message/rfc822",
        parts("mixed", DOWN, part("message/rfc822", "\nThe stone fell out.\n")),
        files=("message.eml",),
        fields={"forwarded_from": None},
    ),
    Trouble(
        "root message/rfc822",
        letter(more="Content-Type: message/rfc822\n", body=INNER),
        text=SHOWN,
        files=("Ring.eml",),
    ),
    Trouble(
        "uuencode in the text",
        letter(body="It is down.\n\nbegin 644 ../note.txt\n%:&5L;&\\ \n`\nend\n"),
        files=("note.txt",),
    ),
    Trouble("parts nested a hundred deep", _nested(100)),
    Trouble(
        "ten thousand parts",
        parts("mixed", DOWN, *[PDF] * 10_000),
        files=("a.pdf",) * 1_000,
        defects=("more than 1000 attachments: the rest is only in the raw message",),
    ),
    Trouble(
        "one line of 50 MB",
        # A tenth of it here: the whole is in the slow tests.
        letter(body=b"down" * 1_250_000),
        text="down" * 125_000,
        files=("text.txt",),
        defects=("a text longer than 500000 characters: it is whole in the attachment",),
    ),
)

RUSSIAN = "отчёт за ноябрь.pdf"
WORD = "=?utf-8?b?" + base64.b64encode(RUSSIAN.encode()).decode() + "?="
PERCENT = "".join(f"%{byte:02X}" for byte in RUSSIAN.encode())
LOGO = part("image/png", "iVBORw==", "Content-Transfer-Encoding: base64", "Content-ID: <logo@x>")

NAMES = (
    Trouble("RFC 2047 in a parameter", file(f'attachment; filename="{WORD}"'), files=(RUSSIAN,)),
    Trouble("RFC 2047 in a parameter, unquoted", file(f"attachment; filename={WORD}"), files=(RUSSIAN,)),
    Trouble(
        "RFC 2047 in a parameter, folded",
        file('attachment;\n filename="=?utf-8?q?=D0=BE=D1=82=D1?=\n =?utf-8?q?=87=D1=91=D1=82.pdf?="'),
        files=("отчёт.pdf",),
    ),
    Trouble(
        "RFC 2231 continuations",
        file(f"attachment; filename*1*={PERCENT[21:]};\n filename*0*=utf-8''{PERCENT[:21]}"),
        files=(RUSSIAN,),
    ),
    Trouble(
        "RFC 2231 with a wrong charset",
        file(f"attachment; filename*=iso-8859-1''{PERCENT}"),
        files=(RUSSIAN,),
        defects=("an attachment's name is declared as windows-1252 and written in utf-8",),
    ),
    Trouble(
        "raw 8-bit",
        file(f'attachment; filename="{RUSSIAN}"'),
        files=(RUSSIAN,),
        defects=("8-bit characters without a charset in an attachment's name, read as utf-8",),
    ),
    Trouble("quotes", file('attachment; filename="the \\"till\\".pdf"'), files=("the _till_.pdf",)),
    Trouble("semicolons", file('attachment; filename="a;b.pdf"'), files=("a;b.pdf",)),
    Trouble("line breaks", file("attachment; filename*=utf-8''a%0D%0Ab.pdf"), files=("a b.pdf",)),
    Trouble("slashes", file('attachment; filename="/etc/cron.d/job.pdf"'), files=("job.pdf",)),
    Trouble("..", file('attachment; filename=".."'), files=("attachment",)),
    Trouble("blank", file('attachment; filename="  "'), files=("attachment.pdf",)),
    Trouble("the same name twice", parts("mixed", DOWN, PDF, PDF), files=("a.pdf", "a.pdf")),
    Trouble(
        "inline images without a file name",
        parts("related", part("text/html", '<p>It is down.<img src="cid:logo@x"></p>'), LOGO),
        files=("image.png*",),
    ),
    Trouble(
        "inline images with a file name",
        parts(
            "related",
            part("text/html", '<p>It is down.<img src="cid:logo@x"></p>'),
            LOGO.replace(b"image/png", b"image/png; name=logo.png"),
        ),
        files=("logo.png*",),
    ),
    Trouble(
        "winmail.dat",
        parts("mixed", DOWN, part("application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22")),
        files=("winmail.dat",),
        defects=("winmail.dat: its contents are not unpacked",),
    ),
    Trouble(
        "calendar invitations",
        parts(
            "alternative",
            DOWN,
            part(
                "text/calendar; method=REQUEST",
                "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Repair\nDTSTART;TZID=Europe/Moscow:20261102T100000\n"
                "LOCATION:Shop 17\nEND:VEVENT\nEND:VCALENDAR",
            ),
        ),
        text="It is down.\n\nInvitation: Repair\nWhen: Mon, 2 Nov 2026, 10:00 (Europe/Moscow)\nWhere: Shop 17",
        files=("invitation.ics",),
    ),
)

QP = quopri.encodestring("Касса".encode()).decode()
MARKUP = (
    "{{ ticket.secret }} {% raw %} ${HOME} $(reboot) [bold]x[/bold] [link=https://evil.example]y[/link] [@click=q]z[/]"
)

BODIES = (
    Trouble("HTML alone", text("<p>It is <b>down</b>.</p>", "text/html")),
    Trouble("HTML with script", text("<script>steal('<p>')</script><p>It is down.</p>", "text/html")),
    Trouble("HTML with style", text("<style>p {color: red}</style><p style='x'>It is down.</p>", "text/html")),
    Trouble("HTML with comments", text("<!-- <p>no</p> --><p>It is down.</p><!-- x", "text/html")),
    Trouble(
        "HTML with entities",
        text("It is &lt;down&gt; &amp; &#1071;&#27;&nbsp;.", "text/html"),
        text="It is <down> & Я␛ .",
    ),
    Trouble(
        "HTML with tables",
        text("<table><tr><td>till</td><td>down</td></tr><tr><td>7</td><td>up</td></tr></table>", "text/html"),
        text="till  down\n7     up",
    ),
    Trouble(
        "HTML with a thousand levels",
        text("<div>" * 1_000 + "It is down." + "</div>" * 1_000, "text/html"),
        defects=None,
    ),
    Trouble(
        "base64 that is broken",
        text("SXQgaXMgZG93bi4*", "text/plain", "base64"),
        defects=None,
    ),
    Trouble(
        "quoted-printable that is broken",
        text(f"{QP}: =D0=9=ZZ", "text/plain; charset=utf-8", "quoted-printable"),
        text="Касса: \ufffd=9=ZZ",
        defects=("broken quoted-printable in the text", "bytes that are no utf-8 in the text"),
    ),
    Trouble(
        "a From at a line's start",
        letter(body="From all of us: it is down.\n>From here too."),
        text="From all of us: it is down.\n>From here too.",
    ),
    Trouble(
        "format=flowed",
        text("It is \ndown.\n\n> you \n> said", "text/plain; format=flowed"),
        text="It is down.\n\n> you said",
    ),
    Trouble(
        "quoting of the usual programs",
        letter(
            more="In-Reply-To: <sd-1@desk.example>\n",
            body="It is down.\n\nOn Mon, Nov 2, 2026 at 8:41 AM Desk <d@desk.example> wrote:\n> Is it?\n",
        ),
    ),
    Trouble("signatures of the usual programs", letter(body="It is down.\n\n-- \nAnn\nShop 17\n")),
    Trouble(
        "forwarded text",
        letter(body=f"It is down.\n\n{SHOWN}"),
        text=f"It is down.\n\n{SHOWN}",
    ),
    Trouble("template tags and markup in the text", letter(body=MARKUP), text=MARKUP),
    Trouble(
        "escape sequences",
        letter(body=b"\x1b[2J\x1b]0;title\x07\x1b]8;;https://evil.example\x1b\\it is down\x9b31m"),
        text="␛[2J␛]0;title␇␛]8;;https://evil.example␛\\it is down›31m",
        defects=None,
    ),
    Trouble("bidirectional overrides", letter(body="gpj\u202e\u2066exe\u2069"), text="gpjexe", defects=None),
)

SIGNATURE = part("application/pkcs7-signature; name=smime.p7s", "MIAG", "Content-Transfer-Encoding: base64")

CRYPTO = (
    Trouble(
        "signed multiparts",
        parts("signed", DOWN, SIGNATURE),
        files=("smime.p7s",),
        defects=("signed (S/MIME): the signature is kept, and not checked",),
    ),
    Trouble(
        "opaque PKCS 7",
        letter(
            more="Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n",
            body="MIAG",
        ),
        text="",
        files=("smime.p7m",),
        defects=("S/MIME: the contents of the attachment are not read",),
    ),
    Trouble(
        "PGP/MIME",
        parts(
            "encrypted",
            part("application/pgp-encrypted", "Version: 1"),
            part("application/octet-stream; name=encrypted.asc", "-----BEGIN PGP MESSAGE-----"),
        ),
        text="",
        files=("attachment.asc", "encrypted.asc"),
        defects=("encrypted (PGP/MIME): it cannot be read here",),
    ),
    Trouble(
        "inline PGP",
        letter(body="-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"),
        text="-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----",
        defects=("encrypted (inline PGP): it cannot be read here",),
    ),
)
