"""The source of the demo's letters: what the files in `mail/` say, as plain values.

A file is a run of blocks. A block begins with `=== ID AGO KIND`, where AGO is the letter's age (`3d2h10m`) and KIND the
service that a person would choose for it, `re:ID` for an answer to another letter, or `-` for what is no request.
Fields follow, one a line (`From: Ирина <store-001>`; an address without a domain is of the company), then an empty line
and the text. A line `--- html` begins the HTML part; where nothing stands above it, the letter is HTML alone.
The sign ␛ stands for ESC.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

COMPANY = "samotsvet.example"

FIELDS = frozenset(
    {"From", "To", "Cc", "Subject", "Charset", "Encoding", "Attach", "Inline", "Header", "Form", "Zone", "Quote"}
)
_HEAD = re.compile(r"=== (?P<id>[a-z0-9-]+) (?P<ago>\S+) (?P<kind>\S+)")
_AGE = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of the shipped mailbox, before it is put into bytes."""

    id: str
    ago: timedelta
    """How long before now it was written."""
    kind: str
    """The service that a person would choose; empty for an answer and for what is no request."""
    answers: str
    """The id of the letter that this one answers; empty where it begins a thread."""
    sender: str
    to: str
    cc: str
    subject: str
    charset: str
    """As declared; `declared/real` where the declaration is wrong."""
    encoding: str
    """8bit, base64 or quoted-printable; empty where the letter's id decides."""
    zone: str
    """Offset of the sender's clock, as in `+0300`."""
    form: str
    """What is odd about the shape: bounce, unclosed, bare, raw-headers; mostly empty."""
    quote: bool
    """Whether an answer quotes what it answers."""
    text: str
    html: str
    attachments: tuple[tuple[str, str], ...]
    """File name, and the words that go into the file."""
    inline: str
    """File name of a picture that the HTML refers to as `cid:`; empty for none."""
    headers: tuple[str, ...]
    """Further header fields, whole lines."""

    def draw(self, sides: int, salt: str = "") -> int:
        """A number from 0 to `sides` - 1 that only the id decides: variety without chance."""
        return int.from_bytes(hashlib.sha256(f"{salt}{self.id}".encode()).digest()[:6]) % sides


def age(words: str) -> timedelta:
    """`3d2h10m` as a duration. Raises ValueError for anything else."""
    found = _AGE.fullmatch(words)
    if not words or found is None:
        raise ValueError(f"no age: {words!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def address(words: str) -> str:
    """A mailbox of the source with its whole domain: `Ирина <store-001>` and `<i.tarasov@legal>` are of the company."""
    bare = words if "<" not in words else words[words.index("<") + 1 : -1]
    local, _, domain = bare.partition("@")
    whole = bare if "." in domain else f"{local}@{domain}.{COMPANY}".replace("@.", "@")
    return words.replace(bare, whole) if bare else words


def _addresses(words: str) -> str:
    return ", ".join(address(part.strip()) for part in words.split(",") if part.strip())


def _letter(block: list[str], before: dict[str, Letter]) -> Letter:
    head = _HEAD.fullmatch(block[0])
    if head is None:
        raise ValueError(f"no head of a letter: {block[0]!r}")
    answers = head["kind"].removeprefix("re:") if head["kind"].startswith("re:") else ""
    original = before.get(answers)
    if answers and original is None:
        raise ValueError(f"{head['id']} answers {answers}, which does not stand before it")
    fields: dict[str, list[str]] = {}
    row = 1
    while row < len(block) and block[row]:
        name, _, value = (part.strip() for part in block[row].partition(":"))
        if name not in FIELDS:
            raise ValueError(f"{head['id']}: no such field: {block[row]!r}")
        fields.setdefault(name, []).append(value)
        row += 1

    def field(name: str, default: str = "") -> str:
        return fields.get(name, [default])[0]

    text, _, html = "\n".join(block[row + 1 :]).partition("--- html\n")
    ago = age(head["ago"])
    # A letter is not written on the full minute; those that say seconds mean them.
    jitter = int.from_bytes(hashlib.sha256(head["id"].encode()).digest()[:4]) % 55
    if "s" not in head["ago"]:
        ago += timedelta(seconds=jitter)
    subject = field("Subject")
    if original is not None and not subject:
        subject = original.subject if original.subject.lower().startswith("re:") else f"Re: {original.subject}"
    return Letter(
        id=head["id"],
        ago=ago,
        kind="" if answers or head["kind"] == "-" else head["kind"],
        answers=answers,
        sender=address(field("From")) if "From" in fields or original is None else original.sender,
        to=_addresses(field("To", "support" if original is None else original.to)),
        cc=_addresses(field("Cc")),
        subject=subject.replace("␛", "\x1b"),
        charset=field("Charset", "utf-8"),
        encoding=field("Encoding"),
        zone=field("Zone", "+0300"),
        form=field("Form"),
        quote=bool(answers) and field("Quote", "yes") == "yes",
        text=text.strip("\n").replace("␛", "\x1b"),
        html=html.strip("\n"),
        attachments=tuple(
            (name.strip(), words.strip())
            for name, _, words in (entry.partition("|") for entry in fields.get("Attach", []))
        ),
        inline=field("Inline"),
        headers=tuple(fields.get("Header", [])),
    )


def parse(source: str, before: dict[str, Letter] | None = None) -> dict[str, Letter]:
    """Letters by id, in the order of the source. `before` holds those that it may answer.

    Raises ValueError, naming the letter, where a block is wrong or an id comes twice.
    """
    letters = dict(before or {})
    blocks: list[list[str]] = []
    for line in source.splitlines():
        if line.startswith("=== "):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
        elif line and not line.startswith("#"):
            raise ValueError(f"words before the first letter: {line!r}")
    fresh: dict[str, Letter] = {}
    for block in blocks:
        letter = _letter(block, letters)
        if letter.id in letters:
            raise ValueError(f"{letter.id} comes twice")
        letters[letter.id] = fresh[letter.id] = letter
    return fresh


@cache
def shipped() -> dict[str, Letter]:
    """All letters of the shipped mailbox by id, files in the order of their names."""
    letters: dict[str, Letter] = {}
    folder = files("sdesk.demo") / "mail"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".txt"):
            letters |= parse(file.read_text(encoding="utf-8"), letters)
    return letters
