"""The pages, an idea each; and the table of the ways to them."""

from __future__ import annotations

from sdesk.portal.pages import approving, entrance, rating, services, tickets, units
from sdesk.portal.pages.way import Way

WAYS: tuple[Way, ...] = (
    Way("GET", "/", entrance.home),
    Way("GET", "/language/{code}", entrance.choose_language),
    Way("GET", "/sign-in", entrance.ask),
    Way("POST", "/sign-in", entrance.send_link, of_links=True, again=entrance.once_more),
    Way("GET", "/sign-in/sent", entrance.link_sent),
    Way("GET", "/sign-in/{token}", entrance.enter, of_links=True),
    Way("POST", "/sign-in/{token}", entrance.sign_in, of_links=True),
    Way("POST", "/sign-out", entrance.sign_out, signed_in=True),
    Way("GET", "/status", units.status),
    Way("GET", "/services", services.listed, signed_in=True),
    Way("GET", "/services/{key}", services.shown, signed_in=True),
    Way("POST", "/services/{key}", services.asked, signed_in=True, files=True, again=services.once_more),
    Way("GET", "/requests", tickets.listed, signed_in=True),
    Way("GET", "/requests/{number}", tickets.shown, signed_in=True),
    Way("POST", "/requests/{number}/words", tickets.written, signed_in=True, files=True, again=tickets.once_more),
    Way("POST", "/requests/{number}/solved", tickets.solved, signed_in=True, again=tickets.once_more),
    Way("POST", "/requests/{number}/again", tickets.again, signed_in=True, files=True, again=tickets.once_more),
    *(
        Way("GET", f"/requests/{{number}}/{form}", tickets.back, signed_in=True)
        for form in ("words", "solved", "again")
    ),
    Way("GET", "/requests/{number}/files/{file}", tickets.file, signed_in=True),
    Way("GET", "/approvals/{number}", approving.asked_inside, signed_in=True),
    Way("POST", "/approvals/{number}", approving.answered_inside, signed_in=True, again=approving.once_more_inside),
    Way("GET", "/approve/{token}", approving.asked, of_links=True),
    Way("POST", "/approve/{token}", approving.answered, of_links=True, again=approving.once_more),
    Way("GET", "/rate/{token}", rating.asked, of_links=True),
    Way("POST", "/rate/{token}", rating.answered, of_links=True, again=rating.once_more),
    Way("GET", "/units/{key}", units.unit, signed_in=True),
)
"""The first that fits is gone."""
