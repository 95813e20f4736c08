"""The ways of the portal, and how a request goes along one: bounds, proofs, a thread, a page, whatever happens."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sdesk.domain.errors import NotFound, Refused, SdeskError, Unavailable
from sdesk.domain.phrase import phrase
from sdesk.portal import security
from sdesk.portal.forms import MOST_READ, TooMuch, TooSlow, Unreadable, drained, read_form
from sdesk.portal.limits import Limit, Limits, network_of
from sdesk.portal.office import Office
from sdesk.portal.pages import WAYS
from sdesk.portal.pages.way import Way
from sdesk.portal.rendering import stylesheet
from sdesk.portal.visit import FORGED, OLD, Asked, Visit, begin, kept, sign_in_first
from sdesk.store.reader.portal_reader import PortalReader

Log = Callable[[str], None]

NOWHERE = NotFound(phrase("there is no such page"), phrase("see what is offered"))
_ASKED = Limit(60, 900)
"""How often one network may ask for links: people of an office share an address."""
_TRIED = Limit(300, 900)
"""How often it may open one, or press its button."""
_FORMS = Limit(40, 600)
"""How often one session may send a form."""
_BYTES = Limit(150_000_000, 3600)
"""How many bytes of files one session may send."""


class Portal:
    """What the ways share."""

    def __init__(self, office: Office, log: Log, *, verbose: bool = False) -> None:
        self.office = office
        self._home = urlsplit(office.base)
        self._names = frozenset({self._home.hostname or "", "localhost", "127.0.0.1", "::1"})
        """By which names the portal is reached."""
        self._log = log
        self._verbose = verbose
        self._asked = Limits(_ASKED, time.monotonic)
        self._tried = Limits(_TRIED, time.monotonic)
        self._forms = Limits(_FORMS, time.monotonic)
        self._bytes = Limits(_BYTES, time.monotonic)

    async def answer(self, request: Request, way: Way) -> Response:
        """One request, from its first byte to the answer."""
        started = time.monotonic()
        try:
            response = await self._answered(request, way)
        except Exception as error:
            # Before there is a page, or in the page that says so.
            self._tell_bug(request.method, way, error)
            response = PlainTextResponse("Something went wrong. Please try again.\n", 500)
        if self._verbose:
            # The way and not the path: a path may hold a key.
            took = round((time.monotonic() - started) * 1000)
            self._log(f"{request.method} {way.path} {response.status_code} {took} ms")
        return response

    async def _answered(self, request: Request, way: Way) -> Response:
        if not self._is_asked_for_us(request):
            await drained(request)
            return PlainTextResponse("This is not the address of the portal.\n", 421)
        asked = _asked(request, secure=self._is_secure(request))
        error, status = self._limited(asked, way), 429
        if error is None and request.method == "POST":
            origin = self._origin(request, asked)
            if not security.comes_from_here(request.headers, origin):
                await drained(request)
                return await self._say(asked, FORGED, 403)
            asked = replace(asked, ours=security.is_said_to_be_ours(request.headers, origin))
            takes = True
            try:
                if way.files:
                    takes = await self._is_signed_in(asked)
                    declined = await self._before_files(asked, request, takes=takes)
                else:
                    declined = None
            except Unavailable as busy:
                declined = _plain(busy)
            if declined is not None:
                await drained(request)
                return declined
            try:
                asked = replace(asked, form=await read_form(request, files=way.files, takes=takes))
            except TooMuch:
                error, status = _TOO_MUCH, 413
            except TooSlow:
                error, status = _TOO_SLOW, 408
            except Unreadable:
                error, status = _UNREADABLE, 400
        if error is not None:
            await drained(request)
            return await self._say(asked, error, status)
        try:
            return await self.office.run(lambda reader: self._made(asked, way, reader), writes=request.method == "POST")
        except Unavailable as busy:
            return _plain(busy)
        finally:
            if asked.form is not None:
                asked.form.close()

    def _made(self, asked: Asked, way: Way, reader: PortalReader) -> Response:
        """In a thread: the page, or what is wrong in words."""
        visit = begin(asked, self.office, reader)
        proved = visit.form.whole and security.is_proved(visit.form_key, visit.form.text("proof"))
        try:
            if way.signed_in and visit.visitor is None:
                response = kept(visit) if asked.ours and visit.form.words() else sign_in_first(asked)
            elif asked.method == "POST" and not proved:
                response = _once_more(visit, way)
            else:
                response = way.page(visit)
        except SdeskError as error:
            response = visit.problem(error)
        except Exception as error:
            # A page that fails must not take the others along: it is said in words, and told to who runs the portal.
            self._tell_bug(asked.method, way, error)
            response = visit.problem(_BUG, status=500)
        return visit.finished(response)

    def _tell_bug(self, method: str, way: Way, error: Exception) -> None:
        self._log(f"a bug at {method} {way.path}: {type(error).__name__}: {error}\n{traceback.format_exc()}")

    async def _say(self, asked: Asked, error: SdeskError, status: int) -> Response:
        """A page that says what is wrong, where no way was gone."""

        def page(reader: PortalReader) -> Response:
            return begin(asked, self.office, reader).problem(error, status=status)

        try:
            return await self.office.run(page, writes=False)
        except Unavailable as busy:
            return _plain(busy)

    async def nowhere(self, request: Request, error: Exception) -> Response:
        """What is not there, or not so: the same page for all of it."""
        await drained(request)
        status = error.status_code if isinstance(error, HTTPException) else 404
        if not self._is_asked_for_us(request):
            return PlainTextResponse("This is not the address of the portal.\n", 421)
        return await self._say(_asked(request, secure=self._is_secure(request)), NOWHERE, status)

    def _limited(self, asked: Asked, way: Way) -> SdeskError | None:
        key = security.read_key(dict(asked.cookies), security.SESSION, secure=asked.secure)
        wait = None
        if way.of_links:
            wait = (self._tried if "token" in asked.params else self._asked).take(asked.network)
        elif asked.method == "POST":
            wait = self._forms.take(key or asked.network)
        return _too_often(wait) if wait is not None else None

    async def _is_signed_in(self, asked: Asked) -> bool:
        def signed_in(reader: PortalReader) -> bool:
            return begin(asked, self.office, reader).visitor is not None

        key = security.read_key(dict(asked.cookies), security.SESSION, secure=asked.secure)
        return key is not None and await self.office.run(signed_in, writes=False)

    async def _before_files(self, asked: Asked, request: Request, *, takes: bool) -> Response | None:
        """What declines a form with files before it is read: nobody is signed in (`takes`), or it was much already.

        Where the browser says that it is ours, its words are read all the same, to be kept on a page.
        """
        if not takes:
            # Of no session that there is: whoever makes up another each time is of one network all the same.
            wait = self._forms.take(asked.network)
            if wait is not None:
                return await self._say(asked, _too_often(wait), 429)
            return None if asked.ours else sign_in_first(asked)
        size = request.headers.get("content-length", "")
        much = float(size) if size.isascii() and size.isdecimal() and len(size) < 13 else _BYTES.most
        key = security.read_key(dict(asked.cookies), security.SESSION, secure=asked.secure) or ""
        if self._bytes.take(key, min(much, MOST_READ)) is None:
            return None
        return await self._say(asked, _TOO_MANY_FILES, 429)

    def _is_asked_for_us(self, request: Request) -> bool:
        """Whether the Host is ours: a page of elsewhere must not reach the portal under a name of its own."""
        return _host_of(request) in self._names

    def _is_secure(self, request: Request) -> bool:
        """Whether the visitor's browser is asked over TLS: so the proxy says, or the address that is the portal's."""
        home = self._home
        return request.url.scheme == "https" or (home.scheme == "https" and home.hostname == _host_of(request))

    def _origin(self, request: Request, asked: Asked) -> str:
        return f"{'https' if asked.secure else 'http'}://{request.headers.get('host', '')}"


_BUG = Refused(phrase("something went wrong here, and it is not your fault"), phrase("try again in a while"))
_TOO_MUCH = Refused(phrase("this is more than can be sent at once"), phrase("send smaller files, 25 MB together"))
_TOO_SLOW = Refused(phrase("the form did not come to its end"), phrase("go back and send it again"))
_UNREADABLE = Refused(phrase("the form did not arrive whole"), phrase("go back and send it again"))
_TOO_MANY_FILES = Refused(phrase("these are many files within a short time"), phrase("try again in an hour"))


def _once_more(visit: Visit, way: Way) -> Response:
    """A form that is not proved is never worked. Where the browser says that it was sent from a page of the portal,
    it is shown once more with what was typed, to be looked at and sent by a button of its own."""
    if way.again is None or not visit.asked.ours:
        return visit.problem(FORGED)
    return way.again(visit, OLD)


def _too_often(wait: float) -> Refused:
    """`wait`: seconds until it may be tried again."""
    minutes = max(1, round(wait / 60))
    return Refused(
        phrase("this was too often within a short time"), phrase("try again in {minutes} min", minutes=minutes)
    )


def _host_of(request: Request) -> str:
    """The name for which a browser took us; empty for what is none."""
    try:
        return urlsplit(f"//{request.headers.get('host', '').lower()}").hostname or ""
    except ValueError:
        return ""


def _plain(error: SdeskError) -> Response:
    """Where no page can be made."""
    return PlainTextResponse(f"{error}.\n", 503, headers={"Retry-After": "5"})


def _asked(request: Request, *, secure: bool) -> Asked:
    return Asked(
        method=request.method,
        path=request.url.path,
        query=dict(request.query_params),
        params=dict(request.path_params),
        cookies=dict(request.cookies),
        accepts_language=request.headers.get("accept-language", ""),
        network=network_of(request.client.host) if request.client is not None else "",
        secure=secure,
    )


async def _stylesheet(request: Request) -> Response:
    fields = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(stylesheet(), media_type="text/css", headers=fields)


async def _no_icon(request: Request) -> Response:
    return Response(status_code=204, headers={"Cache-Control": "public, max-age=86400"})


async def _robots(request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


def make_app(portal: Portal) -> Starlette:
    """The application (ASGI)."""

    def endpoint(way: Way) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            return await portal.answer(request, way)

        return answer

    routes = [Route(way.path, endpoint(way), methods=[way.method], name=f"{way.method} {way.path}") for way in WAYS]
    app = Starlette(
        routes=[
            *routes,
            Route("/portal.css", _stylesheet),
            Route("/robots.txt", _robots),
            Route("/favicon.ico", _no_icon),
        ],
        middleware=[Middleware(security.Fields)],
        exception_handlers={404: portal.nowhere, 405: portal.nowhere},
    )
    # It would lead to whatever name stands in Host, before anybody looks whether that is ours.
    app.router.redirect_slashes = False
    return app
