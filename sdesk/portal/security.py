"""What stands before every page: header fields of each answer, cookies, the proof that a form is the portal's own.

No page needs a script, a frame, or anything of another origin, so the policy allows none of it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import MutableMapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""Of what is to be saved: should a browser show it after all, then as of no origin, and without scripts."""

FIELDS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer that does not say otherwise."""

SESSION = "sdesk"
FORM = "sdesk-form"
"""The cookie of who is not signed in: what the forms shown to him are proved by."""
LANGUAGE = "sdesk-language"
ONWARD = "sdesk-onward"
"""The cookie with the page that was asked for before somebody signed in."""
_LOCAL = re.compile(r"(?:/[A-Za-z0-9._~-]+)+/?(?:\?[A-Za-z0-9._~=&%+-]*)?")
_KEY = re.compile(r"[0-9a-f]{32}")


class Fields:
    """Puts the fields on every answer, whoever gives it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI)."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in FIELDS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self.app(scope, receive, sending)


def cookie_name(name: str, *, secure: bool) -> str:
    """With `__Host-` a browser takes it from this very host alone, over TLS (RFC 6265bis 4.1.3)."""
    return f"__Host-{name}" if secure else name


def read_key(cookies: MutableMapping[str, str] | dict[str, str], name: str, *, secure: bool) -> str | None:
    """The key of a cookie; None where there is none, or it has not the form of one."""
    found = cookies.get(cookie_name(name, secure=secure), "")
    return found if is_key(found) else None


def is_key(text: str) -> bool:
    """Whether it has the form of a key (`new_key`)."""
    return _KEY.fullmatch(text) is not None


def new_key() -> str:
    """128 random bits."""
    return secrets.token_hex(16)


def set_cookie(response: Response, name: str, value: str, *, secure: bool, seconds: int) -> None:
    """A cookie that no script reads and that goes along with no request from elsewhere, but for links."""
    response.set_cookie(
        cookie_name(name, secure=secure),
        value,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, name: str, *, secure: bool) -> None:
    """Take a cookie away."""
    set_cookie(response, name, "", secure=secure, seconds=0)


def proof(key: str) -> str:
    """What a form carries, so that nobody who does not know the cookie can make one."""
    return hashlib.sha256(f"form {key}".encode()).hexdigest()


def is_proved(key: str | None, given: str) -> bool:
    """Whether a form that was sent is one that was shown to who has this cookie."""
    return key is not None and hmac.compare_digest(proof(key).encode(), given.encode(errors="replace"))


def comes_from_here(headers: Headers, own: str) -> bool:
    """Whether a form was sent from a page of the portal itself, as far as the browser says (`own`: scheme and host).

    With no referrer a browser calls its own pages' origin `null` (Fetch 3.2); what it says of the site then decides.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin is None or (origin == "null" and site == "same-origin"):
        return True
    return origin.lower() == own.lower()


def is_said_to_be_ours(headers: Headers, own: str) -> bool:
    """Whether the browser says that a form was sent from a page of the portal, and does not just say nothing of it."""
    site = headers.get("sec-fetch-site")
    return site == "same-origin" or (site is None and headers.get("origin", "").lower() == own.lower())


def local_path(text: str) -> str:
    """A path of the portal itself, to go on to; `/` for anything else: nobody is sent elsewhere."""
    return text if _LOCAL.fullmatch(text) else "/"
