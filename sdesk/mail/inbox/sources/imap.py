"""Mail on an IMAP4rev1 server (RFC 3501) as a source: what is new, its bytes, and what was taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.mail.inbox.sources.base import HEAD_BYTES, Item, MarkRefused, Raw, Taken, Unreadable, batches
from sdesk.mail.inbox.sources.imap_line import ImapLine, ImapSettings, ServerRefused, ServerSilent

if TYPE_CHECKING:
    from imapclient import IMAPClient  # type: ignore[import-untyped]  # it has no types

__all__ = ["QUARANTINE", "TAKEN", "ImapSettings", "ImapSource"]

TAKEN = "$SDesk"
"""Keyword of a message that was taken and stays in its folder."""
QUARANTINE = "$SDeskQuarantine"
"""Keyword of a message whose handling failed, and of one that the desk does not hold whole."""

_LISTED = 500
"""Messages whose sizes are asked for in one go."""
_HEAD, _HEAD_KEY = f"BODY.PEEK[]<0.{HEAD_BYTES}>", b"BODY[]<0>"
_FACTS = ["RFC822.SIZE", "INTERNALDATE", "FLAGS"]
_BREAKS = 5
"""So often a server may break off over a message in one run before the run ends."""


class ImapSource:
    r"""Folders of an IMAP account as a source of mail.

    What a fetch looks at: every message above the highest UID that the ledger knows for (folder, UIDVALIDITY),
    whatever its flags, so that somebody who reads the mailbox in a mail program takes nothing away from the desk; and,
    at or below it, what was taken but not marked, because a fetch was killed in between. The latter are, with
    `after = "seen"`, unread and without our keyword $SDesk (a person who marks a message unread again does not bring it
    back, since the keyword stays); with `move` and `delete` all that are still in the folder and not in quarantine.
    Both are asked for by one SEARCH, which a server answers from its index. A server that lets nobody make keywords
    offers only the former with `seen`; a mark lost to a crash stays lost there, which loses no mail.

    Messages that are \Deleted are left alone. When UIDVALIDITY changes, all are offered again, and the caller's ledger
    tells by their bytes which it has. Fetching uses BODY.PEEK[], so nothing is marked read before it is stored. A
    message over which the server stumbles stops no other: it is asked for alone, and then is `Unreadable`.
    """

    def __init__(self, settings: ImapSettings) -> None:
        kind, colon, target = settings.after.partition(":")
        if (kind, bool(colon), bool(target)) not in (
            ("seen", False, False),
            ("delete", False, False),
            ("move", True, True),
        ):
            raise BadInput(f"after = `{settings.after}` is none of seen, move:FOLDER, delete")
        self._line = ImapLine(settings)
        self._folders = settings.folders
        self._after, self._target = kind, target
        self._target_made = False
        self._breaks = 0

    def __enter__(self) -> Self:
        self._line.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._line.close(politely=error is None)

    def lives(self) -> bool:
        """Whether the line can still be used, for who keeps it open between two fetches."""
        try:
            with self._line.talking("asked for a sign of life"):
                self._line.client.noop()
        except MailServerUnavailable:
            return False
        self._breaks = 0
        return True

    def items(self, taken: Taken, *, flagged: bool = False) -> Iterator[Item]:
        """As `Source.items`, each folder by ascending UID. Holds UIDs, and sizes of 500 messages."""
        line = self._line
        for folder in self._folders:
            # Anew: what the server said then is how far this listing goes.
            client = line.select(folder, anew=True)
            if line.folder.get(b"EXISTS") == 0:
                continue
            validity = line.uidvalidity
            highest = taken.highest(folder, validity)
            criteria = self._criteria(highest, flagged=flagged)
            with line.talking("searched"):
                uids = sorted(client.search(criteria)) if criteria else []
            for start in range(0, len(uids), _LISTED):
                part = uids[start : start + _LISTED]
                found = self._facts(folder, part)
                for uid in part:
                    # One of which the server says nothing may have vanished, or not: the fetch will tell.
                    yield _item(folder, validity, uid, found.pop(uid, {}))

    def fetch(self, items: Sequence[Item]) -> Iterator[tuple[Item, Raw]]:
        """As `Source.fetch`."""
        return self._parts(items, "BODY.PEEK[]", b"BODY[]")

    def heads(self, items: Sequence[Item]) -> Iterator[tuple[Item, Raw]]:
        """As `Source.heads`: a header has no length of its own that could be trusted, so the first bytes it is."""
        return self._parts(items, _HEAD, _HEAD_KEY)

    def mark(self, items: Sequence[Item], *, quarantined: bool = False) -> None:
        """As `Source.mark`."""
        line = self._line
        for (folder, validity), group in groupby(items, key=lambda item: (item.folder, item.uidvalidity)):
            uids = [int(item.uid) for item in group]
            client = line.select(folder)
            if line.uidvalidity != validity:
                continue  # the folder was made anew: these messages are offered again under other UIDs
            try:
                with line.talking("told what was taken"):
                    self._mark(client, uids, quarantined=quarantined)
            except ServerRefused as error:
                raise MarkRefused(error.what, error.remedy) from error

    # ---- reading ----------------------------------------------------------------------------------

    def _facts(self, folder: str, uids: Sequence[int]) -> dict[int, Any]:
        """Size, arrival and flags by UID; where one message makes the server refuse, each is asked for alone."""
        client = self._line.select(folder)
        try:
            with self._line.talking("asked for sizes"):
                return dict(client.fetch(uids, _FACTS))
        except ServerRefused:
            found: dict[int, Any] = {}
            for uid in uids:
                with suppress(ServerRefused), self._line.talking("asked for sizes"):
                    found |= client.fetch([uid], _FACTS)
            return found

    def _parts(self, items: Sequence[Item], wanted_part: str, key: bytes) -> Iterator[tuple[Item, Raw]]:
        for batch in batches(items):
            for (folder, validity), group in groupby(batch, key=lambda item: (item.folder, item.uidvalidity)):
                wanted = list(group)
                found = self._together(folder, validity, wanted, wanted_part)
                for item in wanted:
                    raw = found.pop(int(item.uid), {}).get(key)
                    yield self._alone(item, wanted_part, key) if raw is None else (item, raw)

    def _together(self, folder: str, validity: int, wanted: Sequence[Item], part: str) -> dict[int, Any]:
        """A part of several messages in one go; nothing where one of them makes the server refuse or break off."""
        line = self._line
        client = line.select(folder)
        if line.uidvalidity != validity:
            return {}
        try:
            with line.talking("read"):
                return dict(client.fetch([int(item.uid) for item in wanted], [part]))
        except ServerSilent:
            raise
        except ServerRefused:
            return {}
        except MailServerUnavailable as error:
            self._mend(error)
            return {}

    def _alone(self, item: Item, part: str, key: bytes) -> tuple[Item, Raw]:
        """A part of one message: None where it is gone, `Unreadable` where it is there and cannot be had."""
        line = self._line
        client = line.select(item.folder)
        if line.uidvalidity != item.uidvalidity:
            return item, None
        line.cut.clear()
        try:
            with line.talking("read"):
                raw = client.fetch([int(item.uid)], [part]).get(int(item.uid), {}).get(key)
        except ServerSilent:
            raise
        except ServerRefused as error:
            if line.cut:
                # Larger than it was listed as, and larger than may be: its beginning it is.
                return self._alone(replace(item, size=line.cut[-1]), _HEAD, _HEAD_KEY)
            return item, Unreadable(error.what) if self._is_there(item) else None
        except MailServerUnavailable as error:
            self._mend(error)
            return item, Unreadable(error.what)
        if raw is None:
            hidden = f"the mail server {line.settings.place} lists it and does not hand it over"
            return item, Unreadable(hidden) if self._is_there(item) else None
        return item, raw

    def _is_there(self, item: Item) -> bool:
        client = self._line.select(item.folder)
        with self._line.talking("searched"):
            return bool(client.search(["UID", item.uid]))

    def _mend(self, error: MailServerUnavailable) -> None:
        """Another connection after one that broke over a message; a server that does so again and again is down."""
        self._breaks += 1
        if self._breaks > _BREAKS:
            raise error
        self._line.reopen()

    # ---- marking ----------------------------------------------------------------------------------

    def _mark(self, client: IMAPClient, uids: list[int], *, quarantined: bool) -> None:
        keywords = self._line.can_set(TAKEN, QUARANTINE)
        if quarantined:
            if keywords:
                client.add_flags(uids, [QUARANTINE], silent=True)
        elif self._after == "seen":
            client.add_flags(uids, ["\\Seen", TAKEN] if keywords else ["\\Seen"], silent=True)
        elif self._after == "delete":
            self._delete(client, uids)
        else:
            if not self._target_made and not client.folder_exists(self._target):
                client.create_folder(self._target)
            self._target_made = True
            client.add_flags(uids, ["\\Seen"], silent=True)
            if client.has_capability("MOVE"):
                client.move(uids, self._target)
            else:
                client.copy(uids, self._target)
                self._delete(client, uids)

    def _delete(self, client: IMAPClient, uids: list[int]) -> None:
        client.delete_messages(uids, silent=True)
        # Without UIDPLUS (RFC 4315) an EXPUNGE would also remove what people have marked to be deleted: then it is
        # left to them.
        if client.has_capability("UIDPLUS"):
            client.uid_expunge(uids)

    def _criteria(self, highest: int, *, flagged: bool) -> list[Any]:
        """What SEARCH is asked; empty where there can be nothing."""
        after = self._line.folder.get(b"UIDNEXT")
        # Where the server tells no UIDNEXT, `n:*` finds the last message even if there is none from n on: it is only
        # marked again.
        new = ["UID", f"{highest + 1}:{after - 1 if after is not None else '*'}"]
        unmarked: list[str] = []
        if highest and (self._after != "seen" or self._line.can_set(TAKEN, QUARANTINE)):
            unmarked = ["UID", f"1:{highest}", "UNKEYWORD", QUARANTINE]
            if self._after == "seen":
                unmarked += ["UNSEEN", "UNKEYWORD", TAKEN]
        if after is not None and after <= highest + 1:
            wanted: list[Any] = [unmarked] if unmarked else []
        else:
            wanted = ["OR", new, unmarked] if unmarked else [new]
        return ["UNDELETED", *(["FLAGGED"] if flagged else []), *wanted] if wanted else []


def _item(folder: str, validity: int, uid: int, found: Mapping[bytes, Any]) -> Item:
    return Item(
        folder,
        validity,
        str(uid),
        int(found.get(b"RFC822.SIZE") or 0),
        _arrived(found.get(b"INTERNALDATE")),
        b"\\Flagged" in (found.get(b"FLAGS") or ()),
    )


def _arrived(told: object) -> datetime | None:
    """When the server got it, UTC; None where it says nothing that could be an instant."""
    if not isinstance(told, datetime) or told.tzinfo is None:
        return None
    try:
        return told.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
