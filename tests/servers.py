"""A private Dovecot on the loopback interface, for tests that need a real IMAP server. It shares nothing with one of
the system."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self

import pytest

LIBRARIES = ("/usr/lib", "/usr/libexec", "/opt/homebrew/libexec", "/usr/local/libexec")
HOW_TO_GET_IT = "no Dovecot here: apt-get install dovecot-imapd"

# Dovecot 2.4 reads another language than 2.3; what both understand comes last.
_CONFIGURATION_2_3 = """\
{tls_2_3}
disable_plaintext_auth = no
mail_location = maildir:{dir}/mail/%n
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={dir}/mail/%n allow_all_users=yes
}}
"""
_CONFIGURATION_2_4 = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
{tls_2_4}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {dir}/mail/%{{user | username}}
passdb static {{
  passdb_static_password = {password}
}}
userdb static {{
  userdb_static_allow_all_users = yes
  fields {{
    uid = {owner}
    gid = {owner_group}
    home = {dir}/mail/%{{user | username}}
  }}
}}
"""
_CONFIGURATION = """\
base_dir = {dir}/run
log_path = {dir}/dovecot.log
protocols = imap{lmtp}
listen = 127.0.0.1
auth_mechanisms = plain login
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
auth_failure_delay = 0
service imap-login {{
  chroot = {chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
service anvil {{
  chroot =
  # No growing pauses after a wrong password: all tests come from one address.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """A running server. Any user name is let in with `password`; a user's mail is the Maildir `maildir(user)`."""

    password = "a-password"

    def __init__(self, program: str) -> None:
        self._program = program
        # Not below pytest's folder: the paths of Unix sockets may have 107 bytes at most, and Dovecot's other users
        # must get in.
        self.dir = Path(tempfile.mkdtemp(prefix="sdesk-dovecot-"))
        self.dir.chmod(0o755)
        self.port, self.tls_port, self.lmtp_port = _free_ports(3)
        self.ca_file = self.dir / "certificate.pem"
        """The certificate that signs itself, for localhost and 127.0.0.1; missing where there is no `openssl`."""
        self._users = self._delivered = 0
        self._process: subprocess.Popen[bytes] | None = None
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid()).pw_name
        self._owner = "mail" if root else me
        internal = "dovecot" if root else me
        for folder in ("run", "mail"):
            (self.dir / folder).mkdir()
        self._own(self.dir / "mail")
        self._configuration = self.dir / "dovecot.conf"
        tls_2_3, tls_2_4 = self._certificate()
        told = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
        major, minor = (int(number) for number in told.split()[0].split(".")[:2])
        self._configuration.write_text(
            ((_CONFIGURATION_2_4 if (major, minor) >= (2, 4) else _CONFIGURATION_2_3) + _CONFIGURATION).format(
                dir=self.dir,
                tls_2_3=tls_2_3,
                tls_2_4=tls_2_4,
                internal=internal,
                internal_group=_group(internal),
                login="dovenull" if root else me,
                password=self.password,
                owner=self._owner,
                owner_group=_group(self._owner),
                chroot="login" if root else "",
                port=self.port,
                tls_port=self.tls_port if self.ca_file.exists() else 0,
                lmtp=" lmtp" if self.has_lmtp else "",
                lmtp_port=self.lmtp_port if self.has_lmtp else 0,
            )
        )

    @property
    def has_lmtp(self) -> bool:
        """Whether it can take mail by LMTP (RFC 2033): a package of its own on Debian."""
        return any((Path(folder) / "dovecot" / "lmtp").exists() for folder in LIBRARIES)

    def hand_over(self, sender: str, recipient: str, raw: bytes) -> None:
        """Deliver a message by LMTP; what stands before the `@`, and a `+`, is the user's name."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as line:
            line.sendmail(sender, [recipient], raw)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        with (self.dir / "stderr").open("wb") as stderr:
            self._process = subprocess.Popen(
                [self._program, "-F", "-c", str(self._configuration)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                # A group of its own: `stop` ends the processes too that still serve somebody.
                start_new_session=True,
            )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    if connection.recv(4) == b"* OK":
                        return
            except OSError:
                time.sleep(0.05)
        told = [
            path.read_text(errors="replace")[-2000:]
            for path in (self.dir / "stderr", self.dir / "dovecot.log")
            if path.exists()
        ]
        self.stop()
        raise RuntimeError("Dovecot did not start:\n" + "\n".join(told))

    def stop(self) -> None:
        """End this server, and no other."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            with suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says so by the latter
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process = None

    def crash(self) -> None:
        """End it at once, in the middle of whatever it serves."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self.stop()

    def new_user(self, mail: Path | Iterable[bytes] = ()) -> str:
        """A new account with a copy of a Maildir, or with these messages, unread, in its inbox. Gives the user's
        name."""
        self._users += 1
        user = f"user{self._users}"
        if isinstance(mail, Path):
            shutil.copytree(mail, self.maildir(user))
            self._own(self.maildir(user))
        else:
            for sub in ("new", "cur", "tmp"):
                (self.maildir(user) / sub).mkdir(parents=True, mode=0o700)
            for raw in mail:
                self.deliver(user, raw)
            self._own(self.maildir(user))
        return user

    def deliver(self, user: str, raw: bytes, folder: str = "", at: datetime | None = None) -> None:
        """Put one more message into a user's inbox (or a folder that is there), as a mail server would; `at` another
        time of its arrival than now."""
        self._delivered += 1
        base = self.maildir(user) / (f".{folder}" if folder else "")
        name = f"{1_790_000_000 + self._delivered}.M{self._delivered}P1.test"
        (base / "tmp" / name).write_bytes(raw)
        if at is not None:
            os.utime(base / "tmp" / name, (at.timestamp(), at.timestamp()))
        self._own(base / "tmp" / name)
        (base / "tmp" / name).rename(base / "new" / name)

    def maildir(self, user: str) -> Path:
        """Where a user's mail is."""
        return self.dir / "mail" / user

    def close(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def _own(self, path: Path) -> None:
        if os.geteuid() != 0:
            return
        owner = pwd.getpwnam(self._owner)
        for below in [path, *path.rglob("*")] if path.is_dir() else [path]:
            os.chown(below, owner.pw_uid, owner.pw_gid)

    def _certificate(self) -> tuple[str, str]:
        """TLS settings for 2.3 and for 2.4."""
        openssl = shutil.which("openssl")
        if openssl is None:
            return "ssl = no", "ssl = no"
        key = self.dir / "key.pem"
        subprocess.run(
            [
                *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
                *(
                    "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout",
                    str(key),
                    "-out",
                    str(self.ca_file),
                ),
            ],
            check=True,
            capture_output=True,
        )
        key.chmod(0o600)
        return (
            f"ssl = yes\nssl_cert = <{self.ca_file}\nssl_key = <{key}",
            f"ssl = yes\nssl_server_cert_file = {self.ca_file}\nssl_server_key_file = {key}",
        )


class Line:
    """A line to a server that can be cut at any moment. Used as a context manager; connect to `port`."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.idles = 0
        """How often the server has said that somebody listens now (RFC 2177)."""
        self.refused = 0
        """How often somebody came while the server was down."""
        self._spoken = time.monotonic()
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._run(self._accept)
        return self

    def __exit__(self, *error: object) -> None:
        self.cut(for_good=True)
        for thread in self._threads:
            thread.join(5)

    def silence(self) -> float:
        """Seconds for which nobody has said a word."""
        return time.monotonic() - self._spoken

    def cut(self, *, for_good: bool = False) -> None:
        """Break every connection that goes through here; later ones work again, unless it is for good."""
        if for_good:
            with suppress(OSError):  # cut already
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
        while self._ends:
            end = self._ends.pop()
            with suppress(OSError):  # the other side may have closed it
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _run(self, target: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):  # closed: the test is over
            while True:
                near, _ = self._listening.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._server_port))
                except OSError:
                    near.close()
                    self.refused += 1
                    continue
                self._ends += [near, far]
                self._run(self._carry, near, far)
                self._run(self._carry, far, near)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):  # cut
            while data := source.recv(65_536):
                self.idles += data.count(b"+ idling")
                self._spoken = time.monotonic()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot for the whole run. A test that stops it must start it again."""
    program = shutil.which(
        "dovecot", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin" + os.pathsep + "/usr/local/sbin"
    )
    if program is None:
        if os.environ.get("SDESK_REQUIRE_SERVERS") == "1":
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    server = Dovecot(program)
    try:
        server.start()
        yield server
    finally:
        server.close()


def _group(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
