"""How the values of actions are written: each kind is read in one way, which command line and console share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from sdesk.actions.fence import keep_off_files
from sdesk.actions.registry import Kind, Parameter
from sdesk.domain.duration import parse_duration
from sdesk.domain.errors import BadInput
from sdesk.domain.instant import Day, parse_instant, parse_until
from sdesk.domain.nearest import nearest
from sdesk.domain.outage import parse_share
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import one_line
from sdesk.domain.system_words import reason_of
from sdesk.domain.ticket import WAITS_BY_HAND, Priority, WaitingFor

if TYPE_CHECKING:
    from sdesk.domain.inbound import InboundAttachment

MANY = frozenset({Kind.ADDRESSES, Kind.MESSAGES, Kind.TAGS, Kind.FILES, Kind.ASSETS, Kind.ANSWERS})
"""Kinds whose options may be repeated; their value is a tuple."""

NO_VISIT = "none"
"""What calls an instant off: `--visit none`."""

MOST = 2**63 - 1
"""The greatest number that a store can hold."""

_NUMBER = re.compile(r"(?:(?P<prefix>\w+)-|#)?(?P<digits>[0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a value must be read with."""

    now: datetime
    zone: tzinfo
    prefix: str
    """Of the desk's tickets, as `SD`."""
    files: bool = True
    """Whether files that are named are read; else they are believed in, as while a line is being typed."""

    def instant(self, text: str, *, past: bool = False) -> datetime:
        """An instant as people write it; `past`: of a `fri`, the last."""
        return parse_instant(text, now=self.now, zone=self.zone, past=past)

    def until(self, text: str) -> datetime | Day:
        """Until when: an instant, or a day alone."""
        return parse_until(text, now=self.now, zone=self.zone)


def read_value(flag: str, parameter: Parameter, texts: Sequence[str], reading: Reading) -> object:
    """The value that the texts after an option stand for: several for the kinds of `MANY`, else the last. BadInput."""
    text = texts[-1] if texts else ""
    match parameter.kind:
        case Kind.FLAG:
            return True
        case Kind.INSTANT:
            return reading.instant(text, past=parameter.past)
        case Kind.UNTIL:
            return reading.until(text)
        case Kind.LENGTH:
            return seconds(text)
        case Kind.CHOICE:
            return one_of(flag, text, parameter.choices)
        case Kind.PRIORITY:
            return text.lower() if text.lower() == "auto" else one_of(flag, text.upper(), Priority)
        case Kind.SHARE:
            return parse_share(text)
        case Kind.OUTAGE:
            return _id(flag, text)
        case Kind.TICKET:
            return ticket_number(text, reading.prefix)
        case Kind.MESSAGES:
            return tuple(_id(flag, each) for each in texts)
        case Kind.FILES:
            return tuple(attached(path_of(each)) for each in texts) if reading.files else tuple(texts)
        case Kind.ADDRESSES | Kind.TAGS | Kind.ASSETS:
            return tuple(texts)
        case Kind.ANSWERS:
            return answers(flag, texts, files=reading.files)
        case Kind.TEXT if parameter.name == "text":
            return written_text(flag, text) if reading.files or not text.startswith("@") else text
        case _:
            return text


def answers(flag: str, texts: Sequence[str], *, files: bool = True) -> dict[str, str | InboundAttachment]:
    """Answers in a service's form by key: `model=55F`, `photo=@FILE`. BadInput for what is none, and a key said twice.

    Without `files` those that are named are believed in.
    """
    found: dict[str, str | InboundAttachment] = {}
    for each in texts:
        key, equals, value = each.partition("=")
        key = key.strip()
        if not equals or not key:
            raise BadInput(
                phrase("{flag} `{text}` says no answer", flag=flag, text=each),
                phrase("write it as {flag} model=55F", flag=flag),
            )
        if key in found:
            raise BadInput(phrase("{flag} {key} is said twice", flag=flag, key=key), phrase("say it once"))
        found[key] = attached(path_of(value[1:])) if files and value.startswith("@") else value
    return found


def usual_editor() -> str | None:
    """The editor of a machine whose person names none in VISUAL or EDITOR: the first that is there, as git does it."""
    import shutil

    return next((name for name in ("editor", "vi", "nano") if shutil.which(name)), None)


def seconds(text: str) -> int:
    """Seconds of `15m`; of `-5m`, fewer than none."""
    written = text.strip()
    return -parse_duration(written[1:]) if written.startswith("-") else parse_duration(written)


def one_of(flag: str, value: str, words: Iterable[str]) -> str:
    """The value, if it is one of the words. BadInput that names the nearest, or lists them."""
    known = [str(word) for word in words]
    if value not in known:
        raise BadInput(
            phrase("{flag} knows no `{value}`", flag=flag, value=value),
            phrase("it takes {words}", words=", ".join(known)),
        )
    return value


def whom(waiting_for: str | None, *, until: bool, flag: str = "--for") -> WaitingFor:
    """For whom a ticket waits: as it is said; with a date alone, for the date. BadInput."""
    words = ", ".join(WAITS_BY_HAND)
    if waiting_for is None:
        if not until:
            raise BadInput(
                phrase("it is not said for whom to wait"),
                phrase("give --for ({words}), or --until WHEN for a date", words=words),
            )
        return WaitingFor.DATE
    found = WaitingFor(one_of(flag, waiting_for, WAITS_BY_HAND))
    if found is WaitingFor.DATE and not until:
        raise BadInput(phrase("a wait for a date needs the date"), phrase("give --until WHEN"))
    return found


def priority_values(priority: str | None, reason: str | None) -> dict[str, object]:
    """What the use case takes of a priority set by hand, or given back with `auto`; empty for neither. BadInput."""
    if priority is None:
        if reason is not None:
            raise BadInput(phrase("--reason is for --priority"), phrase("give both, or neither"))
        return {}
    if priority.lower() == "auto":
        if reason is not None:
            raise BadInput(phrase("a priority that follows by itself needs no reason"), phrase("leave --reason out"))
        return {"priority": "auto"}
    if not reason or not reason.strip():
        raise BadInput(phrase("a priority set by hand needs a reason"), phrase("give --reason TEXT"))
    return {"priority": one_of("--priority", priority.upper(), Priority), "reason": reason}


def is_ticket_number(word: str) -> bool:
    """Whether a word looks like a ticket, of this desk or of another."""
    return _NUMBER.fullmatch(word) is not None


def ticket_number(word: str, prefix: str) -> int:
    """The number of `123`, `#123` or `SD-123`; BadInput for what is none, or of another desk."""
    match = _NUMBER.fullmatch(word.strip())
    if match is None:
        raise BadInput(
            phrase("`{word}` is no ticket number", word=word), phrase("write 123 or {prefix}-123", prefix=prefix)
        )
    if match["prefix"] is not None and match["prefix"].casefold() != prefix.casefold():
        raise BadInput(
            phrase("`{word}` is no ticket of this desk", word=word),
            phrase("its tickets are {prefix}-123", prefix=prefix),
        )
    return int(match["digits"])


def written_text(flag: str, text: str) -> str:
    """A text as given after an option, or the content of the file that `@FILE` names. BadInput where it is empty."""
    if text.startswith("@"):
        return text_of_file(text[1:])
    if not text.strip():
        raise BadInput(phrase("the text is empty"), phrase("write some after {flag}", flag=flag))
    return text


def text_of_file(name: str) -> str:
    """The text of a file; BadInput where it cannot be read or has none, Refused where it is the server's."""
    try:
        return decoded(path_of(name).read_bytes(), name)
    except OSError as error:
        raise BadInput(
            phrase("the text file {name} cannot be read: {why}", name=name, why=reason_of(error)),
            phrase("name another after @ (a text that begins with @ can come from standard input: --text -)"),
        ) from error


def path_of(text: str) -> Path:
    """The path that a person means, where `~` is home. BadInput for a home of nobody, Refused for one of the server."""
    keep_off_files()
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise BadInput(
            phrase("there is no home of {who}", who=one_line(text.partition("/")[0])),
            phrase("name a folder that there is"),
        ) from error


def decoded(content: bytes, source: str) -> str:
    """A text of its bytes in UTF-8; BadInput for what is no UTF-8, or empty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            phrase("the text of {source} is no UTF-8", source=source), phrase("write it anew in UTF-8")
        ) from error
    if not text.strip():
        raise BadInput(phrase("the text of {source} is empty", source=source), phrase("write some"))
    return text.rstrip("\n")


def attached(path: Path) -> InboundAttachment:
    """A file with a name that is safe anywhere, and its type by that name. BadInput where it cannot be read, Refused
    where it is the server's."""
    keep_off_files()
    if path.exists() and not path.is_file():
        raise BadInput(phrase("{path} cannot be attached: it is no file", path=path), phrase("name a file"))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(
            phrase("{path} cannot be attached: {why}", path=path, why=reason_of(error)),
            phrase("name a file that can be read"),
        ) from error
    return file_called(path.name, content)


def file_called(name: str, content: bytes) -> InboundAttachment:
    """A file of its bytes, with a name that is safe anywhere, and its type by that name."""
    import mimetypes

    from sdesk.domain.inbound import InboundAttachment
    from sdesk.domain.safe_text import safe_file_name

    kind, encoding = mimetypes.guess_type(name)
    if kind is None or encoding is not None:
        kind = "application/octet-stream"
    return InboundAttachment(safe_file_name(name), kind, content)


def no_word(what: str, word: str, known: Iterable[str], otherwise: str) -> BadInput:
    """The refusal of a word that is not known, with the nearest right one."""
    near = nearest(word, known)
    return BadInput(what, phrase("did you mean `{near}`?", near=near) if near is not None else otherwise)


def _id(flag: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:19]) <= MOST and len(text) <= 19):
        raise BadInput(phrase("{flag}: `{text}` is no number", flag=flag, text=text), phrase("see it in the ticket"))
    return int(text)
