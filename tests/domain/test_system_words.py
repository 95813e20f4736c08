"""What the system says, as a part of a sentence."""

from __future__ import annotations

import errno
import os

import pytest

from sdesk.domain.system_words import reason_of


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOENT, os.strerror(errno.ENOENT), "a.txt"), "no such file or directory"),
        (OSError("The disk is gone."), "the disk is gone"),
        (ValueError("embedded null byte"), "embedded null byte"),
    ],
)
def test_it_begins_small_and_ends_without_a_full_stop(error: OSError | ValueError, said: str) -> None:
    assert reason_of(error) == said
