"""Answers and forwards as the usual mail programs write them, in three languages, as plain text and as HTML alone.

Written by hand after what these programs send; each letter is the same few sentences, so that a test can say what of it
are own words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

DESK = "support@desk.example"
CARL = "carl@customer.example"


@dataclass(frozen=True)
class Tongue:
    """A language: what people say, and what their programs write."""

    code: str
    own: str
    asked: str
    please: str
    customer_says: str
    desk: str
    carl: str
    subject: str
    labels: tuple[str, str, str, str, str]
    """From, Sent, To, Subject, Date."""
    sent: str
    original: str
    forwarded: str
    apple_forwarded: str
    iphone: str
    outlook_mobile: str
    outlook_mobile_link: str
    gmail: str
    apple: str
    thunderbird: str
    mailru: str
    mailru_app: str
    yandex_app: str


EN = Tongue(
    code="en",
    own="Still broken, sorry.",
    asked="Please restart the till.",
    please="Please help this customer.",
    customer_says="The stone fell out.",
    desk="Service Desk",
    carl="Carl Fox",
    subject="Ring",
    labels=("From", "Sent", "To", "Subject", "Date"),
    sent="Monday, November 2, 2026 8:41 AM",
    original="-----Original Message-----",
    forwarded="Forwarded Message",
    apple_forwarded="Begin forwarded message:",
    iphone="Sent from my iPhone",
    outlook_mobile="Get {} for iOS",
    outlook_mobile_link="Outlook",
    gmail="On Mon, Nov 2, 2026 at 8:41 AM {name} <{address}> wrote:",
    apple="On 2 Nov 2026, at 08:41, {name} <{address}> wrote:",
    thunderbird="On 11/2/26 08:41, {name} wrote:",
    mailru="Monday, November 2, 2026 8:41 AM +03:00 from {name} <{address}>:",
    mailru_app="Sent from myMail for Android",
    yandex_app="Sent from Yandex Mail for mobile",
)
RU = Tongue(
    code="ru",
    own="Всё ещё не работает, увы.",
    asked="Перезагрузите, пожалуйста, кассу.",
    please="Помогите, пожалуйста, покупателю.",
    customer_says="Выпал камень из кольца.",
    desk="Служба поддержки",
    carl="Карл Фокс",
    subject="Кольцо",
    labels=("От", "Отправлено", "Кому", "Тема", "Дата"),
    sent="понедельник, 2 ноября 2026 г. 8:41",
    original="-----Исходное сообщение-----",
    forwarded="Пересылаемое сообщение",
    apple_forwarded="Начало переадресованного сообщения:",
    iphone="Отправлено с iPhone",
    outlook_mobile="Скачать {} для iOS",
    outlook_mobile_link="Outlook",
    gmail="пн, 2 нояб. 2026 г. в 08:41, {name} <{address}>:",
    apple="2 нояб. 2026 г., в 08:41, {name} <{address}> написал(а):",
    thunderbird="02.11.2026 08:41, {name} пишет:",
    mailru="Понедельник, 2 ноября 2026, 8:41 +03:00 от {name} <{address}>:",
    mailru_app="Отправлено из Почты Mail для Android",
    yandex_app="Отправлено из мобильного приложения Яндекс Почты",
)
DE = Tongue(
    code="de",
    own="Geht leider immer noch nicht.",
    asked="Bitte die Kasse neu starten.",
    please="Bitte diesem Kunden helfen.",
    customer_says="Der Stein ist herausgefallen.",
    desk="Service Desk",
    carl="Karl Fuchs",
    subject="Ring",
    labels=("Von", "Gesendet", "An", "Betreff", "Datum"),
    sent="Montag, 2. November 2026 08:41",
    original="-----Ursprüngliche Nachricht-----",
    forwarded="Weitergeleitete Nachricht",
    apple_forwarded="Anfang der weitergeleiteten Nachricht:",
    iphone="Von meinem iPhone gesendet",
    outlook_mobile="{} für iOS beziehen",
    outlook_mobile_link="Outlook",
    gmail="Am Mo., 2. Nov. 2026 um 08:41 Uhr schrieb {name} <{address}>:",
    apple="Am 02.11.2026 um 08:41 schrieb {name} <{address}>:",
    thunderbird="Am 02.11.26 um 08:41 schrieb {name}:",
    mailru="Montag, 2. November 2026, 08:41 +01:00 von {name} <{address}>:",
    mailru_app="Gesendet aus Mail.ru App für Android",
    yandex_app="Gesendet aus Yandex Mail für Mobilgeräte",
)
TONGUES = (EN, RU, DE)


@dataclass(frozen=True)
class Words:
    """Whose message is below whose words."""

    tongue: Tongue
    own: str
    below: str
    name: str
    address: str

    def line(self, shape: str) -> str:
        """A line that says who wrote."""
        return shape.format(name=self.name, address=self.address)

    def html_line(self, shape: str) -> str:
        """The same in HTML, the address a link."""
        link = f'&lt;<a href="mailto:{self.address}">{self.address}</a>&gt;'
        return shape.replace("<{address}>", "{address}").format(name=self.name, address=link)

    def fields(self, order: str = "fsto", *, sent: bool = True) -> list[tuple[str, str]]:
        """Label and value of a pasted header: f(rom) s(ent) t(o) o (subject)."""
        origin, sent_label, to, subject, date = self.tongue.labels
        label = sent_label if sent else date
        known = {
            "f": (origin, f"{self.name} <{self.address}>"),
            "s": (label, self.tongue.sent),
            "t": (to, "Ann Lee <ann@acme.example>"),
            "o": (subject, self.tongue.subject),
        }
        return [known[letter] for letter in order]

    def plain_fields(self, order: str = "fsto", *, sent: bool = True) -> str:
        """The header as lines."""
        return "\n".join(f"{label}: {value}" for label, value in self.fields(order, sent=sent))

    def html_fields(self, order: str = "fsto", *, sent: bool = True) -> str:
        """The header as Outlook writes it."""
        return "<br>".join(
            f"<b>{label}:</b> {value.replace('<', '&lt;').replace('>', '&gt;')}"
            for label, value in self.fields(order, sent=sent)
        )


Program = Callable[[Words], str]


# ---- plain ------------------------------------------------------------------------------------------


def outlook_classic(w: Words) -> str:
    return f"{w.own}\n\n{w.tongue.original}\n{w.plain_fields()}\n\n{w.below}\n"


def outlook_new(w: Words) -> str:
    return f"{w.own}\n{'_' * 32}\n{w.plain_fields()}\n\n{w.below}\n"


def outlook_mobile(w: Words) -> str:
    signature = w.tongue.outlook_mobile.format("Outlook") + "<https://aka.ms/o0ukef>"
    return f"{w.own}\n\n{signature}\n{'_' * 32}\n{w.plain_fields()}\n\n{w.below}\n"


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def gmail(w: Words) -> str:
    return f"{w.own}\n\n{w.line(w.tongue.gmail)}\n\n{quoted(w.below)}\n>\n"


def apple_mac(w: Words) -> str:
    return f"{w.own}\n\n> {w.line(w.tongue.apple)}\n> \n> {w.below}\n"


def apple_iphone(w: Words) -> str:
    return f"{w.own}\n\n{w.tongue.iphone}\n\n> {w.line(w.tongue.apple)}\n> \n> \ufeff{w.below}\n"


def thunderbird(w: Words) -> str:
    return f"{w.own}\n\n{w.line(w.tongue.thunderbird)}\n{quoted(w.below)}\n"


def mailru(w: Words) -> str:
    return f"{w.own}\n\n--\nAnn Lee\n\n{w.line(w.tongue.mailru)}\n\n>{w.below}\n>\n"


def mailru_app(w: Words) -> str:
    return f"{w.own}\n\n--\n{w.tongue.mailru_app}\n\n{w.line(w.tongue.mailru)}\n\n{w.below}\n"


def yandex(w: Words) -> str:
    return f'{w.own}\n\n02.11.2026, 08:41, "{w.name}" <{w.address}>:\n\n{w.below}\n'


def yandex_new(w: Words) -> str:
    _, _, to, subject, _ = w.tongue.labels
    head = f"----------------\n{to}: Ann Lee (ann@acme.example);\n{subject}: {w.tongue.subject};"
    return f'{w.own}\n\n{head}\n02.11.2026, 08:41, "{w.name}" <{w.address}>:\n\n{quoted(w.below)}\n'


def yandex_app(w: Words) -> str:
    return f'{w.own}\n\n-- \n{w.tongue.yandex_app}\n\n02.11.2026, 08:41, "{w.name}" <{w.address}>:\n\n{w.below}\n'


# ---- HTML alone -------------------------------------------------------------------------------------


def outlook_classic_html(w: Words) -> str:
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0cm} --></style>'
        f"</head><body lang=EN-US><div class=WordSection1><p class=MsoNormal>{w.own}<o:p></o:p></p>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p>"
        "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
        f"<p class=MsoNormal>{w.html_fields()}<o:p></o:p></p></div></div>"
        f"<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>{w.below}<o:p></o:p></p></div></body></html>"
    )


def outlook_new_html(w: Words) -> str:
    return (
        f'<html><body><div class="elementToProof" style="font-family: Aptos;">{w.own}</div>'
        '<div class="elementToProof"><br></div><div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
        '<font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">'
        f"{w.html_fields()}</font><div>&nbsp;</div></div><div><p>{w.below}</p></div></body></html>"
    )


def outlook_mobile_html(w: Words) -> str:
    link = f'<a href="https://aka.ms/o0ukef">{w.tongue.outlook_mobile_link}</a>'
    return (
        f'<html><body><div dir="ltr">{w.own}</div><div id="ms-outlook-mobile-body-separator-line"><br></div>'
        f'<div id="ms-outlook-mobile-signature">{w.tongue.outlook_mobile.format(link)}</div>'
        '<div id="mail-editor-reference-message-container"><div '
        'class="ms-outlook-mobile-reference-message skipProofing" '
        'style="border-width: 1pt medium medium; border-style: solid none none;">'
        f"{w.html_fields()}<br></div><div>{w.below}</div></div></body></html>"
    )


def gmail_html(w: Words) -> str:
    return (
        f'<div dir="ltr"><div>{w.own}</div></div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{w.html_line(w.tongue.gmail)}<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204)">'
        f'<div dir="ltr">{w.below}</div></blockquote></div>'
    )


def gmail_phone_html(w: Words) -> str:
    return (
        f'<div dir="auto">{w.own}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{w.html_line(w.tongue.gmail)}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex"><p dir="ltr">{w.below}</p></blockquote></div>'
    )


def apple_mac_html(w: Words) -> str:
    return (
        f'<html><body style="overflow-wrap: break-word;">{w.own}<br id="lineBreakAtBeginningOfMessage"><div><br>'
        f'<blockquote type="cite"><div>{w.html_line(w.tongue.apple)}</div><br class="Apple-interchange-newline">'
        f"<div><div>{w.below}</div></div></blockquote></div><br></body></html>"
    )


def apple_iphone_html(w: Words) -> str:
    return (
        f'<html><body dir="auto"><div dir="ltr"></div><div dir="ltr">{w.own}</div><div dir="ltr"><br></div>'
        f'<div dir="ltr">{w.tongue.iphone}</div><div dir="ltr"><br><blockquote type="cite">'
        f'{w.html_line(w.tongue.apple)}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff'
        f"{w.below}</div></blockquote></body></html>"
    )


def thunderbird_html(w: Words) -> str:
    return (
        f"<!DOCTYPE html><html><body><p>{w.own}</p>"
        f'<div class="moz-cite-prefix">{w.line(w.tongue.thunderbird)}<br></div>'
        '<blockquote type="cite" cite="mid:sd-12@desk.example">'
        f'<pre wrap="" class="moz-quote-pre">{w.below}</pre></blockquote>'
        '<div class="moz-signature">-- <br>Ann Lee</div></body></html>'
    )


def mailru_html(w: Words) -> str:
    return (
        f'<HTML><BODY><div>{w.own}</div><div>&nbsp;</div><div data-signature-widget="container"><div '
        'data-signature-widget="content"><div>--<br>Ann Lee</div></div></div><div>&nbsp;</div>'
        '<blockquote style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px;">'
        f'{w.html_line(w.tongue.mailru)}<br>&nbsp;<div id=""><div class="js-helper js-readmsg-msg"><div>{w.below}'
        "</div></div></div></blockquote></BODY></HTML>"
    )


def mailru_app_html(w: Words) -> str:
    return (
        f"<html><body><div>{w.own}<br><br>--<br>{w.tongue.mailru_app}</div>"
        '<blockquote style="border-left:1px solid #005FF9;margin:10px 0;padding:0 0 0 10px">'
        f"{w.html_line(w.tongue.mailru)}<br><br><div>{w.below}</div></blockquote></body></html>"
    )


def yandex_html(w: Words) -> str:
    return (
        f'<div>{w.own}</div><div>&nbsp;</div><div>02.11.2026, 08:41, "{w.name}" &lt;{w.address}&gt;:</div>'
        f"<blockquote><div>{w.below}</div></blockquote><div>&nbsp;</div>"
    )


def yandex_new_html(w: Words) -> str:
    _, _, to, subject, _ = w.tongue.labels
    return (
        f"<div>{w.own}</div><div>&nbsp;</div><div>----------------</div>"
        f"<div>{to}: Ann Lee (ann@acme.example);</div><div>{subject}: {w.tongue.subject};</div>"
        f'<div>02.11.2026, 08:41, "{w.name}" &lt;{w.address}&gt;:</div>'
        f"<blockquote><div>{w.below}</div></blockquote>"
    )


def yandex_app_html(w: Words) -> str:
    return (
        f"<div>{w.own}</div><div><br></div><div>-- <br>{w.tongue.yandex_app}</div><div><br></div>"
        f'<div>02.11.2026, 08:41, "{w.name}" &lt;{w.address}&gt;:</div><blockquote>{w.below}</blockquote>'
    )


REPLIES: dict[str, tuple[Program, ...]] = {
    "plain": (
        *(outlook_classic, outlook_new, outlook_mobile, gmail, apple_mac, apple_iphone, thunderbird),
        *(mailru, mailru_app, yandex, yandex_new, yandex_app),
    ),
    "html": (
        *(outlook_classic_html, outlook_new_html, outlook_mobile_html, gmail_html, gmail_phone_html),
        *(apple_mac_html, apple_iphone_html, thunderbird_html, mailru_html, mailru_app_html),
        *(yandex_html, yandex_new_html, yandex_app_html),
    ),
}


# ---- forwards ---------------------------------------------------------------------------------------


def _dashed(words: str, left: int = 8, right: int = 8) -> str:
    return f"{'-' * left} {words} {'-' * right}"


def forward_gmail(w: Words) -> str:
    head = w.plain_fields("fsot", sent=False)
    return f"{w.own}\n\n{_dashed('Forwarded message', 10, 9)}\n{head}\n\n\n{w.below}\n"


def forward_apple(w: Words) -> str:
    head = quoted(w.plain_fields("fost", sent=False))
    return f"{w.own}\n\n\n> {w.tongue.apple_forwarded}\n>\n{head}\n>\n> {w.below}\n".replace(
        f"> {w.tongue.apple_forwarded}", w.tongue.apple_forwarded
    )


def forward_thunderbird(w: Words) -> str:
    head = w.plain_fields("osft", sent=False).replace(": ", ": \t")
    return f"{w.own}\n\n\n{_dashed(w.tongue.forwarded)}\n{head}\n\n\n\n{w.below}\n"


def forward_mailru(w: Words) -> str:
    return f"{w.own}\n\n{_dashed(w.tongue.forwarded)}\n{w.plain_fields('ftso', sent=False)}\n\n{w.below}\n"


def forward_yandex(w: Words) -> str:
    return f'{w.own}\n\n{_dashed(w.tongue.forwarded)}\n02.11.2026, 08:41, "{w.name}" <{w.address}>:\n\n{w.below}\n'


def forward_apple_html(w: Words) -> str:
    fields = "".join(
        f'<div style="margin: 0px;"><span><b>{label}: </b></span><span>'
        f"{value.replace('<', '&lt;').replace('>', '&gt;')}<br></span></div>"
        for label, value in w.fields("fost", sent=False)
    )
    return (
        f'<html><body>{w.own}<br><div><br><blockquote type="cite"><div>{w.tongue.apple_forwarded}</div><br>'
        f"{fields}<br><div>{w.below}</div></blockquote></div></body></html>"
    )


def forward_gmail_html(w: Words) -> str:
    fields = "<br>".join(
        f"{label}: {value.replace('<', '&lt;').replace('>', '&gt;')}" for label, value in w.fields("fsot", sent=False)
    )
    return (
        f'<div dir="ltr">{w.own}<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f"---------- Forwarded message ---------<br>{fields}<br></div><br><br>"
        f'<div dir="ltr">{w.below}</div></div></div>'
    )


def forward_thunderbird_html(w: Words) -> str:
    rows = "".join(
        f'<tr><th valign="BASELINE" align="RIGHT" nowrap="nowrap">{label}: </th>'
        f"<td>{value.replace('<', '&lt;').replace('>', '&gt;')}</td></tr>"
        for label, value in w.fields("osft", sent=False)
    )
    return (
        f'<html><body><p>{w.own}</p><div class="moz-forward-container"><br><br>{_dashed(w.tongue.forwarded)}'
        f'<table class="moz-email-headers-table" cellpadding="0"><tbody>{rows}</tbody></table><br><br>{w.below}</div>'
        "</body></html>"
    )


def forward_mailru_html(w: Words) -> str:
    fields = "<br>".join(
        f"{label}: {value.replace('<', '&lt;').replace('>', '&gt;')}" for label, value in w.fields("ftso", sent=False)
    )
    return (
        f'<HTML><BODY><div>{w.own}</div><blockquote style="border-left:1px solid #0857A6;margin:10px;">'
        f"{_dashed(w.tongue.forwarded)}<br>{fields}<br><br><div>{w.below}</div></blockquote></BODY></HTML>"
    )


def forward_yandex_html(w: Words) -> str:
    return (
        f"<div>{w.own}</div><div>&nbsp;</div><div>{_dashed(w.tongue.forwarded)}</div>"
        f'<div>02.11.2026, 08:41, "{w.name}" &lt;{w.address}&gt;:</div><div>&nbsp;</div>'
        f"<blockquote><div>{w.below}</div></blockquote>"
    )


FORWARDS: dict[str, tuple[Program, ...]] = {
    "plain": (
        *(outlook_classic, outlook_new, outlook_mobile, forward_gmail, forward_apple, forward_thunderbird),
        *(forward_mailru, forward_yandex, yandex_new),
    ),
    "html": (
        *(outlook_classic_html, outlook_new_html, outlook_mobile_html, forward_gmail_html, forward_apple_html),
        *(forward_thunderbird_html, forward_mailru_html, forward_yandex_html, yandex_new_html),
    ),
}
