"""Requests: mine, one of them with its conversation, and what can be said to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from urllib.parse import quote

from starlette.responses import Response

from sdesk.desk import requests as use_cases
from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.domain.errors import NotFound, SdeskError
from sdesk.domain.inbound import InboundAttachment
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import safe_file_name
from sdesk.domain.ticket import Status
from sdesk.portal import security
from sdesk.portal.forms import MOST_BYTES, MOST_FILES
from sdesk.portal.visit import Visit, at_fields, status_of
from sdesk.portal.words import standing
from sdesk.store.reader.portal_reader import PAGE
from sdesk.store.reader.portal_rows import QuestionRow, RequestRow

SAFE_TYPES = frozenset({"application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp"})
"""What a telephone is to open with the right program; all else is bytes."""
FIELDS = ("text", "files")


def listed(visit: Visit) -> Response:
    """My requests: all at work, and those that are done with, page by page."""
    before = number_in(visit.asked.query.get("before", ""))
    at_work = () if before is not None else visit.reader.own_requests(visit.who, at_work=True)
    done = visit.reader.own_requests(visit.who, at_work=False, before=before)
    questions = visit.reader.questions(visit.who, now=visit.now)
    return visit.page(
        "requests.html",
        questions=questions if before is None else (),
        asked=numbers_of(questions),
        at_work=with_standing(visit, at_work, numbers_of(questions)),
        done=with_standing(visit, done[:PAGE]),
        older=done[PAGE - 1].number if len(done) > PAGE else None,
        before=before,
    )


def with_standing(
    visit: Visit, rows: tuple[RequestRow, ...], asked: Collection[int] = ()
) -> list[tuple[RequestRow, object]]:
    """Requests, each with where it stands; `asked`: which of them wait for the decision of who looks."""
    return [(row, standing(visit.speech, row, visit.now, asked=row.number in asked)) for row in rows]


def numbers_of(questions: Iterable[QuestionRow]) -> frozenset[int]:
    """Of which requests something is asked."""
    return frozenset(each.number for each in questions)


def shown(visit: Visit) -> Response:
    """One request."""
    return _page(visit, {})


def back(visit: Visit) -> Response:
    """To the request, for who asks for the address of a form that was sent: he reloads, or takes another language."""
    visit.reader.request(visit.who, number_of_path(visit))
    return visit.go(f"/requests/{number_of_path(visit)}")


def written(visit: Visit) -> Response:
    """Words, or files, are added."""
    return _said(visit, use_cases.follow_up)


def again(visit: Visit) -> Response:
    """It is not solved."""
    return _said(visit, use_cases.reopen)


def once_more(visit: Visit, error: SdeskError) -> Response:
    """The request with what was typed, where that was not worked."""
    return _page(visit, visit.form.values, error)


def solved(visit: Visit) -> Response:
    """It is solved."""
    number = number_of_path(visit)
    row = visit.reader.request(visit.who, number)
    # Of what is at work somebody should read why it went.
    _ = visit.speech.say
    text = _("It is solved.") if row.is_open else ""

    def confirm() -> str:
        visit.write(lambda work: use_cases.confirm_solved(work, number, address=visit.who.address, text=text))
        return f"/requests/{number}"

    return visit.go(visit.once(confirm))


def file(visit: Visit) -> Response:
    """A file, to be saved: it is never shown among the portal's own pages."""
    found = number_in(visit.asked.params["file"])
    if found is None:
        raise NotFound(phrase("there is no such file"), phrase("see your requests"))
    row, content = visit.reader.file(visit.who, number_of_path(visit), found, now=visit.now)
    name = safe_file_name(row.name)
    plain = "".join(char if (char.isascii() and char.isalnum()) or char in "._-" else "_" for char in name)
    return Response(
        content,
        media_type=row.media_type if row.media_type in SAFE_TYPES else "application/octet-stream",
        headers={
            # RFC 6266: the plain name for who does not know the other one.
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": security.FILE_POLICY,
        },
    )


Say = Callable[..., Change]
"""A use case that takes words and files."""


def _said(visit: Visit, case: Say) -> Response:
    number, form = number_of_path(visit), visit.form

    def say() -> str:
        files: tuple[InboundAttachment, ...] = form.files()
        if files:
            visit.office.require_room()

        def run(work: Work) -> Change:
            return case(work, number, address=visit.who.address, text=form.text("text"), attachments=files)

        visit.write(run)
        return f"/requests/{number}?said=1#last"

    try:
        return visit.go(visit.once(say))
    except NotFound:
        raise
    except SdeskError as error:
        return _page(visit, form.values, error)


def _page(visit: Visit, typed: Mapping[str, str], error: SdeskError | None = None) -> Response:
    number = number_of_path(visit)
    row = visit.reader.request(visit.who, number)
    errors, beside = at_fields(visit.speech, error, FIELDS) if error is not None else ({}, "")
    waits = number in numbers_of(visit.reader.questions(visit.who, now=visit.now))
    reopens = row.reopens_until is not None and visit.now <= row.reopens_until
    return visit.page(
        "request.html",
        status=200 if error is None else status_of(error),
        row=row,
        standing=standing(visit.speech, row, visit.now, asked=waits),
        waits=waits,
        answers=visit.reader.answers(visit.who, number),
        said=visit.reader.said(visit.who, number, now=visit.now),
        into=visit.reader.request(visit.who, row.merged_into) if row.merged_into is not None else None,
        may_write=row.mine and row.is_open,
        may_confirm=row.mine
        and not row.is_refused
        and ((row.is_open and not row.is_incident) or row.status is Status.RESOLVED),
        may_reopen=row.mine and reopens,
        typed=typed,
        errors=errors,
        beside=beside,
        lost=frozenset(each.field for each in visit.form.uploads),
        is_new="new" in visit.asked.query,
        was_said="said" in visit.asked.query,
        longest_text=use_cases.LONGEST_TEXT,
        most_files=MOST_FILES,
        most_megabytes=MOST_BYTES // 1_000_000,
    )


def number_of_path(visit: Visit) -> int:
    """The number of the request; one that is none is a request that there is not."""
    text = visit.asked.params["number"]
    number = number_in(text)
    if number is None:
        return 0
    return number


def number_in(text: str) -> int | None:
    """The number that somebody sent; None for what is none, or larger than any of the store."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
