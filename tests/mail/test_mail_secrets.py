"""Secrets come from a command or a private file, and no error shows one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sdesk.config.wire import Auth, Server
from sdesk.domain.errors import BadInput, MailServerUnavailable, SdeskError
from sdesk.mail.secrets import password_of, token_of


def server(*command: str, file: Path | None = None, timeout: float = 10.0) -> Server:
    """A server whose password comes from a command or a file."""
    return Server(
        section="mailboxes.support",
        host="localhost",
        port=143,
        user="support",
        password_command=command,
        password_file=file,
        timeout=timeout,
    )


def secret_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    """A file with this content and mode."""
    file = folder / "secret"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_a_command_gives_its_first_line() -> None:
    assert password_of(server("printf", " pass word \\nsecond line\\n")) == " pass word "


def test_a_command_is_run_without_a_shell() -> None:
    assert password_of(server("printf", "%s", "$HOME;`id`")) == "$HOME;`id`"


def test_a_command_has_nothing_to_read() -> None:
    with pytest.raises(MailServerUnavailable, match="printed no secret"):
        password_of(server("cat"))


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    before = time.monotonic()
    child = tmp_path / "child"
    with pytest.raises(MailServerUnavailable, match=r"sh gave no answer in 0.5 s"):
        password_of(server("sh", "-c", f"sleep 60 & echo $! >{child}; wait", timeout=0.5))
    assert time.monotonic() - before < 10
    number = int(child.read_text())
    for _ in range(100):
        if _ended(number):
            break
        time.sleep(0.05)
    assert _ended(number)


def _ended(number: int) -> bool:
    """Whether a process is gone, or dead and only not yet buried."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{number}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z"


@pytest.mark.parametrize(
    ("command", "error", "said"),
    [
        (("sh", "-c", "echo hunter2; exit 3"), MailServerUnavailable, "sh failed (exit 3)"),
        (("printf", "\\nhunter2"), MailServerUnavailable, "printf printed no secret on its first line"),
        (("/nowhere/pass", "hunter2"), BadInput, "/nowhere/pass cannot be run: no such file or directory"),
        (("printf", "hunter2\\377"), BadInput, "the secret is not UTF-8"),
        (("printf", "hunter2\0"), BadInput, "printf cannot be run: it holds a NUL character"),
        ((), BadInput, "neither password_command nor password_file"),
    ],
)
def test_errors_say_what_to_do_and_never_the_secret(
    command: tuple[str, ...], error: type[SdeskError], said: str
) -> None:
    with pytest.raises(error) as caught:
        password_of(server(*command))
    assert said in str(caught.value)
    assert "mailboxes.support" in str(caught.value)
    assert caught.value.remedy
    assert "hunter2" not in str(caught.value)


def test_a_file_gives_its_first_line(tmp_path: Path) -> None:
    assert password_of(server(file=secret_file(tmp_path, "пароль 1\r\nnot this\n".encode()))) == "пароль 1"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_file_that_others_can_reach_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    file = secret_file(tmp_path, b"hunter2\n", mode)
    with pytest.raises(BadInput, match=r"can be read or changed by others. run `chmod 600 ") as caught:
        password_of(server(file=file))
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_missing_empty_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: no such file or directory"):
        password_of(server(file=tmp_path / "none"))
    with pytest.raises(BadInput, match="is no file"):
        password_of(server(file=_pipe(tmp_path)))
    with pytest.raises(BadInput, match=r"cannot be read: is a directory|is no file"):
        password_of(server(file=tmp_path))
    with pytest.raises(BadInput, match="holds no secret"):
        password_of(server(file=secret_file(tmp_path, b"\nhunter2\n")))


def _pipe(folder: Path) -> Path:
    path = folder / "pipe"
    os.mkfifo(path, 0o600)
    return path


def test_a_token_comes_from_its_own_command() -> None:
    both = Server(
        section="smtp",
        host="localhost",
        port=25,
        auth=Auth.OAUTH2,
        password_command=("printf", "no"),
        token_command=("printf", "yes"),
    )
    assert token_of(both) == "yes"
    with pytest.raises(BadInput, match=r"\[mailboxes.support\] has no token_command"):
        token_of(server("printf", "no"))
