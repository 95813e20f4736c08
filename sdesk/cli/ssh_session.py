"""One session over SSH: who it is, what was typed, and the run of it behind the fence."""

from __future__ import annotations

import os
import pwd
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from sdesk.actions import fence
from sdesk.cli import terminal
from sdesk.cli.invocation import Invocation
from sdesk.cli.ssh_words import words_of
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput, NotFound, Refused, SdeskError

_TERMINAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,63}")
_LOCALE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_LOCALES = ("LANG", "LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LC_TIME", "LC_NUMERIC", "LC_COLLATE", "LC_MONETARY")
_PATH = "/usr/local/bin:/usr/bin:/bin"
_MOST_AUTHENTICATION = 65_536
"""Bytes of what the SSH server says of a login: a few keys."""


def serve(call: Invocation, login: str | None) -> int:
    """Serve what the SSH server has let in. `login`: the agent of the key; None: it stands in SSH_USER_AUTH."""
    environment = dict(os.environ)
    _forget_environment(environment)
    agent = _agent(call, login, environment)
    words = words_of(environment.get("SSH_ORIGINAL_COMMAND", ""))
    inner = Invocation(call.surroundings)
    inner.wishes.db, inner.wishes.agent = str(call.store.absolute()), agent
    inner.config = call.config
    call.close()
    call.surroundings.seal(call.store.absolute())
    try:
        with fence.raised():
            return _run(inner, words)
    except SdeskError as error:
        raise inner.placed(error) from error
    finally:
        inner.close()


def _run(inner: Invocation, words: list[str]) -> int:
    if not words:
        if not terminal.is_one():
            raise BadInput("there is neither a command nor a terminal", "type a command behind it: ssh desk list")
        return terminal.open_console(inner)
    from sdesk.cli.dispatch import dispatch

    return dispatch(words, inner)


def _forget_environment(given: Mapping[str, str]) -> None:
    """Of the environment keep what the terminal and the language are, where these can be such; all else is the
    account's own. Which store and which configuration it is, the command of the SSH server says."""
    account = pwd.getpwuid(os.getuid())
    kept = {"HOME": account.pw_dir, "LOGNAME": account.pw_name, "USER": account.pw_name, "PATH": _PATH}
    kept["TERM"] = found if _TERMINAL.fullmatch(found := given.get("TERM", "")) else "dumb"
    kept |= {name: given[name] for name in _LOCALES if _LOCALE.fullmatch(given.get(name, ""))}
    # What the server itself says of the connection.
    kept |= {name: given[name] for name in ("SSH_CONNECTION", "SSH_TTY") if name in given}
    os.environ.clear()
    os.environ.update(kept)


def _agent(call: Invocation, login: str | None, environment: Mapping[str, str]) -> str:
    """The agent whose key it was, who must still be one. Refused."""
    if login is None:
        key = _key_of_login(environment)
        login = next((each for each, known in call.reader.login_keys() if known == key), None)
        if login is None:
            raise Refused("your key is no agent's of this desk", "ask an admin to write it into the desk file")
    try:
        actor = call.reader.actor(login)
    except NotFound as error:
        raise Refused("your key is no agent's of this desk any more", "ask an admin") from error
    if actor.agent_id is None or login == SYSTEM.login:
        raise Refused(f"`{login}` is no agent who could log in", "name an agent of the desk file")
    return login


def _key_of_login(environment: Mapping[str, str]) -> str:
    """The one key by which the SSH server let somebody in, as `ExposeAuthInfo yes` has it written down. Refused."""
    how = "let it be told with ExposeAuthInfo yes: see `sdesk ssh setup`"
    named = environment.get("SSH_USER_AUTH", "")
    if not named:
        raise Refused("the SSH server does not say by which key you came", how)
    try:
        with Path(named).open("rb") as file:
            told = os.fstat(file.fileno())
            if not stat.S_ISREG(told.st_mode) or told.st_uid not in (0, os.geteuid()) or told.st_mode & 0o022:
                raise Refused("what says by which key you came is not the SSH server's", how)
            lines = file.read(_MOST_AUTHENTICATION).decode("ascii", "replace").splitlines()
    except OSError as error:
        raise Refused("what says by which key you came cannot be read", how) from error
    keys = [line.removeprefix("publickey ") for line in lines if line.startswith("publickey ")]
    if len(keys) != 1:
        raise Refused("you did not come by one key alone", "log in by a key of the desk file")
    return " ".join(keys[0].split()[:2])
