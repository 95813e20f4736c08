"""Files and raw mails of articles: from the database, or from the folder where OTRS keeps them (`var/article`).

In the folder an article has YEAR/MONTH/DAY/ID, with `plain.txt` and each file beside what is known of it (`NAME`,
`NAME.content_type`, `NAME.content_id`, `NAME.disposition`). A content is read only when it is asked for. No path of the
database and no link leads out of the folder.
"""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from sdesk.domain.errors import BadInput
from sdesk.domain.safe_text import one_line, safe_file_name
from sdesk.domain.ticket_line import LineFile
from sdesk.store.otrs.source import Source
from sdesk.store.otrs.text import bytes_of, text_of

LARGEST = 64 * 1024 * 1024
"""Bytes of one file: a larger one stays where it is, and its message says so."""
MOST_FILES = 1_000
"""Of one article; one more is told of, so that it can be said that there are."""

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")
_BODY = re.compile(r"file-[12](\.html?)?", re.IGNORECASE)
_BESIDE = (".content_alternative", ".content_id", ".content_type", ".disposition")
_LONGEST_NOTE = 1_000


def files_in_database(source: Source, articles: Sequence[int]) -> Mapping[int, list[LineFile]]:
    """The files of articles that stand in the database, by article."""
    found: dict[int, list[LineFile]] = defaultdict(list)
    if not source.has(source.files, "article_id", "content", "filename"):
        return found
    files = source.table(source.files)
    columns = [each for each in files.c if each.name != "content"]
    query = select(*columns).where(files.c.article_id.in_(articles)).order_by(files.c.article_id, files.c.id)
    for row in source.rows(query):
        said = row._mapping
        file = _file(
            text_of(said["filename"]),
            text_of(said.get("content_type")),
            _number(said.get("content_size")),
            text_of(said.get("content_id")),
            text_of(said.get("disposition")),
        )
        if file is not None and len(found[said["article_id"]]) <= MOST_FILES:
            found[said["article_id"]].append(_reading(file, partial(_content, source, source.files, said["id"])))
    return found


def raw_in_database(source: Source, articles: Sequence[int]) -> Mapping[int, partial[bytes | None]]:
    """Who reads the raw mail of each article that has one in the database."""
    if not source.has(source.plain, "id", "article_id", "body"):
        return {}
    plain = source.table(source.plain)
    rows = source.rows(select(plain.c.article_id, plain.c.id).where(plain.c.article_id.in_(articles)))
    return {article: partial(_content, source, source.plain, number, "body") for article, number in rows}


class ArticleFolder:
    """`var/article` of the old desk."""

    def __init__(self, path: Path) -> None:
        """BadInput where it is no folder."""
        if not path.is_dir():
            raise BadInput(f"{one_line(str(path))} is no folder", "name the old desk's var/article")
        self._root = path.resolve()

    def files(self, content_path: str, article: int) -> list[LineFile]:
        """The files of an article."""
        folder = self._folder(content_path, article)
        found: list[LineFile] = []
        if folder is None:
            return found
        for path in self._entries(folder):
            if path.name == "plain.txt" or path.name.endswith(_BESIDE) or len(found) > MOST_FILES:
                continue
            size = self._size(path)
            if size is None:
                continue
            kind, content_id, disposition = (
                self._note(path, ending) for ending in (".content_type", ".content_id", ".disposition")
            )
            file = _file(os.fsencode(path.name).decode("utf-8", "replace"), kind, size, content_id, disposition)
            if file is not None:
                found.append(_reading(file, partial(self._content, path)))
        return found

    def raw(self, content_path: str, article: int) -> partial[bytes | None] | None:
        """Who reads the raw mail of an article; None where there is none."""
        folder = self._folder(content_path, article)
        path = None if folder is None else folder / "plain.txt"
        return None if path is None or self._size(path) is None else partial(self._content, path)

    def _folder(self, content_path: str, article: int) -> Path | None:
        if "\0" in content_path:
            return None
        try:
            found = (self._root / content_path / str(article)).resolve()
            return found if found.is_relative_to(self._root) and found.is_dir() else None
        except (OSError, ValueError, RuntimeError):
            return None

    def _entries(self, folder: Path) -> Iterator[Path]:
        try:
            yield from sorted(folder.iterdir())
        except OSError:
            return

    def _size(self, path: Path) -> int | None:
        """The size of a plain file; None for a link, or whatever else it is."""
        try:
            status = path.lstat()
        except OSError:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def _note(self, path: Path, ending: str) -> str:
        beside = path.with_name(path.name + ending)
        size = self._size(beside)
        return (self._content(beside) or b"").decode("utf-8", "replace") if size and size < _LONGEST_NOTE else ""

    def _content(self, path: Path) -> bytes | None:
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:
                content = stream.read(LARGEST + 1)
        except OSError:
            return None
        return content if len(content) <= LARGEST else None


def _file(name: str, kind: str, size: int, content_id: str, disposition: str) -> LineFile | None:
    """A file as a message has it; None for the body's own copy, which OTRS keeps as a file."""
    media = one_line(kind).lower().partition(";")[0].strip()
    if _BODY.fullmatch(name.strip()) and media in {"text/plain", "text/html"}:
        return None
    return LineFile(
        safe_file_name(name),
        media if _MEDIA_TYPE.fullmatch(media) else "application/octet-stream",
        size,
        lambda: None,
        content_id=one_line(content_id).strip("<>")[:_LONGEST_NOTE],
        inline=one_line(disposition).lower().startswith("inline"),
    )


def _reading(file: LineFile, read: partial[bytes | None]) -> LineFile:
    return LineFile(file.name, file.media_type, file.size, read, file.content_id, file.inline)


def _content(source: Source, name: str, number: int, column: str = "content") -> bytes | None:
    """One content; None where it is gone, or too large, which the database itself finds out."""
    content, key = source.column(name, column), source.column(name, "id")
    # Base64 takes four letters, and now and then a line end, for three bytes.
    most = LARGEST * 3 // 2
    rows = source.rows(select(content).where(key == number, func.length(content) <= most))
    found = bytes_of(rows[0][0]) if rows and rows[0][0] is not None else None
    return found if found is not None and len(found) <= LARGEST else None


def _number(value: object) -> int:
    """Bytes as the database says; 0 where it says `1.2 KBytes`, as it once did."""
    text = text_of(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
