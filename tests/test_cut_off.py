"""The tests are cut off from the machine: what conftest.py promises holds."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest
from textual import constants


def test_home_is_empty_and_no_setting_of_the_person_is_left() -> None:
    assert list(Path.home().iterdir()) == []
    assert [name for name in os.environ if name.startswith(("SDESK_", "XDG_")) and "REQUIRE" not in name] == []
    assert "NO_COLOR" not in os.environ


def test_local_time_is_utc() -> None:
    assert time.tzname == ("UTC", "UTC")


def test_nothing_moves_by_itself() -> None:
    assert constants.TEXTUAL_ANIMATIONS == "none"


@pytest.mark.parametrize("address", [("192.0.2.1", 993), ("mail.sdesk-tests-must-not-resolve.net", 993)])
def test_no_test_leaves_the_machine(address: tuple[str, int]) -> None:
    # By its name: that it is no OSError is the point, so that nothing takes it for a server that is down.
    with pytest.raises(Exception, match=r"connection to|name lookup of") as caught:
        socket.create_connection(address, timeout=1)
    assert type(caught.value).__name__ == "NetworkTouched"
    assert not isinstance(caught.value, OSError)


def test_a_reserved_name_is_a_server_that_is_not_there() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("mail.samotsvet.example", 993), timeout=1)


def test_the_loopback_interface_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=1):
        assert server.getsockname()[0] == "127.0.0.1"
