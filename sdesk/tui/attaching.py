"""Files of the agent's own machine: completing their paths as a shell does, and what can be attached."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sdesk.actions.fence import is_up
from sdesk.domain.errors import BadInput
from sdesk.domain.outgoing import MOST_ATTACHED
from sdesk.domain.safe_text import one_line
from sdesk.tui.language import _
from sdesk.tui.render.signals import size_text

MOST_NAMES = 200
"""Of a folder that are looked at for a list: nobody reads more."""


@dataclass(frozen=True, slots=True)
class Completed:
    """What Tab makes of a path that is begun."""

    text: str
    """As far as it is certain."""
    names: tuple[str, ...]
    """What it may go on with, folders with a slash."""


def complete(text: str) -> Completed:
    """Go on with a path as far as all that fits agrees; `~` is the home folder, hidden names only where asked for."""
    if is_up():
        return Completed(text, ())  # those of the server are nobody's business
    if text == "~":
        return Completed("~/", ())
    before, slash, begun = text.rpartition("/")
    folder = Path(before + slash or ".")
    try:
        with os.scandir(folder.expanduser()) as entries:
            names = sorted(
                entry.name + ("/" if entry.is_dir() else "")
                for entry in entries
                if entry.name.startswith(begun) and (begun or not entry.name.startswith("."))
            )
    except (OSError, RuntimeError):
        # No such folder, or no such user's home: there is nothing to go on with.
        return Completed(text, ())
    return Completed(before + slash + (_as_far_as_all_agree(names) or begun), tuple(names[:MOST_NAMES]))


def _as_far_as_all_agree(names: Sequence[str]) -> str:
    first, last = min(names, default=""), max(names, default="")
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that is to go along."""

    path: Path
    """Absolute."""
    size: int
    """Bytes, when it was chosen."""

    @property
    def label(self) -> str:
        """Name and size for eyes."""
        return f"{one_line(self.path.name)} {size_text(self.size)}"


def attach(text: str) -> Attached:
    """The file of a path as it was typed. BadInput where there is none, it cannot be read, or it is the server's."""
    if is_up():
        what = _("over SSH, files of the server are out of reach")
        raise BadInput(what, _("attach it from your machine: ssh ... ticket attach add NUMBER - --name NAME < FILE"))
    written = text.strip()
    try:
        path = Path(written).expanduser().absolute()
        if not path.is_file():
            what = _("`{path}` is a folder") if path.is_dir() else _("there is no file `{path}`")
            raise BadInput(what.format(path=one_line(written)), _("name a file; Tab completes"))
        size = path.stat().st_size
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(_("`{path}` cannot be read").format(path=one_line(written)), _("name another")) from error
    if not os.access(path, os.R_OK):
        raise BadInput(_("`{path}` cannot be read").format(path=one_line(written)), _("name another"))
    return Attached(path, size)


def attach_all(paths: Sequence[str]) -> dict[str, Attached]:
    """The files of those paths that are there."""
    found = {}
    for path in paths:
        try:
            found[path] = attach(path)
        except BadInput:
            # It is missing in the answer: the editor says which are.
            continue
    return found


def require_light(files: tuple[Attached, ...]) -> None:
    """BadInput where the files are too heavy for a mail: said before any of them is read."""
    size = sum(file.size for file in files)
    if size > MOST_ATTACHED:
        what = _("the files have {size} together, and a mail carries {most}")
        raise BadInput(
            what.format(size=size_text(size), most=size_text(MOST_ATTACHED)), _("take some away, or share a link")
        )
