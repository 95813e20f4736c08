"""Giving one letter to the mail server, and hearing what it says of each recipient (RFC 5321 4.2.1)."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr

from sdesk.domain.errors import BadInput
from sdesk.domain.mail_address import is_mail_address
from sdesk.mail.outbox.letter import Letter, carries, on_wire
from sdesk.mail.smtp import answer, reply_of, said

LONGEST = timedelta(minutes=9)
"""A mail that takes longer is broken off, and tried again: another sender would take it for left by a crash. Of what
CLAIM_LASTS leaves after it, the store may take the rest (`book.PAUSES`)."""

_TOO_LARGE = 552
_NOT_ONE = "it is not exactly one mail address"
_LOGIN_WANTED = {530, 534, 535, 538}
"""The server wants another login: no fault of this mail's."""


class LineLost(Exception):
    """The connection is gone, or of no use: what the mail's fate is, nobody knows, so it goes again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the server said."""

    sent: bool
    """It took the mail, for somebody at least."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """For good: address, and why."""
    put_off: Mapping[str, str] = field(default_factory=dict)
    """For now: address, and why."""


def deliver(client: smtplib.SMTP, letter: Letter, left: tuple[str, ...] = ()) -> Delivery:
    """Send a letter to all its recipients, or to those who are `left` of them. Raises LineLost; BadInput where
    the sender cannot be written for this server.

    A mail whose line is lost after its last byte may have been taken (RFC 1047): it is sent again all the same, since
    the other way it could be lost.
    """
    utf8 = client.has_extn("smtputf8")
    wanted = [each for each in letter.recipients if not left or each in left]
    hidden = {each: why for each in letter.recipients if (why := _unwritable(each, utf8=utf8)) is not None}
    refused = {each: hidden[each] for each in wanted if each in hidden}
    by_wire = {on_wire(each, utf8=utf8): each for each in wanted if each not in refused}
    if not by_wire:
        return Delivery(sent=False, refused=refused)
    unwritable = _unwritable(letter.sender.address, utf8=utf8)
    if unwritable is not None:
        raise BadInput(
            f"{letter.sender.address} cannot send: {unwritable}", "give the team another address in the desk file"
        )
    needs_utf8 = utf8 and not all(address.isascii() for address in (letter.sender.address, *letter.recipients))
    eight_bit = client.has_extn("8bitmime")
    content = _without(letter, hidden).as_bytes(eight_bit=eight_bit, utf8=needs_utf8)
    options = ["SMTPUTF8"] if needs_utf8 else []
    if eight_bit and not content.isascii():
        options.append("BODY=8BITMIME")
    with _no_longer_than(client, LONGEST):
        found = _given(client, on_wire(letter.sender.address, utf8=utf8), list(by_wire), content, options)
    return Delivery(
        sent=found.sent,
        refused=refused | {by_wire[each]: why for each, why in found.refused.items()},
        put_off={by_wire[each]: why for each, why in found.put_off.items()},
    )


def _given(client: smtplib.SMTP, sender: str, recipients: list[str], content: bytes, options: list[str]) -> Delivery:
    try:
        found = client.sendmail(sender, recipients, content, options)
    except smtplib.SMTPRecipientsRefused as error:
        if any(code == 421 for code, _ in error.recipients.values()):
            raise LineLost(_first_reason(error.recipients)) from error
        return _sorted(sent=False, answers=error.recipients)
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code == 421 or error.smtp_code in _LOGIN_WANTED:
            raise LineLost(reply_of(error)) from error
        # Whose address may write is the set-up's fault and not the mail's, and somebody may mend it.
        for_good = error.smtp_code == _TOO_LARGE
        return _all(recipients, reply_of(error), for_good=for_good)
    except smtplib.SMTPDataError as error:
        if error.smtp_code == 421:
            raise LineLost(reply_of(error)) from error
        return _all(recipients, reply_of(error), for_good=error.smtp_code >= 500)
    except smtplib.SMTPServerDisconnected as error:
        raise LineLost("the mail server broke off, or did not answer in time") from error
    except TimeoutError as error:
        raise LineLost("the mail server did not answer in time") from error
    except (OSError, ValueError, EOFError) as error:
        raise LineLost(f"the line to the mail server broke: {said(error)}") from error
    return _sorted(sent=True, answers=found)


def _sorted(*, sent: bool, answers: Mapping[str, tuple[int, bytes]]) -> Delivery:
    told = {address: (code, answer(code, text)) for address, (code, text) in answers.items()}
    return Delivery(
        sent=sent,
        refused={address: why for address, (code, why) in told.items() if code >= 500},
        put_off={address: why for address, (code, why) in told.items() if code < 500},
    )


def _all(recipients: list[str], why: str, *, for_good: bool) -> Delivery:
    each = dict.fromkeys(recipients, why)
    return Delivery(sent=False, refused=each) if for_good else Delivery(sent=False, put_off=each)


def _first_reason(answers: Mapping[str, tuple[int, bytes]]) -> str:
    return answer(*next(iter(answers.values())))


def _unwritable(address: str, *, utf8: bool) -> str | None:
    """Why an address cannot be given to the server; None where it can.

    `smtplib` takes what it is given apart once more (`parseaddr`): what it would read otherwise than we do is refused,
    or the mail would go to somebody else. A store of an earlier version may hold such.
    """
    if not is_mail_address(address):
        return _NOT_ONE
    if not carries(address, utf8=utf8):
        return "the mail server takes no address with letters outside ASCII"
    return None if parseaddr(on_wire(address, utf8=utf8))[1] == on_wire(address, utf8=utf8) else _NOT_ONE


def _without(letter: Letter, hidden: Collection[str]) -> Letter:
    """The letter without recipients whose addresses cannot be written."""
    if not hidden:
        return letter
    from dataclasses import replace

    to = tuple(box for box in letter.to if box.address not in hidden)
    cc = tuple(box for box in letter.cc if box.address not in hidden)
    # Somebody must stand in To: then it is who had a copy.
    return replace(letter, to=to or cc, cc=cc if to else ())


@contextmanager
def _no_longer_than(client: smtplib.SMTP, most: timedelta) -> Iterator[None]:
    """Break the line after `most`: a server that takes a byte now and then is never silent long enough to time out."""

    def cut() -> None:
        with suppress(OSError):
            if isinstance(client.sock, socket.socket):
                client.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(most.total_seconds(), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
