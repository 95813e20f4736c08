"""Writing a ticket's file to disk: under a safe name, never over what is there, readable by its owner alone."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from sdesk.actions.fence import keep_off_files
from sdesk.actions.grammar import path_of
from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import one_line, safe_file_name
from sdesk.domain.system_words import reason_of


def target_of(text: str, name: str) -> Path:
    """The file that a person means by a path: within it where it is a folder, `~` is home.

    BadInput for no such folder, and for what can be no path: a home of nobody, a name too long, one with a NUL.
    `name` is what the mail calls the file: of it only a safe name is taken.
    """
    written = text.strip()
    if not written:
        raise BadInput(phrase("there is no path"), phrase("name a file or a folder"))
    try:
        path = path_of(written)
        if path.is_dir():
            path = path / safe_file_name(name)
        there = path.parent.is_dir()
        # Of a name too long the system says so when it is asked for the file.
        path.lstat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        why = reason_of(error)
        raise BadInput(
            phrase("{path} cannot be written: {why}", path=one_line(written), why=why), phrase("name another place")
        ) from error
    if not there:
        raise BadInput(phrase("there is no folder {folder}", folder=path.parent), phrase("name a folder that there is"))
    return path


def write_new(path: Path, content: bytes) -> Path:
    """Write a file that was not there; where there is one, under the next free name, as `name (2).txt`. Gives its path.

    BadInput where it cannot be written, Refused where the disk is the server's. Nothing half written stays.
    """
    keep_off_files()
    for number in count(1):
        wanted = path if number == 1 else path.with_name(f"{path.stem} ({number}){path.suffix}")
        try:
            # O_EXCL follows no link either: whoever laid one there gets no content of ours.
            handle = os.open(wanted, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        except (OSError, ValueError) as error:
            raise _unwritable(wanted, error) from error
        try:
            with open(handle, "wb") as file:
                file.write(content)
        except OSError as error:
            wanted.unlink(missing_ok=True)
            raise _unwritable(wanted, error) from error
        return wanted
    raise AssertionError("counting ends nowhere")


def _unwritable(path: Path, error: OSError | ValueError) -> BadInput:
    why = reason_of(error)
    return BadInput(
        phrase("{path} cannot be written: {why}", path=path, why=why),
        phrase("name another place"),
    )
