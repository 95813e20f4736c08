"""Whose message is this: what subjects, addresses and words say about the thread that a mail belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from sdesk.domain.inbound import InboundMail

NO_SUBJECT = "(no subject)"


OTRS = "otrs:"
"""Stands before the number of a ticket that came from OTRS or its heirs, as its `external_id`."""

_OLD_TAG = re.compile(r"\[[^\[\]\d]{1,40}[#№:] ?(\d{4,20})\]")


class TokenHolder(StrEnum):
    """Whose token it is that a mail shows; the requester's own stands on the ticket."""

    AGENT = "agent"
    SUPPLIER = "supplier"
    APPROVER = "approver"


_TOKEN = re.compile(
    r"(?P<local>[^+@]+)\+(?P<number>\d{1,18})\.(?P<token>(?:[aprs]-)?[0-9a-f]{32})@(?P<domain>.+)", re.IGNORECASE
)

# In a link a bracket before it is written in percent signs (RFC 3986 2.1).
_AGENT_TOKEN = re.compile(r"(?:\b|(?<=%5[Bb]))([apr])-[0-9a-f]{32}\b")
_RAW_AGENT_TOKEN = re.compile(rb"(?:\b|(?<=%5[Bb]))([apr])-(?:[0-9a-f](?:=\r?\n)?){32}")
"""Those of approvers, and of questions how it was, too: whoever has one decides, or answers, in another's name."""

_THANKS = frozenset(
    {
        "thanks",
        "thank you",
        "thank you very much",
        "many thanks",
        "thanks a lot",
        "ok thanks",
        "thanks it works",
        "thanks it works now",
        "thank you it works",
        "it works thanks",
        "works now thanks",
        "great thanks",
        "спасибо",
        "спасибо большое",
        "большое спасибо",
        "спасибо за помощь",
        "спасибо огромное",
        "благодарю",
        "спасибо все работает",
        "все работает спасибо",
        "спасибо заработало",
        "заработало спасибо",
        "спасибо теперь работает",
        "ок спасибо",
        "danke",
        "vielen dank",
    }
)
"""Whole messages, folded, that only say thanks: short on purpose, since anything more is news."""

_GREETING = re.compile(
    r"(hi|hello|dear|good (morning|day|afternoon|evening)"
    r"|здравствуйте|добрый (день|вечер)|доброе утро|привет)\b[^\n]*\n"
)
_RESULT = re.compile(r"\s*(dmarc|spf|dkim)\s*=\s*(\w+)", re.IGNORECASE)
_NO_LETTER = re.compile(r"[^\w\s]+")

_REPLY_PREFIX = re.compile(r"^\s*((re|fwd?|aw|wg|отв|на)(\[\d+\])?:\s*)+", re.IGNORECASE)


def subject_tag(subject: str, prefix: str) -> int | None:
    """The ticket number of a tag `[SD-123]` in a subject; None without one."""
    match = re.search(rf"\[{re.escape(prefix)}-(\d{{1,18}})\]", subject, re.IGNORECASE)
    return int(match[1]) if match else None


def old_number(subject: str) -> str | None:
    """The number that another system gave a ticket: `2020112310000012` of `[Ticket#2020112310000012]`, else None.

    Its word before the number is whatever was set there: `Ticket#`, `Call#`, `Request №`.
    """
    match = _OLD_TAG.search(subject)
    return match[1] if match else None


def plain_subject(subject: str) -> str:
    """A subject for a new ticket: without `Re:` and `Fwd:` and their kin, never empty."""
    return _REPLY_PREFIX.sub("", subject).strip() or NO_SUBJECT


def address_token(mail: InboundMail) -> tuple[int, str] | None:
    """The ticket and token of an address `support+123.TOKEN@...` that a mail was sent to; the token is not checked."""
    return next(iter(address_tokens(mail)), None)


def address_tokens(mail: InboundMail) -> tuple[tuple[int, str], ...]:
    """All of them, in order."""
    recipients = [box.address for box in (*mail.to, *mail.cc)] + list(mail.delivered_to)
    found = (_TOKEN.fullmatch(address) for address in recipients)
    return tuple(dict.fromkeys((int(match["number"]), match["token"].lower()) for match in found if match))


def token_address(address: str, number: int, token: str) -> str:
    """The address at which a ticket is written to with a token, `support+123.TOKEN@...` (RFC 5233 `detail`)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{number}.{token}@{domain}"


def hide_agent_tokens(text: str) -> str:
    """A text without the tokens of agents, approvers and questions how it was in it: who may look at a colleague's mail
    shall not write, decide or answer in his name."""
    return _AGENT_TOKEN.sub(r"\1-(hidden)", text)


def hide_agent_keys(raw: bytes) -> bytes:
    """The same for a message as it came, which stays as long as it was; also where quoted-printable breaks a line.

    What is in Base64 is not looked into: a key that an agent's program quoted there stays.
    """
    return _RAW_AGENT_TOKEN.sub(lambda found: found[1] + b"-" + re.sub(rb"[0-9a-f]", b"x", found[0][2:]), raw)


def written_to(address: str) -> str:
    """An address without the token of a ticket, should it carry one."""
    match = _TOKEN.fullmatch(address)
    return f"{match['local']}@{match['domain']}" if match else address


def referred_ids(mail: InboundMail, *, most: int = 50) -> tuple[str, ...]:
    """The Message-IDs that a mail answers: In-Reply-To, then References from the newest back (RFC 5322 3.6.4)."""
    ordered = (*mail.in_reply_to, *reversed(mail.references))
    return tuple(dict.fromkeys(ordered))[:most]


def only_thanks(text: str) -> bool:
    """Whether a message says thanks and nothing else: it reopens nothing and waits for no answer."""
    folded = text.casefold().replace("ё", "е").strip()
    if len(folded) > 200:
        return False
    words = " ".join(_NO_LETTER.sub(" ", _GREETING.sub("", folded + "\n", count=1)).split())
    return words in _THANKS


def without_quotes(text: str) -> str:
    """The lines of a message that its author wrote: without lines that begin with `>`, and what announces them."""
    kept: list[str] = []
    for line in text.split("\n"):
        if line.startswith(">"):
            while kept and not kept[-1].strip():
                kept.pop()
            if kept and kept[-1].rstrip().endswith(":"):
                kept.pop()
        else:
            kept.append(line)
    return "\n".join(kept).strip("\n")


def authentication_failed(mail: InboundMail, trusted: Iterable[str]) -> bool:
    """Whether a mail server that the mailbox trusts says that the sender is forged (RFC 8601).

    DMARC decides where it says anything; without it, SPF that fails while no DKIM signature holds.
    """
    names = {name.lower() for name in trusted}
    for value in mail.headers.get("authentication-results", ()):
        server, _, results = value.partition(";")
        if server.strip().lower().split(" ")[0] not in names:
            continue
        said: dict[str, set[str]] = {}
        for part in _bare(results[:2_000]).split(";"):
            if match := _RESULT.match(part):
                said.setdefault(match[1].lower(), set()).add(match[2].lower())
        dmarc = said.get("dmarc", set()) - {"none"}
        spf, dkim = said.get("spf", set()), said.get("dkim", set())
        if "fail" in dmarc or (not dmarc and "fail" in spf and "pass" not in dkim):
            return True
    return False


def _bare(results: str) -> str:
    """Results without comments and quoted strings (RFC 5322 3.2.2, 3.2.4): a sender's own words may stand in those."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in results:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(char)
    # What is never closed is no comment: it must not hide what a server says behind it.
    return results if depth or quoted else "".join(kept)
