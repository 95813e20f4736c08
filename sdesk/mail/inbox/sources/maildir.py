"""Mail in a Maildir (and its Maildir++ folders), read and marked by renaming, as the format asks, without a lock."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.domain.system_words import reason_of
from sdesk.mail.inbox.sources.base import HEAD_BYTES, Item, MarkRefused, Raw, Taken, Unreadable, chunks

_INFO = ":2,"


@dataclass(frozen=True, slots=True)
class MaildirSettings:
    """Where, and what becomes of a message that was taken."""

    path: Path
    folders: tuple[str, ...] = ("INBOX",)
    """`INBOX` is the Maildir itself, `Done` its Maildir++ folder `.Done`."""
    after: str = "seen"
    """`seen`, `move:FOLDER` or `delete`."""


class MaildirSource:
    """A Maildir as a source of mail.

    A message's uid is its base name, which stays when it is moved to `cur` or its flags change; there is no
    UIDVALIDITY (0).
    Offered is what the ledger does not know, read by somebody or not, and what it knows but what was never marked: with
    `after = "seen"` that is a known message still in `new` (marking moves it to `cur` in one rename, so a crash leaves
    it in `new`),
    with `move` and `delete` any known message that is still there. A message in quarantine is moved to `cur`, flagged,
    not seen.
    """

    def __init__(self, settings: MaildirSettings) -> None:
        self._settings = settings
        kind, colon, target = settings.after.partition(":")
        if (kind, bool(colon), bool(target)) not in (
            ("seen", False, False),
            ("delete", False, False),
            ("move", True, True),
        ):
            raise BadInput(f"after = `{settings.after}` is none of seen, move:FOLDER, delete")
        self._after, self._target = kind, target

    def __enter__(self) -> Self:
        for folder in self._settings.folders:
            path = self._path(folder)
            with _reachable(path):
                for sub in ("new", "cur"):
                    os.scandir(path / sub).close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing is held."""

    def items(self, taken: Taken, *, flagged: bool = False) -> Iterator[Item]:
        """As `Source.items`; in the order of the base names, which begin with the time of delivery. Holds names, no
        messages."""
        for folder in self._settings.folders:
            places = self._places(folder)
            if flagged:
                places = {uid: place for uid, place in places.items() if "F" in _flags(place)}
            for uids in chunks(sorted(places, key=_delivered)):
                known = set(taken.known(folder, 0, uids))
                for uid in uids:
                    place = places[uid]
                    if uid in known and not self._unmarked(place):
                        continue
                    item = self._item(folder, uid, place)
                    if item is not None:
                        yield item

    def fetch(self, items: Sequence[Item]) -> Iterator[tuple[Item, Raw]]:
        """As `Source.fetch`; one message is in memory at a time."""
        for item in items:
            yield item, self._read(item)

    def heads(self, items: Sequence[Item]) -> Iterator[tuple[Item, Raw]]:
        """As `Source.heads`."""
        for item in items:
            yield item, self._read(item, HEAD_BYTES)

    def mark(self, items: Sequence[Item], *, quarantined: bool = False) -> None:
        """As `Source.mark`; one that cannot be marked keeps no other from it."""
        refusal: MailServerUnavailable | None = None
        for item in items:
            try:
                self._mark(item, quarantined=quarantined)
            except MailServerUnavailable as error:
                refusal = refusal or error
        if refusal is not None:
            raise MarkRefused(refusal.what, refusal.remedy) from refusal

    def _mark(self, item: Item, *, quarantined: bool) -> None:
        base = self._path(item.folder)
        place = self._find(item)
        if place is not None:
            with _reachable(base):
                if quarantined:
                    _rename(base / place, base / "cur" / _named(item.uid, _flags(place) | {"F"}))
                elif self._after == "delete":
                    (base / place).unlink(missing_ok=True)
                elif self._after == "move":
                    target = self._path(self._target)
                    for sub in ("tmp", "new", "cur"):
                        (target / sub).mkdir(mode=0o700, parents=True, exist_ok=True)
                    _rename(base / place, target / "cur" / _named(item.uid, _flags(place) | {"S"}))
                else:
                    _rename(base / place, base / "cur" / _named(item.uid, _flags(place) | {"S"}))

    def _path(self, folder: str) -> Path:
        if folder == "INBOX":
            return self._settings.path
        if "/" in folder or folder.startswith(".") or not folder:
            raise BadInput(f"`{folder}` cannot be a folder of a Maildir", "write Work.Done for the folder .Work.Done")
        return self._settings.path / f".{folder}"

    def _places(self, folder: str) -> dict[str, str]:
        """Every message's place (`cur/name`) by its uid. `new` is read before `cur`: a message moves in that direction
        only,
        so one that moves meanwhile is seen twice and not never."""
        base = self._path(folder)
        places: dict[str, str] = {}
        with _reachable(base):
            for sub in ("new", "cur"):
                with os.scandir(base / sub) as entries:
                    for entry in entries:
                        # Only files are mail: a folder cannot be read, and a FIFO would be waited for.
                        if not entry.name.startswith(".") and entry.is_file():
                            places[_uid(entry.name)] = f"{sub}/{entry.name}"
        return places

    def _unmarked(self, place: str) -> bool:
        if place.startswith("new/"):
            return True
        return self._after != "seen" and "F" not in _flags(place)

    def _item(self, folder: str, uid: str, place: str) -> Item | None:
        try:
            status = os.stat(self._path(folder) / place)
        except FileNotFoundError:
            moved = self._find(Item(folder, 0, uid, 0, None))
            return None if moved is None or moved == place else self._item(folder, uid, moved)
        arrived = datetime.fromtimestamp(int(status.st_mtime), UTC)
        return Item(folder, 0, uid, status.st_size, arrived, "F" in _flags(place))

    def _find(self, item: Item) -> str | None:
        """Where a message is now; None where it is gone. The usual places are tried before the folder is listed."""
        base = self._path(item.folder)
        for place in (f"new/{item.uid}", f"cur/{item.uid}{_INFO}", f"cur/{item.uid}{_INFO}S"):
            if (base / place).is_file():
                return place
        return self._places(item.folder).get(item.uid)

    def _read(self, item: Item, most: int = -1) -> Raw:
        base = self._path(item.folder)
        for _ in range(3):  # a mail program may rename it between finding and opening
            place = self._find(item)
            if place is None:
                return None
            try:
                with (base / place).open("rb") as file:
                    return file.read(most)
            except FileNotFoundError:
                continue
            except OSError as error:
                # One file with wrong rights, or on a bad spot of the disk, keeps no other mail out.
                return Unreadable(f"{base / place} cannot be read: {reason_of(error)}")
        return None


@contextmanager
def _reachable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MailServerUnavailable(f"{path} is no Maildir", "a Maildir has the folders new, cur and tmp") from error
    except PermissionError as error:
        raise MailServerUnavailable(f"the Maildir {path} may not be used: {reason_of(error)}") from error
    except OSError as error:
        raise MailServerUnavailable(f"the Maildir {path} cannot be used: {reason_of(error)}") from error


def _rename(old: Path, new: Path) -> None:
    if old != new:
        try:
            old.rename(new)
        except FileNotFoundError:
            # Gone or moved by somebody else since it was found: there is nothing left to mark.
            if not new.parent.is_dir():
                raise


def _uid(name: str) -> str:
    return name.partition(_INFO)[0]


def _flags(place: str) -> set[str]:
    return set(place.partition(_INFO)[2])


def _named(uid: str, flags: set[str]) -> str:
    return uid + _INFO + "".join(sorted(flags))


def _delivered(uid: str) -> tuple[int, str]:
    seconds = uid.partition(".")[0]
    return (int(seconds) if seconds.isdecimal() and len(seconds) < 20 else 0, uid)
