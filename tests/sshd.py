"""A real sshd on the loopback interface that serves a desk as `sdesk ssh setup` says, and agents who log in to it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW

from sdesk.actions.perform import create
from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM
from sdesk.store import migrate
from sdesk.store.reader import Reader

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
ROOT = Path(__file__).parents[1]

_CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
UsePAM no
PermitRootLogin prohibit-password
LogLevel VERBOSE
StrictModes no
Subsystem sftp internal-sftp
AcceptEnv *
AllowTcpForwarding yes
AllowAgentForwarding yes
X11Forwarding yes
PermitTunnel yes
"""
"""As careless as a server can be: what holds for the desk's account is what its own section says."""


def _is_roots(program: Path) -> bool:
    """Whether nobody but root can write a program, as sshd wants it."""
    found = [each.stat() for each in (program, *program.parents)]
    return all(each.st_uid == 0 and not each.st_mode & 0o022 for each in found)


class Served:
    """A desk behind a server, and keys for its agents."""

    def __init__(self, folder: Path, program: str) -> None:
        self.folder, self._program = folder, program
        self._keys: Path | None = None
        self.home = folder / "desk"
        self.store = self.home / "sdesk.db"
        self.account = pwd.getpwuid(os.getuid()).pw_name
        for name in ("host", "anna", "boris", "olga", "stranger"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True
            )
        self.log = folder / "log"
        self.configuration = folder / "sdesk.toml"
        self.configuration.write_text(
            f'[store]\nurl = "{self.store}"\n'
            f'[mailboxes.box]\nkind = "maildir"\npath = "{folder}"\naddresses = ["a@desk.example"]\nteam = "it"\n',
            encoding="utf-8",
        )
        self._make_desk()
        self._start()

    def _make_desk(self) -> None:
        migrate.init(self.store)
        desk = open_desk(self.store)
        apply(desk, self.desk_file("anna", "boris", "olga"), "desk.toml", actor=SYSTEM, now=NOW)
        with Reader(self.store) as reader:
            olga, anna = reader.actor("olga"), reader.actor("anna")
        for agent, team, subject in ((anna, "it", "The till is down"), (olga, "hr", "A secret of two people")):
            create(desk, agent, {"subject": subject, "text": "see there", "team": team}, now=NOW)
        desk.close()

    def desk_file(self, *logins: str) -> str:
        """The desk file in which these agents have their keys."""
        text = DESK_FILE
        for login in logins:
            key = (self.folder / f"{login}.pub").read_text(encoding="ascii").strip()
            text = text.replace(f"[agents.{login}]\n", f'[agents.{login}]\nkeys = ["{key}"]\n')
        return text

    def local(self, *words: str, agent: str = "anna", stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """The same program on this machine."""
        return subprocess.run(
            [*(sys.executable, "-m", "sdesk", "--config", str(self.configuration)), "--as", agent, *words],
            env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONPATH": str(ROOT)},
            input=stdin,
            capture_output=True,
            check=False,
            timeout=60,
        )

    def _start(self) -> None:
        page = self.local("ssh", "setup", "--account", self.account).stdout.decode()
        section = page[page.index("Match User") : page.index("Match all")]
        if not _is_roots(Path(sys.executable).resolve()):
            # sshd runs no command that somebody else could have written: then the keys lie in a file.
            self._keys = self.folder / "keys"
            self.read_keys()
            lines = [line for line in section.splitlines(keepends=True) if " AuthorizedKeys" not in line]
            section = "".join([*lines, f"    AuthorizedKeysFile {self._keys}\n"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        configuration = self.folder / "sshd_config"
        configuration.write_text(_CONFIGURATION.format(port=self.port, folder=self.folder) + section, encoding="utf-8")
        if os.getuid() == 0:
            # Where sshd shuts its unprivileged part in. It stays: another server of this machine may need it too.
            os.makedirs("/run/sshd", 0o755, exist_ok=True)
        checked = subprocess.run([self._program, "-t", "-f", str(configuration)], capture_output=True, check=False)
        assert checked.returncode == 0, checked.stderr.decode()
        self.effective = subprocess.run(
            [self._program, "-T", "-f", str(configuration), "-C", f"user={self.account},host=x,addr=127.0.0.1"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        with self.log.open("wb") as log:
            self._server = subprocess.Popen(
                [self._program, "-D", "-e", "-f", str(configuration)], stdin=subprocess.DEVNULL, stderr=log
            )
        host = (self.folder / "host.pub").read_text(encoding="ascii")
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {host}", encoding="ascii")
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with socket.socket() as knocking:
                if knocking.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text(encoding="utf-8"))

    def read_keys(self) -> None:
        """Have the server see what the desk file says now: where it asks by itself, nothing needs be done."""
        if self._keys is not None:
            self._keys.write_bytes(self.local("ssh", "authorized-keys", self.account).stdout)

    def command(self, agent: str, *options: str, alone: bool = True) -> list[str]:
        """What this agent types, up to the host. Not `alone`: over the connection that stands already."""
        shared = ["-S", "none"] if alone else ["-S", str(self.folder / f"c-{agent}"), "-o", "ControlMaster=auto"]
        return [
            *("ssh", "-F", "/dev/null", "-i", str(self.folder / agent), "-p", str(self.port)),
            *("-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={self.folder / 'known'}"),
            *("-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR", *shared, "-o", "ControlPersist=20"),
            *(*options, f"{self.account}@127.0.0.1"),
        ]

    def ssh(
        self,
        agent: str,
        *words: str,
        options: Sequence[str] = (),
        stdin: bytes = b"",
        env: dict[str, str] | None = None,
        anew: bool = False,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command; over the agent's connection, where each is a session of its own, unless it shall be `anew`."""
        alone = anew or bool(options) or env is not None
        return subprocess.run(
            # What begins with a dash is meant for the other side.
            [*self.command(agent, *options, alone=alone), *(["--"] if words else []), *words],
            input=stdin,
            capture_output=True,
            check=False,
            timeout=60,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "TERM": "xterm-256color", **(env or {})},
        )

    def close(self) -> None:
        for agent in ("anna", "boris", "olga"):
            subprocess.run([*self.command(agent, "-O", "exit", alone=False)], capture_output=True, check=False)
        self._server.terminate()
        self._server.wait(timeout=20)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A desk behind an sshd, one for all tests of a file. Skipped without one."""
    shell = Path(pwd.getpwuid(os.getuid()).pw_shell).name
    if SSHD is None or shutil.which("ssh") is None or shell in {"nologin", "false"}:
        how = "no sshd here, or nobody logs in as who runs this: apt-get install openssh-server openssh-client"
        if os.environ.get("SDESK_REQUIRE_SERVERS") == "1":
            pytest.fail(how)
        pytest.skip(how)
    with tempfile.TemporaryDirectory(prefix="sshd-") as folder:  # short, as the name of a socket must be
        desk = Served(Path(folder), SSHD)
        try:
            yield desk
        finally:
            desk.close()
