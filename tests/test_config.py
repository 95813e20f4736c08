"""The configuration file: where it is found, what it says, and what it refuses with which words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sdesk import config
from sdesk.config import Config, Console, Notify
from sdesk.config.wire import After, Auth, ImapMailbox, MaildirMailbox, MboxMailbox, Security, Server
from sdesk.domain.errors import BadInput

WHOLE = """
[store]
url = "sqlite:////var/lib/sdesk/sdesk.db"

[mailboxes.support]
kind = "imap"
host = "127.0.0.1"
port = 10143
security = "none"
user = "support"
password_command = ["printf", "secret"]
folder = "INBOX"
after = "move:Taken"
addresses = ["support@samotsvet.example"]
team = "it"
service = "other"
trusts_auth_from = "mx.samotsvet.example"
auto_tickets = true
ca_file = "house.pem"
timeout = 5

[mailboxes.spool]
kind = "maildir"
path = "spool"
addresses = ["hr@samotsvet.example"]
team = "hr"
after = "delete"
max_size = 2_000_000

[mailboxes.old]
kind = "mbox"
path = "~/old.mbox"

[smtp]
host = "localhost"
port = 1025
security = "none"
ca_file = "/etc/ssl/house.pem"

[notify]
command = ["/usr/local/bin/ring", "{agent}"]
on_success = ["true"]
apprise = ["tgram://one"]

[console]
mouse = false
theme = "light"
language = "ru"
ascii = true

[console.keys]
reply = "r"
take = ["m", "M"]
"""

LOGIN = 'kind = "imap"\nhost = "mail.example.org"\nuser = "support"\npassword_command = ["pass", "mail"]\n'


def parse(folder: Path, text: str) -> Config:
    """What a file with `text` says."""
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return config.load(file, {"HOME": "/home/anna"})


def imap(folder: Path, text: str) -> ImapMailbox:
    """The mailbox of a file with one IMAP mailbox, with more keys."""
    box = parse(folder, f"[mailboxes.support]\n{LOGIN}{text}").mailboxes["support"]
    assert isinstance(box, ImapMailbox)
    return box


def test_every_key_has_its_place(tmp_path: Path) -> None:
    read = parse(tmp_path, WHOLE)
    assert read.file == tmp_path / "config.toml"
    assert read.store == Path("/var/lib/sdesk/sdesk.db")
    assert list(read.mailboxes) == ["support", "spool", "old"]
    own = ("support@samotsvet.example", "hr@samotsvet.example")
    assert read.mailboxes["support"] == ImapMailbox(
        name="support",
        section="mailboxes.support",
        host="127.0.0.1",
        port=10143,
        security=Security.NONE,
        user="support",
        auth=Auth.PASSWORD,
        password_command=("printf", "secret"),
        folders=("INBOX",),
        after=After.MOVE,
        move_to="Taken",
        addresses=("support@samotsvet.example",),
        team="it",
        service="other",
        trusts_auth_from=("mx.samotsvet.example",),
        auto_tickets=True,
        ca_file=tmp_path / "house.pem",
        timeout=5.0,
        desk_addresses=own,
    )
    assert read.mailboxes["spool"] == MaildirMailbox(
        name="spool",
        path=tmp_path / "spool",
        addresses=("hr@samotsvet.example",),
        team="hr",
        after=After.DELETE,
        max_size=2_000_000,
        desk_addresses=own,
    )
    assert read.mailboxes["old"] == MboxMailbox(name="old", path=Path("/home/anna/old.mbox"), desk_addresses=own)
    assert read.smtp == Server(
        section="smtp", host="localhost", port=1025, security=Security.NONE, ca_file=Path("/etc/ssl/house.pem")
    )
    assert read.notify == Notify(("/usr/local/bin/ring", "{agent}"), ("tgram://one",), ("true",))
    assert read.console == Console(
        mouse=False, theme="light", language="ru", ascii=True, keys={"reply": "r", "take": "m,M"}
    )


def test_an_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    read = parse(tmp_path, "")
    assert read._replace(file=None) == Config()
    assert read.console.mouse is True


@pytest.mark.parametrize(("security", "port"), [("tls", 993), ("starttls", 143)])
def test_the_port_of_imap_follows_security(tmp_path: Path, security: str, port: int) -> None:
    assert imap(tmp_path, f'security = "{security}"').port == port


@pytest.mark.parametrize(("security", "port"), [("tls", 465), ("starttls", 587), ("none", 25)])
def test_the_port_of_smtp_follows_security(tmp_path: Path, security: str, port: int) -> None:
    server = parse(tmp_path, f'[smtp]\nhost = "::1"\nsecurity = "{security}"').smtp
    assert server is not None
    assert server.port == port


def test_tls_and_inbox_are_taken_when_nothing_is_said(tmp_path: Path) -> None:
    box = imap(tmp_path, "")
    assert (box.security, box.folders, box.after, box.auto_tickets) == (Security.TLS, ("INBOX",), After.SEEN, False)


def test_several_folders(tmp_path: Path) -> None:
    assert imap(tmp_path, 'folders = ["INBOX", "Касса"]').folders == ("INBOX", "Касса")


def test_plain_text_to_another_machine_must_be_allowed_by_name(tmp_path: Path) -> None:
    with pytest.raises(
        BadInput, match=r"\[mailboxes.support\] security: `none` would send login and mail to mail.example"
    ):
        imap(tmp_path, 'security = "none"')
    assert imap(tmp_path, 'security = "none"\nallow_plain = true').security is Security.NONE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[stroe]\n", "stroe: unknown key. did you mean `store`?"),
        ("colour = 1\n", "colour: unknown key. known here: "),
        ('store = "x.db"\n', 'store: must be a table, as [store], not `"x.db"`'),
        ('[store]\nuri = "x.db"\n', "[store] uri: unknown key. did you mean `url`?"),
        ("[store]\nurl = 5\n", '[store] url: must be a text, as "...", not `5`'),
        ('[store]\nurl = "postgresql://db/desk"\n', "[store] url: `postgresql` is no kind of store"),
        ('[mailboxes]\nkind = "imap"\n', "[mailboxes] kind: must be a table, as [mailboxes.kind]"),
        ("[mailboxes.a]\n", '[mailboxes.a] kind: is missing. add kind = "imap"'),
        ('[mailboxes.a]\nkind = "pop3"\n', "[mailboxes.a] kind: must be imap, maildir or mbox, not `pop3`"),
        ('[mailboxes.a]\nkind = "mailder"\n', "did you mean `maildir`?"),
        ('[mailboxes.a]\nkind = "mbox"\n', "[mailboxes.a] path: is missing."),
        ('[mailboxes.a]\nkind = "mbox"\npath = "x"\nhost = "y"\n', "[mailboxes.a] host: unknown key."),
        (
            '[mailboxes.a]\nkind = "imap"\nuser = "x"\nhots = "y"\n',
            "[mailboxes.a] hots: unknown key. did you mean `host`?",
        ),
        ('[mailboxes.a]\nkind = "imap"\nuser = "x"\nhost = "y"\n', "[mailboxes.a] password_command: is missing."),
        (
            '[mailboxes.a]\nkind = "imap"\nuser = "x"\nhost = "y"\npasword_command = ["pass"]\n',
            "[mailboxes.a] pasword_command: unknown key. did you mean `password_command`?",
        ),
        (
            '[mailboxes.a]\nkind = "imap"\nuser = "x"\nhost = "y"\npassword = "z"\n',
            "[mailboxes.a] password: no secret may stand in this file. use password_command or password_file",
        ),
        (
            f'[mailboxes.a]\n{LOGIN}password_file = "z"\n',
            "[mailboxes.a] password_file: stands beside password_command.",
        ),
        (f'[mailboxes.a]\n{LOGIN}auth = "oauth2"\n', "[mailboxes.a] token_command: is missing."),
        (f"[mailboxes.a]\n{LOGIN}port = 0\n", "[mailboxes.a] port: must be a number from 1 to 65535, not `0`"),
        (f"[mailboxes.a]\n{LOGIN}port = true\n", "[mailboxes.a] port: must be a number from 1 to 65535, not `true`"),
        (
            f'[mailboxes.a]\n{LOGIN}timeout = "5 s"\n',
            "[mailboxes.a] timeout: must be seconds, more than 0 and at most 3600",
        ),
        (
            f'[mailboxes.a]\n{LOGIN}after = "move"\n',
            "[mailboxes.a] after: must be seen, move:FOLDER or delete, not `move`",
        ),
        (f'[mailboxes.a]\n{LOGIN}addresses = ["desk"]\n', "[mailboxes.a] addresses: `desk` is no mail address"),
        (f'[mailboxes.a]\n{LOGIN}addresses = "a@b.example"\n', "[mailboxes.a] addresses: must be a list of texts"),
        (f'[mailboxes.a]\n{LOGIN}folder = "A"\nfolders = ["B"]\n', "[mailboxes.a] folder: stands beside folders."),
        (
            f'[mailboxes.a]\n{LOGIN}auto_tickets = "yes"\n',
            '[mailboxes.a] auto_tickets: must be true or false, not `"yes"`',
        ),
        (
            f"[mailboxes.a]\n{LOGIN}max_size = 0\n",
            "[mailboxes.a] max_size: must be a whole number, at least 1, not `0`",
        ),
        *(
            (
                f'[mailboxes.a]\nkind = "mbox"\npath = "x"\nafter = "{after}"\n',
                f"[mailboxes.a] after: `{after}` does nothing: an mbox file is never changed. leave it out",
            )
            for after in ("delete", "move:Done")
        ),
        ("[smtp]\n", "[smtp] host: is missing."),
        ('[smtp]\nhost = "mx"\nsecurity = "ssl"\n', "[smtp] security: must be tls, starttls or none, not `ssl`"),
        ('[notify]\ncommand = "ring"\n', "[notify] command: must be a command with its arguments"),
        ("[notify]\ncommand = []\n", "[notify] command: must be a command with its arguments"),
        ("[console]\nmous = false\n", "[console] mous: unknown key. did you mean `mouse`?"),
        ('[console]\nascii = "yes"\n', '[console] ascii: must be true or false, not `"yes"`'),
        ("[console]\nlang = 'ru'\n", "[console] lang: unknown key. did you mean `language`?"),
        ("[console.keys]\nreply = 5\n", "[console.keys] reply: must be a text, or a list of texts"),
        ("[store\n", "not valid TOML: "),
    ],
)
def test_what_is_wrong_is_said_with_file_and_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/config.toml: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes('theme = "тёмная"'.encode("koi8-r"))
    with pytest.raises(BadInput, match="not valid TOML"):
        config.load(file, {})


def test_the_flag_wins_over_the_variable_over_the_user_over_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(name: str) -> Path:
        file = tmp_path / name / "sdesk" / "config.toml"
        file.parent.mkdir(parents=True)
        file.write_text("", encoding="utf-8")
        return file

    flag, variable, xdg, home, system = (written(name) for name in ("flag", "variable", "xdg", "home/.config", "etc"))
    monkeypatch.setattr(config, "SYSTEM_FILE", system)
    env = {"SDESK_CONFIG": str(variable), "XDG_CONFIG_HOME": str(tmp_path / "xdg"), "HOME": str(tmp_path / "home")}
    assert config.load(flag, env).file == flag
    assert config.load(None, env).file == variable
    del env["SDESK_CONFIG"]
    assert config.load(None, env).file == xdg
    env["XDG_CONFIG_HOME"] = "relative"
    assert config.load(None, env).file == home
    home.unlink()
    assert config.load(None, env).file == system
    system.unlink()
    assert config.load(None, env) == Config()


def test_the_current_folder_is_never_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("config.toml", "sdesk.toml", "sdesk/config.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("[console]\nmouse = false\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(config, "SYSTEM_FILE", tmp_path / "none")
    assert config.load(None, {"HOME": str(tmp_path / "home")}).console.mouse is True


@pytest.mark.parametrize("env", [{}, {"SDESK_CONFIG": "/nowhere/config.toml"}])
def test_a_file_that_was_named_must_be_there(env: dict[str, str]) -> None:
    with pytest.raises(BadInput, match=re.escape("/nowhere/config.toml: no such file")):
        config.load(None if env else Path("/nowhere/config.toml"), env)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        config.load(tmp_path, {})


def test_the_store_is_where_the_nearest_word_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"SDESK_DB": "sqlite:////srv/variable.db", "HOME": "/home/anna"}
    told = Config(store=Path("/srv/config.db"))
    assert config.store_path(told, "~/flag.db", env) == Path("/home/anna/flag.db")
    assert config.store_path(told, None, env) == Path("/srv/variable.db")
    assert config.store_path(told, None, {}) == Path("/srv/config.db")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert config.store_path(Config(), None, {}).name == "sdesk.db"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("desk.db", "desk.db"),
        ("/srv/desk.db", "/srv/desk.db"),
        ("sqlite:///desk.db", "desk.db"),
        ("sqlite:////srv/desk.db", "/srv/desk.db"),
        ("sqlite:///~/desk.db", "/home/anna/desk.db"),
        ("/srv/касса 1.db", "/srv/касса 1.db"),
    ],
)
def test_a_store_is_named_by_url_or_path(address: str, path: str) -> None:
    assert config.sqlite_path(address, "--db", {"HOME": "/home/anna"}) == Path(path)


def test_a_relative_store_in_the_file_is_beside_the_file(tmp_path: Path) -> None:
    assert parse(tmp_path, '[store]\nurl = "sqlite:///desk.db"').store == tmp_path / "desk.db"


@pytest.mark.parametrize(
    "address", [":memory:", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///x.db?mode=ro", "mysql://x/y"]
)
def test_what_is_no_file_is_no_store(address: str) -> None:
    with pytest.raises(BadInput, match=r"^--db: "):
        config.sqlite_path(address, "--db", {})


def test_where_the_portal_listens(tmp_path: Path) -> None:
    assert Config().portal == config.Portal("127.0.0.1", 8080, behind_proxy=False)
    file = tmp_path / "config.toml"
    file.write_text('[portal]\nlisten = "[::1]:9090"\nbehind_proxy = true\n')
    assert config.load(file, {}).portal == config.Portal("::1", 9090, behind_proxy=True)
    for wrong in ("8080", "desk.example:80", "127.0.0.1:x", "127.0.0.1:99999", "[::1]"):
        file.write_text(f'[portal]\nlisten = "{wrong}"\n')
        with pytest.raises(BadInput, match=r"\[portal\] listen: must be an address and a port of this machine"):
            config.load(file, {})
