"""The errors that a person can act on. Anything else that is raised is a bug.

SdeskError
├── NotFound      there is no such thing, or it stands behind a wall      (exit 3)
├── Conflict      somebody else changed it meanwhile                      (exit 7)
├── Refused       a rule of the desk says no                              (exit 1)
├── Declined      the person was asked, and did not agree                 (exit 1)
├── BadInput      the words of a call, a file or a filter are wrong       (exit 2)
│   └── BadFilter               of a filter: which of its words
└── Unavailable   the store cannot be reached or used                     (exit 4)
    ├── StoreLocked             another process holds it                       (exit 4)
    ├── MailServerUnavailable   the mail server cannot, or refuses the login   (exit 5)
    └── CallFailed              a program or address that the desk calls       (exit 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class SdeskError(Exception):
    """A sentence for the person: what is wrong, and what to do about it."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        """What is wrong, one line, without a full stop."""
        self.remedy = remedy
        """What to do, one line (with the command that mends it, where there is one); may be empty."""
        self.about = ""
        """The parameter of the action that it is about, where it is one: a form goes to its field."""

    def __str__(self) -> str:
        return f"{self.what}. {self.remedy}" if self.remedy else self.what


@contextmanager
def about(parameter: str) -> Iterator[None]:
    """What is refused within is about this parameter, unless it says another."""
    try:
        yield
    except SdeskError as error:
        error.about = error.about or parameter
        raise


class NotFound(SdeskError):
    """There is no such thing, or the acting agent may not know of it: the two look the same."""


class Conflict(SdeskError):
    """The change was made on an outdated copy."""


class Refused(SdeskError):
    """A rule of the desk does not allow it."""


class NothingToDo(Refused):
    """There is nothing that it could be done to: no failure for a script."""


class Declined(SdeskError):
    """The person did not agree: no error, but what was asked for is not done, and `a && b` must not go on."""


class BadInput(SdeskError):
    """The words of a call, a filter or a file are wrong."""

    def __init__(self, what: str, remedy: str = "", *, others: Sequence[BadInput] = ()) -> None:
        super().__init__(what, remedy)
        self.others = tuple(others)
        """What else is wrong, where several things were looked at before anything was refused."""


def refuse_all(wrong: Sequence[BadInput]) -> None:
    """BadInput for the first thing that is wrong, with all `others` in it; nothing where nothing is."""
    if wrong:
        refusal = BadInput(wrong[0].what, wrong[0].remedy, others=wrong[1:])
        refusal.about = wrong[0].about
        raise refusal


class BadFilter(BadInput):
    """A filter is wrong, in one of its words."""

    def __init__(self, what: str, remedy: str = "", *, word: str, text: str = "", start: int | None = None) -> None:
        super().__init__(what, remedy)
        self.text = text
        """The whole filter; empty for who knows no text."""
        self.word = word
        """The faulty word; of several values of a field the one that is wrong, as `team:itt`."""
        self.start = start
        """Where it begins in the text, counted from 0; None without one (`filters.place_of` finds it)."""


class Unavailable(SdeskError):
    """The store is missing, locked, full, damaged, or of another version."""


class StoreLocked(Unavailable):
    """The store is held by another process for longer than a writer waits: a later try may do."""


class MailServerUnavailable(Unavailable):
    """The mail server is out of reach, hangs, or refuses the login."""


class CallFailed(Unavailable):
    """A program or an address outside that the desk calls does not do its part: a later try may do."""
