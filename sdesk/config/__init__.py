"""The machine's own part: the configuration file (TOML), where it is looked for, and where the store is.

The file may name commands to run, so it is never looked for in the current folder, and a word in it that is not
understood is an error, never passed over. Every command imports this module: what only a file needs is imported when
there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sdesk.domain.errors import BadInput
from sdesk.domain.system_words import reason_of

if TYPE_CHECKING:
    from sdesk.config.section import Section
    from sdesk.config.wire import AnyMailbox, Server
    from sdesk.domain.ticket import Priority

SYSTEM_FILE = Path("/etc/sdesk/config.toml")
"""Read where the user has no file of their own."""


# Named tuples, since every command imports them: a dataclass takes four times as long to make.
class Notify(NamedTuple):
    """How agents are told besides by mail."""

    command: tuple[str, ...] = ()
    """Argument vector with {agent}, {priority}, {number} and {event}; the text comes on its standard input."""
    apprise: tuple[str, ...] = ()
    """Apprise addresses."""
    on_success: tuple[str, ...] = ()
    """A sign of life: run after each good tick; or an address (http, https) that is asked for."""
    priorities: frozenset[Priority] | None = None
    """Of tickets of which priorities command and Apprise tell; None: of all."""


class Console(NamedTuple):
    """What a person likes otherwise in the console."""

    mouse: bool = True
    theme: str = ""
    """Empty: the console chooses."""
    language: str = ""
    """Empty: as the environment says."""
    ascii: bool = False
    """Whether it is drawn in ASCII alone."""
    keys: Mapping[str, str] = {}
    """Action to its keys, with commas between several."""


class Portal(NamedTuple):
    """Where the web pages are served from."""

    host: str = "127.0.0.1"
    port: int = 8080
    behind_proxy: bool = False
    """Whether all that comes comes through a reverse proxy that ends TLS: then its `X-Forwarded-` fields are
    believed."""


class Config(NamedTuple):
    """The whole file; without one, everything is as if it were empty."""

    file: Path | None = None
    """Where it was read from."""
    store: Path | None = None
    """`[store] url`."""
    keep_free: int | None = None
    """`[store] keep_free`, bytes: with less room on the disk no mail is taken. None: what `store/room` says."""
    mailboxes: Mapping[str, AnyMailbox] = {}
    """By name, in the order of the file."""
    smtp: Server | None = None
    notify: Notify = Notify()
    console: Console = Console()
    portal: Portal = Portal()

    @property
    def sender(self) -> str:
        """From where a team writes that has no address of its own; empty where there is none."""
        return self.smtp.sender if self.smtp is not None else ""


def load(path: Path | None, env: Mapping[str, str]) -> Config:
    """Read the configuration: `path` (of --config), else SDESK_CONFIG, else the user's file, else the system's.

    Raises BadInput with file, section and key: for a file that was named and is missing, one that cannot be read, is no
    TOML, has an unknown key, a value of the wrong kind, or values that do not go together.
    """
    if path is None and (named := env.get("SDESK_CONFIG")):
        path = as_path(named, env)
    if path is not None:
        values = _read(path)
        if values is None:
            raise BadInput(f"{path}: no such file", "name an existing one with --config or SDESK_CONFIG")
        return _config(path, values, env)
    for file in (user_file(env), SYSTEM_FILE):
        values = _read(file)
        if values is not None:
            return _config(file, values, env)
    return Config()


def store_path(config: Config, flag: str | None, env: Mapping[str, str]) -> Path:
    """Where the store is: `flag` (of --db), else SDESK_DB, else `[store] url`, else the user's data folder (XDG).

    Raises BadInput for an address that is no SQLite file.
    """
    if flag:
        return sqlite_path(flag, "--db", env)
    if from_env := env.get("SDESK_DB"):
        return sqlite_path(from_env, "SDESK_DB", env)
    if config.store is not None:
        return config.store
    # Imported here: it costs milliseconds that a command with a database of its own need not pay.
    from platformdirs import user_data_path

    return user_data_path("sdesk", appauthor=False) / "sdesk.db"


def sqlite_path(address: str, where: str, env: Mapping[str, str], folder: Path | None = None) -> Path:
    """The file that a store's address names: a bare path, or `sqlite:///PATH` as SQLAlchemy writes it.

    `where` says in errors who named it; a relative path starts at `folder`, else at the current folder.
    Raises BadInput.
    """
    scheme, separator, rest = address.partition("://")
    path = rest[1:] if separator else address
    if separator and scheme != "sqlite":
        raise BadInput(f"{where}: `{scheme}` is no kind of store that sdesk knows", "use sqlite:///PATH, or a path")
    if separator and (not rest.startswith("/") or "?" in rest):
        raise BadInput(
            f"{where}: `{address}` names no file", "use sqlite:///PATH (sqlite:////PATH from the root), or a path"
        )
    if path in ("", ":memory:"):
        raise BadInput(f"{where}: `{address}` is no file, as a store must be", "use sqlite:///PATH, or a path")
    return as_path(path, env, folder)


def user_file(env: Mapping[str, str]) -> Path:
    """Where the user's own configuration file stands, if there is one (XDG base directory specification)."""
    folder = Path(env.get("XDG_CONFIG_HOME", ""))
    # The specification wants a relative path to be ignored.
    return (folder if folder.is_absolute() else _home(env) / ".config") / "sdesk" / "config.toml"


def as_path(value: str, env: Mapping[str, str], folder: Path | None = None) -> Path:
    """A path as people write it: `~` is the home; what is relative starts at `folder`, else at the current folder."""
    if value == "~" or value.startswith("~/"):
        return _home(env) / value[2:]
    return folder / value if folder is not None else Path(value)


def _home(env: Mapping[str, str]) -> Path:
    home = env.get("HOME")
    return Path(home) if home else Path.home()


def _read(file: Path) -> dict[str, Any] | None:
    """The values of a file; None where there is none."""
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BadInput(
            f"{file}: cannot be read: {reason_of(error)}", "name another with --config or SDESK_CONFIG"
        ) from error
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: not valid TOML: {error}") from error


def _config(file: Path, values: Mapping[str, Any], env: Mapping[str, str]) -> Config:
    from sdesk.config.section import Section

    with Section(file, "", values, env) as root:
        with root.section("store") as section:
            url = section.text("url")
            store = sqlite_path(url, f"{file}: [store] url", env, file.parent) if url else None
            keep_free = section.count("keep_free", 1) if section.has("keep_free") else None
        mailboxes: dict[str, AnyMailbox] = {}
        smtp = None
        if root.has("mailboxes") or root.has("smtp"):
            from sdesk.config import wire

            mailboxes = wire.mailboxes(root.section("mailboxes"))
            smtp = wire.smtp(root.section("smtp")) if root.has("smtp") else None
        with root.section("notify") as section:
            notify = _notify(section)
        with root.section("console") as section:
            keys = section.section("keys")
            bound = {action: ",".join(keys.text_or_texts(action)) for action in keys.values}
            console = Console(
                section.flag("mouse", True),
                section.text("theme"),
                section.text("language"),
                section.flag("ascii", False),
                bound,
            )
        with root.section("portal") as section:
            portal = _portal(section)
    return Config(file, store, keep_free, mailboxes, smtp, notify, console, portal)


def _portal(section: Section) -> Portal:
    usual = Portal()
    text = section.text("listen")
    found = _host_and_port(text) if text else (usual.host, usual.port)
    if found is None:
        section.fail("listen", _NO_PLACE, _A_PLACE)
    return Portal(*found, behind_proxy=section.flag("behind_proxy", usual.behind_proxy))


_NO_PLACE, _A_PLACE = "must be an address and a port of this machine", 'as "127.0.0.1:8080" or "[::1]:8080"'


def listening_at(portal: Portal, text: str) -> Portal:
    """The portal elsewhere, as it is named on the command line; BadInput."""
    found = _host_and_port(text)
    if found is None:
        raise BadInput(f"--listen: `{text}` {_NO_PLACE}", _A_PLACE)
    return portal._replace(host=found[0], port=found[1])


def _host_and_port(text: str) -> tuple[str, int] | None:
    """`127.0.0.1:8080` or `[::1]:8080`; None for what is none: a name may mean several addresses."""
    from ipaddress import ip_address

    host, _, port = text.rpartition(":")
    try:
        found = ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
    except ValueError:
        return None
    number = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0
    return (str(found), number) if 0 < number < 65536 else None


def _notify(section: Section) -> Notify:
    priorities = None
    if text := section.text("priorities"):
        from sdesk.domain.priority import parse_priorities

        try:
            priorities = parse_priorities(text)
        except BadInput as error:
            section.fail("priorities", error.what, error.remedy)
    return Notify(section.command("command"), section.texts("apprise"), _sign_of_life(section), priorities)


def _sign_of_life(section: Section) -> tuple[str, ...]:
    """A command, or an address to ask for, which may stand alone as a text."""
    value = section.values.get("on_success")
    if not isinstance(value, str):
        return section.command("on_success")
    if not section.text("on_success").startswith(("http://", "https://")):
        section.fail(
            "on_success", "must be an address (http, https), or a command", 'as ["curl", "-fsS", "https://..."]'
        )
    return (value,)
