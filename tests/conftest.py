"""Cuts every test off from the machine it runs on: its home, settings, locale, time zone, terminal, git and network."""

from __future__ import annotations

import gc
import ipaddress
import itertools
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from textual import constants

HERE = Path(__file__).parent

# As `sdesk.main` does: with all that the tests load, Python's own threshold spends a tenth of their time on looking for
# cycles (measured).
gc.set_threshold(50_000, 20, 20)
pytest_plugins = [
    name
    for name in ("servers", "desks", "compiled_once", "demo_desk", "undo_desk", "flagship", "smtp", "sshd")
    if (HERE / f"{name}.py").exists()
]

# The same examples at every run, since a failure in somebody else's change is no gift; `make fuzz` looks for new ones.
# They are few, since a hundred of the same every time find hardly more than forty do.
# No deadline: the machine is shared, and a slow example says nothing about the program.
settings.register_profile("repeatable", max_examples=40, derandomize=True, deadline=None)
settings.register_profile("fuzz", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("SDESK_HYPOTHESIS", "repeatable"))

KEPT = {"SDESK_PICTURES", "SDESK_REQUIRE_SERVERS", "SDESK_HYPOTHESIS"}
"""Settings of the test run itself, which stay as they are."""

FOREIGN = ("SDESK_", "XDG_", "GIT_", "LC_", "CLICOLOR", "TEXTUAL_")
"""Variables with these beginnings are taken away: they belong to who runs the tests."""

FOREIGN_NAMES = {
    "COLORTERM",
    "EDITOR",
    "FORCE_COLOR",
    "LANGUAGE",
    "NO_COLOR",
    "PAGER",
    # Programs that tests start need not compile the whole of the program each time.
    "PYTHONDONTWRITEBYTECODE",
    "SSH_CONNECTION",
    "SSH_TTY",
    "TMUX",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
    "VISUAL",
}


CALM = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_COLOR_SYSTEM": "truecolor"}
"""Settings of Textual: screens that do not move by themselves, in the same colours everywhere."""


class NetworkTouched(Exception):
    """A test tried to leave the machine. No OSError, so that no handler takes it for a server that is down."""


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of homes. Pytest's own numbers are sought in the whole folder each time, which takes longer than a test."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _clean_environment(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty home, no settings of the person's, English C locale in UTF-8, UTC, a terminal of 120 by 36."""
    for name in list(os.environ):
        if (name.startswith(FOREIGN) or name in FOREIGN_NAMES) and name not in KEPT:
            monkeypatch.delenv(name)
    home = next(_homes)
    home.mkdir(mode=0o700)
    for name, value in {
        "HOME": str(home),
        "LOGNAME": "tester",
        "USER": "tester",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "xterm-256color",
        "COLUMNS": "120",
        "LINES": "36",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **CALM,
    }.items():
        monkeypatch.setenv(name, value)
    # Textual read its settings when this file imported it, long before.
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", CALM["TEXTUAL_ANIMATIONS"])
    monkeypatch.setattr(constants, "COLOR_SYSTEM", CALM["TEXTUAL_COLOR_SYSTEM"])
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure() -> None:
    """What is garbage at the end is looked for once: pytest does it five times, each over all that was ever loaded."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Sockets of this process reach the loopback interface and Unix sockets, and nothing else."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _stay_here(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _stay_here(self, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is None or _is_here(name):
            return getaddrinfo(host, *args, **kwargs)
        if name.endswith((".invalid", ".example", ".test")):
            # Reserved by RFC 6761: these names exist nowhere, so this is what a name server would say.
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        raise NetworkTouched(f"name lookup of {name!r}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


def _stay_here(used: socket.socket, address: Any) -> None:
    if used.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
        raise NetworkTouched(f"connection to {address!r}")


def _is_here(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
