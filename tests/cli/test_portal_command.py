"""`sdesk portal`: what it asks for before it listens, and what it says where that is not so."""

from __future__ import annotations

import builtins
import socket
from pathlib import Path
from typing import Any

import pytest
from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk import main
from sdesk.cli.app import run
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Surroundings
from sdesk.config import Config, Portal
from sdesk.domain.errors import BadInput, Refused, Unavailable
from sdesk.portal.serve import base_of, listening, require_safe


def never(**_: object) -> Any:
    raise AssertionError("nothing else was asked for")


def served(desk_path: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the command; gives its code and what would be served."""
    calls: list[dict[str, Any]] = []
    surroundings = Surroundings(
        clock=lambda: NOW,
        run_console=never,
        build_demo=never,  # type: ignore[arg-type]
        run_portal=lambda **given: calls.append(given),
    )
    return run(["--db", str(desk_path), "portal", *words], surroundings), calls


def test_it_serves_where_it_is_told(desk_path: Path) -> None:
    code, (call,) = served(desk_path)
    assert code == ExitCode.DONE
    assert call["config"].portal == Portal("127.0.0.1", 8080, behind_proxy=False)
    assert (call["store"], call["verbose"], call["shows_links"], call["plain_http"]) == (desk_path, False, False, False)
    _, (call,) = served(desk_path, "--listen", "[::1]:9", "-v", "--show-links", "--plain-http")
    assert call["config"].portal[:2] == ("::1", 9)
    assert (call["verbose"], call["shows_links"], call["plain_http"]) == (True, True, True)


@pytest.mark.parametrize("where", ["8080", "localhost:8080", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "::1:9:x"])
def test_what_is_no_place_of_this_machine_is_wrong_usage(
    where: str, desk_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, calls = served(desk_path, "--listen", where)
    assert (code, calls) == (ExitCode.USAGE, [])
    assert "must be an address and a port" in capsys.readouterr().err


def test_without_the_extra_one_line_says_what_to_install(desk_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == "uvicorn":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BadInput) as missing:
        main.open_portal(store=desk_path, config=Config(), log=print)
    assert missing.value.remedy == "add the extra: pip install 'sdesk[portal]'"


def at(host: str, **more: bool) -> Config:
    return Config(portal=Portal(host, 8080, **more))


def test_others_are_let_in_through_a_proxy_or_where_it_is_said() -> None:
    for config in (at("127.0.0.1"), at("::1"), at("0.0.0.0", behind_proxy=True), at("192.0.2.1", behind_proxy=True)):
        require_safe(config, "https://desk.example", plain_http=False, shows_links=False)
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(Refused, match="nothing protects"):
            require_safe(at(host), "https://desk.example", plain_http=False, shows_links=False)
        require_safe(at(host), "http://desk.example", plain_http=True, shows_links=False)
    with pytest.raises(BadInput, match="nobody knows by which address"):
        require_safe(at("0.0.0.0"), "http://0.0.0.0:8080", plain_http=True, shows_links=False)
    with pytest.raises(Refused, match="links are shown only"):
        require_safe(at("192.0.2.1"), "http://x", plain_http=True, shows_links=True)


def test_links_lead_to_the_desk_files_address_or_to_where_it_listens(desk_path: Path) -> None:
    assert base_of(desk_path, at("::1")) == "http://[::1]:8080"
    mails = MailDesk(desk_path)
    mails.apply(DESK_FILE + '[portal]\nurl = "https://desk.example"\n')
    mails.desk.close()
    assert base_of(desk_path, at("127.0.0.1")) == "https://desk.example"


def test_an_address_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = Config(portal=Portal(port=taken.getsockname()[1]))
        with pytest.raises(Unavailable, match="the portal cannot listen on"):
            listening(config)
