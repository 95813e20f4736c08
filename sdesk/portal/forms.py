"""Forms that were sent: read with bounds, their files as the desk takes them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from starlette.datastructures import UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import InboundAttachment
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import safe_file_name

FILES = "files"
"""The field of a form that any files may be chosen in."""
MOST_FILES = 10
MOST_BYTES = 25_000_000
"""Of all files of a form together."""
MOST_READ = 40_000_000
"""Of a form with files: up to here what was typed is shown again, beside what is wrong with the files."""
MOST_WORDS = 200_000
"""Bytes of a form without files."""
MOST_DRAINED = 120_000_000
"""Of what is too much: read and thrown away, since a browser hears nothing before it has sent all."""
PATIENCE = 30.0
"""Seconds that the next piece of a form may take."""
_MEDIA_TYPE = re.compile(r"[a-z]{1,30}/[a-z0-9][a-z0-9.+-]{0,80}")


class TooMuch(Exception):
    """A form is larger than any that is read."""


class TooSlow(Exception):
    """A form did not come to its end."""


class Unreadable(Exception):
    """It is no form, or one that was cut off."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    field: str
    name: str
    media_type: str
    file: BinaryIO
    size: int


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent."""

    values: Mapping[str, str] = field(default_factory=dict)
    uploads: tuple[Upload, ...] = ()
    whole: bool = True
    """Whether its files were taken: one without them is shown again, and never worked."""

    def words(self) -> tuple[str, ...]:
        """What somebody typed with his own hands, and would not like to type again."""
        return tuple(
            value
            for name, value in self.values.items()
            if value.strip() and (name in {"subject", "text", "comment"} or name.startswith("field."))
        )

    def text(self, name: str) -> str:
        """What was typed into a field; empty where there is none."""
        return self.values.get(name, "")

    def close(self) -> None:
        """Give the files back."""
        for each in self.uploads:
            each.file.close()

    def files_of_fields(self, beginning: str) -> dict[str, InboundAttachment]:
        """The files of fields whose names begin so, by what follows; one each. `files` has looked at their size."""
        return {
            each.field.removeprefix(beginning): _attachment(each)
            for each in self.uploads
            if each.field.startswith(beginning)
        }

    def files(self) -> tuple[InboundAttachment, ...]:
        """The files of the field `files`, as the desk takes them. BadInput about it where those of the whole form are
        too many, or too large together."""
        if len(self.uploads) > MOST_FILES:
            raise _about_files(
                phrase("{count} files are too many", count=len(self.uploads)),
                phrase("send at most {most} at once", most=MOST_FILES),
            )
        size = sum(each.size for each in self.uploads)
        if size > MOST_BYTES:
            raise _about_files(
                phrase("the files have {size:.0f} MB together", size=size / 1e6),
                phrase("send at most {most:.0f} MB at once", most=MOST_BYTES / 1e6),
            )
        return tuple(_attachment(each) for each in self.uploads if each.field == FILES)


def _attachment(upload: Upload) -> InboundAttachment:
    upload.file.seek(0)
    media_type = upload.media_type.partition(";")[0].strip().lower()
    return InboundAttachment(
        safe_file_name(upload.name),
        media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
        upload.file.read(),
    )


def _about_files(what: str, remedy: str) -> BadInput:
    error = BadInput(what, remedy)
    error.about = FILES
    return error


class _WordsAlone(MultiPartParser):
    """Reads what was typed, `MOST_WORDS` of it, and of files that there are some: nothing of them is kept anywhere."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._letters = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """A piece of what was typed, or of a file."""
        if self._current_part.file is None:
            self._letters += end - start
            if self._letters > MOST_WORDS:
                raise MultiPartException("more than anybody types")
            super().on_part_data(data, start, end)


async def read_form(request: Request, *, files: bool, takes: bool = True) -> Form:
    """The form of a request; where its files are not taken they are empty, and it is not whole.

    TooMuch, TooSlow or Unreadable where it cannot be had.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    most = MOST_WORDS
    if files:
        # Without files it is words alone, as they are sent on from the page that kept them: up to three signs a byte.
        most = MOST_READ if kind == "multipart/form-data" else 3 * MOST_WORDS
    stream = _bounded(request, most)
    try:
        if kind == "multipart/form-data":
            parser = MultiPartParser if takes else _WordsAlone
            found = await parser(request.headers, stream, max_files=50, max_fields=100).parse()
        elif kind == "application/x-www-form-urlencoded":
            found = await FormParser(request.headers, stream).parse()
        else:
            raise Unreadable(kind)
    except (MultiPartException, KeyError, UnicodeError) as error:
        raise Unreadable(str(error)) from error
    values: dict[str, str] = {}
    uploads: list[Upload] = []
    for name, value in found.multi_items():
        if isinstance(value, UploadFile):
            if not value.filename and not value.size:
                value.file.close()
            else:
                uploads.append(
                    Upload(name, value.filename or "", value.content_type or "", value.file, value.size or 0)
                )
        else:
            # Under a charset of the sender's choice it may have halves of characters, which can be written nowhere.
            # A browser counts the end of a line as one character (`maxlength`), and sends two.
            values[name] = value.encode("utf-8", "replace").decode().replace("\r\n", "\n")
    return Form(values, tuple(uploads), takes)


async def drained(request: Request) -> None:
    """Read a form to its end, or to some end, for an answer that does not need it."""
    try:
        async for _ in _bounded(request, MOST_DRAINED, drain=False):
            pass
    except (TooMuch, TooSlow, Unreadable, RuntimeError):
        return


async def _bounded(request: Request, most: int, *, drain: bool = True):  # type: ignore[no-untyped-def]
    """The body, piece by piece; TooMuch behind so many bytes, when it has been read on for a while."""
    seen = 0
    pieces = request.stream()
    while True:
        try:
            piece = await asyncio.wait_for(anext(pieces), PATIENCE)
        except StopAsyncIteration:
            break
        except ClientDisconnect as error:
            raise Unreadable from error
        except TimeoutError as error:
            raise TooSlow from error
        seen += len(piece)
        if seen > (MOST_DRAINED if drain else most):
            raise TooMuch
        if seen <= most:
            yield piece
    if seen > most:
        raise TooMuch
