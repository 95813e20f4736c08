"""Coming in and going: an address is asked for, a link comes by mail, a button is pressed, and one is in."""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.responses import RedirectResponse, Response

from sdesk.desk import sign_in as use_case
from sdesk.domain.errors import BadInput, NotFound, Refused, SdeskError
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.phrase import phrase
from sdesk.portal import security
from sdesk.portal.language import LANGUAGES
from sdesk.portal.visit import Visit

LONGEST = 254
"""Characters of an address (RFC 5321 4.5.3.1.3)."""


def home(visit: Visit) -> Response:
    """To what is offered, or to the entrance."""
    return visit.go("/services" if visit.visitor is not None else "/sign-in")


def ask(visit: Visit) -> Response:
    """The page that asks for an address."""
    return _entrance(visit)


def _entrance(visit: Visit, *, status: int = 200, typed: str = "", error: str = "") -> Response:
    onward = security.local_path(visit.asked.query.get("next", "") or visit.form.text("next"))
    return visit.page(
        "sign_in.html", status=status, typed=typed, error=error, onward=onward, late="late" in visit.asked.query
    )


def send_link(visit: Visit) -> Response:
    """Take an address. What is said is the same whether the desk knows it, and so is how long it takes."""
    typed = visit.form.text("address").strip()[: LONGEST + 1]
    try:
        address = parse_mailbox(typed).address
        if len(address) > LONGEST:
            raise BadInput(phrase("this is too long for a mail address"))
    except BadInput as error:
        return _entrance(visit, status=422, typed=typed, error=visit.speech.told_error(error))
    visit.office.post(address, visit.speech.language)
    response = visit.go("/sign-in/sent")
    onward = security.local_path(visit.form.text("next"))
    if onward != "/":
        security.set_cookie(response, security.ONWARD, quote(onward), secure=visit.asked.secure, seconds=3600)
    return response


def once_more(visit: Visit, error: SdeskError) -> Response:
    """The page that asks for an address, with the one that was typed."""
    typed = visit.form.text("address")[: LONGEST + 1]
    return _entrance(visit, status=403, typed=typed, error=visit.speech.told_error(error))


def link_sent(visit: Visit) -> Response:
    """What is said to everybody."""
    return visit.page("link_sent.html")


def enter(visit: Visit) -> Response:
    """The page of a link: a button, and as whom one comes in: somebody else's may have been sent to who sees it.

    Where the link works no more nothing is said of anybody; that it does not is said once the button is pressed.
    """
    token = visit.asked.params["token"]
    return visit.page("enter.html", token=token, address=visit.look(lambda work: use_case.whose(work, token)))


def sign_in(visit: Visit) -> Response:
    """Use the link up: one is in, with a new key in the cookie, whatever there was in it."""
    old = visit.session
    try:
        key = visit.write(lambda work: use_case.sign_in(work, visit.asked.params["token"]))
    except Refused as error:
        return visit.page("link_dead.html", status=403, words=visit.speech.told_error(error))
    if old is not None:
        visit.write(lambda work: use_case.sign_out(work, old))
    secure = visit.asked.secure
    kept = visit.asked.cookies.get(security.cookie_name(security.ONWARD, secure=secure), "")
    onward = security.local_path(unquote(kept))
    response = visit.go(onward if onward != "/" else "/services", session=key)
    security.drop_cookie(response, security.ONWARD, secure=secure)
    return response


def sign_out(visit: Visit) -> Response:
    """End the session in the store, here or everywhere, and take the cookie away."""
    key = visit.session or ""
    everywhere = visit.form.text("everywhere") == "yes"
    visit.write(lambda work: use_case.sign_out(work, key, everywhere=everywhere))
    response = visit.go("/sign-in")
    security.drop_cookie(response, security.SESSION, secure=visit.asked.secure)
    return response


def choose_language(visit: Visit) -> Response:
    """Keep the choice in a cookie, and go back."""
    code = visit.asked.params["code"]
    if code not in LANGUAGES:
        raise NotFound(phrase("there is no such page"), phrase("see what is offered"))
    back = security.local_path(visit.asked.query.get("back", "/"))
    response = RedirectResponse(quote(back, safe="/?=&%+"), 303)
    security.set_cookie(response, security.LANGUAGE, code, secure=visit.asked.secure, seconds=365 * 86_400)
    return response
