"""What the SSH server and the account need: lines of `authorized_keys`, and the instructions of `sdesk ssh setup`."""

from __future__ import annotations

import os
import pwd
import shlex
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from sdesk.cli import diagnostics
from sdesk.cli.invocation import Invocation
from sdesk.domain.errors import BadInput

_USUAL_ACCOUNT = "desk"

_INSTRUCTIONS = """\
# How this desk is served over OpenSSH. Nothing of it has been done yet: look at it, then do it as root.

# 1. The account: it owns the store, has no password, and nobody works as it. No sdesk may run while the owner changes.
{account}
chown {user}: {folder} {store}
chmod 700 {folder}
chmod 600 {store}
{config}
# 2. What the SSH server is told: put this into /etc/ssh/sshd_config.d/sdesk.conf.
{sshd}
# 3. Have it looked at, then taken up.
sshd -t && systemctl reload ssh

# 4. Each agent's public key stands in the desk file, as [agents.LOGIN] keys = ["ssh-ed25519 ..."]; then
#        ssh {user}@{host}                        opens the console
#        ssh {user}@{host} list -o json | jq      runs a command
"""

_SSHD = """\
Match User {user}
    AuthorizedKeysCommand {keys}
    AuthorizedKeysCommandUser {user}
    AuthorizedKeysFile none
    AuthenticationMethods publickey
    ExposeAuthInfo yes
    ForceCommand {session}
    PermitTTY yes
    DisableForwarding yes
    AllowTcpForwarding no
    AllowStreamLocalForwarding no
    AllowAgentForwarding no
    X11Forwarding no
    PermitTunnel no
    PermitUserRC no
    AcceptEnv LANG LC_*
    ClientAliveInterval 60
    ClientAliveCountMax 3
Match all
"""


def program() -> list[str]:
    """This program, whatever the variables and folders of who runs it say (`python -I`)."""
    root = Path(__file__).resolve().parents[2]
    libraries = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}
    if root in libraries:
        return [sys.executable, "-I", "-m", "sdesk"]
    start = f"import sys; sys.path[:0] = [{str(root)!r}]; from sdesk.main import main; main()"
    return [sys.executable, "-I", "-c", start]


def _command(call: Invocation, *words: str) -> list[str]:
    """A command of this desk, by absolute paths. BadInput for a path that no line can hold."""
    command = program()
    if call.config.file is not None:
        command += ["--config", str(call.config.file.absolute())]
    command += ["--db", str(call.store.absolute()), "ssh", *words]
    if any(not word.isprintable() for word in command):
        raise BadInput("a path with a line break or a control character cannot stand in a line", "use another path")
    return command


def session_command(call: Invocation) -> list[str]:
    """What serves a login; the agent's name follows."""
    return _command(call, "session")


def key_line(command: Sequence[str], login: str, key: str) -> str:
    """A line of `authorized_keys` (sshd(8)): the shell of the account reads the command, sshd its quotes before."""
    written = shlex.join([*command, login]).replace('"', '\\"')
    return f'restrict,pty,command="{written}" {key}'


def instructions(call: Invocation, account: str | None) -> str:
    """The page, with the real paths; warns of what is not yet as it says."""
    store = call.store.absolute()
    user = account or _owner(store)
    for doubt in _doubts(store, call.config.file, user):
        diagnostics.warning(doubt)
    folder = shlex.quote(str(store.parent))
    config = ""
    if (file := call.config.file) is not None:
        named = shlex.quote(str(file.absolute()))
        config = f"chown root:{user} {named}\nchmod 640 {named}\n"
    # `%` begins a token for sshd, but in ForceCommand.
    keys = shlex.join(_command(call, "authorized-keys")).replace("%", "%%")
    sshd = _SSHD.format(user=user, keys=f"{keys} %u", session=shlex.join(session_command(call)))
    there = f"# (there is an account {user} already)" if _exists(user) else _made(user, folder)
    return _INSTRUCTIONS.format(
        account=there, user=user, folder=folder, store=shlex.quote(str(store)), config=config, sshd=sshd, host=_host()
    )


def _made(user: str, folder: str) -> str:
    # `*` is no password; `!`, as useradd leaves it, locks the account for keys too where sshd asks PAM for nothing.
    return f"useradd --system --home-dir {folder} --shell /bin/sh --user-group {user}\nusermod --password '*' {user}"


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _owner(store: Path) -> str:
    """Who owns the store; the usual account where that is root, or nobody yet."""
    try:
        found = store.owner()
    except (OSError, KeyError):
        return _USUAL_ACCOUNT
    return _USUAL_ACCOUNT if found == "root" else found


def _host() -> str:
    import socket

    return socket.gethostname()


def _doubts(store: Path, config: Path | None, user: str) -> Iterator[str]:
    """What would let somebody past the fence, or nobody in."""
    try:
        if os.stat(store).st_mode & 0o077:
            yield f"others may read {store}: chmod 600"
        if os.stat(store.parent).st_mode & 0o077:
            yield f"others may look into {store.parent}: chmod 700"
        known = {store.name, *(f"{store.name}-{part}" for part in ("wal", "shm")), *([config.name] if config else ())}
        if any(each.name not in known for each in store.parent.iterdir()):
            yield f"{store.parent} holds more than the store, and would be the account's alone: give the store its own"
    except OSError:
        yield f"there is no store at {store} yet: make it with `sdesk db init`"
    if user == "root":
        yield "the account is root: whoever gets out of a session has the machine. Make an account"
    if not _exists(user) or user == "root":
        return
    account = pwd.getpwnam(user)
    program = (Path(__file__).resolve().parents[1], Path(sys.executable).absolute())
    for each in program:
        above = next((part for part in (each, *each.parents) if part.stat().st_uid == account.pw_uid), None)
        if above is not None:
            yield f"{above} is of {user}, who could write the program itself: let root own it"
    for each in (*program, *(() if config is None else (config.absolute(),))):
        closed = next((part for part in reversed(each.parents) if not _may_enter(part, account)), None)
        if closed is not None:
            yield f"{user} cannot reach {each}, since {closed} is closed: let it lie where everybody may look"


def _may_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    found = folder.stat()
    if found.st_uid == account.pw_uid:
        return bool(found.st_mode & 0o100)
    if found.st_gid in os.getgrouplist(account.pw_name, account.pw_gid):
        return bool(found.st_mode & 0o010)
    return bool(found.st_mode & 0o001)
