"""One request on its way: who asks, in which language, what was sent, and how a page is made for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse, RedirectResponse, Response

from sdesk.desk.opening import Work
from sdesk.desk.sign_in import SESSION_LIVES
from sdesk.domain.actor import REQUESTER
from sdesk.domain.errors import BadInput, Conflict, NotFound, Refused, SdeskError, Unavailable
from sdesk.domain.phrase import phrase
from sdesk.portal import security
from sdesk.portal.forms import FILES, Form
from sdesk.portal.language import LANGUAGES, Speech, preferred
from sdesk.portal.office import Office
from sdesk.portal.rendering import render
from sdesk.store.reader.portal_reader import PortalReader
from sdesk.store.reader.portal_rows import VisitorRow

T = TypeVar("T")

_STATUS: tuple[tuple[type[SdeskError], int], ...] = (
    (NotFound, 404),
    (BadInput, 422),
    (Conflict, 409),
    (Refused, 403),
    (Unavailable, 503),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser asked for: taken off the wire, before anything is known of it."""

    method: str
    path: str
    query: Mapping[str, str]
    params: Mapping[str, str]
    """What stands in the path for its names."""
    cookies: Mapping[str, str]
    accepts_language: str
    network: str
    """From where; of a proxy what it says of that."""
    secure: bool
    form: Form | None = None
    ours: bool = False
    """Whether the browser says that the form was sent from a page of the portal (`security.is_said_to_be_ours`)."""


@dataclass(slots=True)
class Visit:
    """A request, with what the store knows of who asks."""

    asked: Asked
    office: Office
    reader: PortalReader
    now: datetime
    session: str | None
    """The key of the session, where somebody is signed in."""
    visitor: VisitorRow | None
    speech: Speech
    _fresh: str | None = field(default=None)
    """A key for forms that was made for this answer."""

    @property
    def who(self) -> VisitorRow:
        """Who is signed in: asked where nobody else comes to."""
        if self.visitor is None:
            raise TypeError("a page for who is signed in")
        return self.visitor

    @property
    def form(self) -> Form:
        """What was sent; nothing where it was a question."""
        return self.asked.form or Form()

    @property
    def form_key(self) -> str | None:
        """By which key the forms are proved that were shown to who asks."""
        if self.session is not None:
            return self.session
        return security.read_key(dict(self.asked.cookies), security.FORM, secure=self.asked.secure)

    @property
    def here(self) -> str:
        """The address of the page, to come back to in another language."""
        query = urlencode(self.asked.query) if self.asked.method == "GET" else ""
        return f"{self.asked.path}?{query}" if query else self.asked.path

    def proof(self) -> str:
        """What a form of this answer carries; who has no key yet gets one."""
        key = self.form_key or self._fresh
        if key is None:
            key = self._fresh = security.new_key()
        return security.proof(key)

    def write(self, case: Callable[[Work], T]) -> T:
        """A use case of who asks."""
        return self.office.write(case, self.now)

    def look(self, case: Callable[[Work], T]) -> T:
        """What a use case finds, without changing anything."""
        with self.office.desk.look(REQUESTER, self.now) as work:
            return case(work)

    def once(self, do: Callable[[], str]) -> str:
        """Work a form once, however often it is sent; gives where it leads."""
        once = self.form.text("once")
        return self.office.once(f"{self.session} {once}", do) if security.is_key(once) else do()

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A page of a template."""
        return HTMLResponse(render(self, template, values), status)

    def go(self, path: str, *, session: str | None = None) -> Response:
        """On to another page, after a form was worked; `session`: begin it."""
        response = RedirectResponse(path, 303)
        if session is not None:
            secure = self.asked.secure
            seconds = int(SESSION_LIVES.total_seconds())
            security.set_cookie(response, security.SESSION, session, secure=secure, seconds=seconds)
            security.drop_cookie(response, security.FORM, secure=secure)
        return response

    def problem(self, error: SdeskError, *, status: int | None = None) -> Response:
        """The page that says what is wrong."""
        code = status or status_of(error)
        return self.page("problem.html", status=code, words=self.speech.told_error(error), status_code=code)

    def finished(self, response: Response) -> Response:
        """The answer, with the cookie that its forms need."""
        if self._fresh is not None:
            security.set_cookie(response, security.FORM, self._fresh, secure=self.asked.secure, seconds=86_400)
        return response


def begin(asked: Asked, office: Office, reader: PortalReader) -> Visit:
    """What is known of who asks."""
    now = office.now()
    cookies = dict(asked.cookies)
    key = security.read_key(cookies, security.SESSION, secure=asked.secure)
    visitor = reader.visitor(key, now=now) if key is not None else None
    chosen = cookies.get(security.cookie_name(security.LANGUAGE, secure=asked.secure), "")
    known = (chosen, preferred(asked.accepts_language), visitor.language if visitor is not None else None)
    wished = next((each for each in known if each in LANGUAGES), None)
    desk = reader.desk.language
    language = wished or (desk if desk in LANGUAGES else next(iter(LANGUAGES)))
    speech = Speech(language, ZoneInfo(reader.desk.time_zone), now)
    return Visit(asked, office, reader, now, key if visitor is not None else None, visitor, speech)


def status_of(error: SdeskError) -> int:
    """The status of HTTP for what went wrong (RFC 9110 15)."""
    if error.about == FILES:
        return 413
    return next((code for kind, code in _STATUS if isinstance(error, kind)), 500)


def at_fields(speech: Speech, error: SdeskError, known: Sequence[str]) -> tuple[dict[str, str], str]:
    """What is wrong, by the field that it is about; and what is about none of them, else nothing."""
    found: dict[str, str] = {}
    beside: list[str] = []
    for each in (error, *(error.others if isinstance(error, BadInput) else ())):
        if each.about in known:
            found.setdefault(each.about, speech.told_error(each))
        else:
            beside.append(speech.told_error(each))
    return found, " ".join(beside)


def kept(visit: Visit) -> Response:
    """What somebody typed who is not signed in any more: it stays on a page of his own, and nothing is done with it.

    Once he is signed in he sends it on from there, and gets the form again with all of it (`Way.again`).
    """
    typed = {name: value for name, value in visit.form.values.items() if name not in _OWN}
    return visit.page(
        "kept.html",
        status=403,
        way=visit.asked.path,
        onward=_onward(visit.asked),
        typed=typed,
        words=visit.form.words(),
        had_files=bool(visit.form.uploads),
    )


_OWN = ("proof", "once", "question", "answer")
"""What nobody types: what the portal puts into its forms, and which button was pressed."""


def sign_in_first(asked: Asked) -> Response:
    """To the page that asks for an address; from there on to what was asked for. Whose form came too late reads so."""
    onward, late = _onward(asked), "&late=1" if asked.method == "POST" else ""
    return RedirectResponse("/sign-in" if onward == "/" else f"/sign-in?next={quote(onward)}{late}", 303)


def _onward(asked: Asked) -> str:
    return security.local_path(asked.path) if asked.path != "/sign-out" else "/"


FORGED = Refused(
    phrase("this form was not sent from a page of the portal, or its page is too old"),
    phrase("open the page again and send it from there"),
)
OLD = Refused(
    phrase("this page is too old, or you have signed in anew since it was opened, and nothing was sent"),
    phrase("look it over, and send it once more"),
)
