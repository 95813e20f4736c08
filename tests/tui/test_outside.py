"""What a stranger's file is called and what is done with it: nothing that runs is opened, no name leads anywhere."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from sdesk.actions.saving import target_of, write_new
from sdesk.domain.errors import BadInput
from sdesk.store.reader.detail_rows import AttachmentRow
from sdesk.tui.outside import OpenedFiles, fetch_command, opener, over_ssh, why_not_opened
from sdesk.tui.screens.link import doubts
from sdesk.tui.things import links_in, where_to

FILE = AttachmentRow(7, 1, "photo.jpg", "image/jpeg", 3, "0" * 64, False)


@pytest.mark.parametrize(
    ("name", "media_type", "beginning"),
    [
        ("setup.exe", "application/octet-stream", b""),
        ("invoice.pdf.exe", "application/pdf", b""),
        ("invoice.pdf ", "application/x-msdownload", b""),
        ("photo.jpg.", "application/x-sh", b""),
        ("report.PDF.SCR", "application/pdf", b""),
        ("run.sh", "text/plain", b""),
        ("run.command", "text/plain", b""),
        ("x.desktop", "text/plain", b""),
        ("x.lnk", "application/octet-stream", b""),
        ("x.url", "text/plain", b""),
        ("x.js", "text/plain", b""),
        ("x.hta", "text/plain", b""),
        ("x.jar", "application/zip", b""),
        ("page.html", "text/html", b""),
        ("drawing.svg", "image/svg+xml", b""),
        ("macros.docm", "application/octet-stream", b""),
        ("old.xls", "application/vnd.ms-excel", b""),
        ("archive.zip", "application/zip", b""),
        ("image.iso", "application/octet-stream", b""),
        ("noname", "text/plain", b""),
        ("", "", b""),
        (".bashrc", "text/plain", b""),
        ("photo.jpg", "image/jpeg", b"MZ\x90\x00"),
        ("notes.txt", "text/plain", b"\x7fELF\x02"),
        ("notes.txt", "text/plain", b"#!/bin/sh\nrm -rf ~"),
        ("notes.txt", "text/plain", b"\xef\xbb\xbf  #!/bin/sh"),
        ("notes.txt", "text/plain", b"[Desktop Entry]\nExec=sh"),
        ("photo\u202egpj.exe", "image/jpeg", b""),
        ("photo.jpg\x00.exe", "image/jpeg", b""),
        ("../../x.desktop", "image/png", b""),
    ],
)
def test_what_may_run_is_never_opened(name: str, media_type: str, beginning: bytes) -> None:
    assert why_not_opened(name, media_type, beginning)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("IMG_0412.JPG", "image/jpeg"),
        ("накладная.pdf", "application/pdf"),
        ("../../etc/report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("log.txt", "text/plain"),
        ("voice.ogg", "application/octet-stream"),
    ],
)
def test_what_a_desk_reads_daily_is_opened(name: str, media_type: str) -> None:
    assert why_not_opened(name, media_type, b"\xff\xd8\xff") is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../.ssh/authorized_keys", "authorized_keys"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\x.txt", "x.txt"),
        ("...hidden", "hidden"),
        ("a\nb\x1b[2J.txt", "a b␛[2J.txt"),
        ("-rf", "-rf"),
        ("", "attachment"),
        ("..", "attachment"),
    ],
)
def test_names_from_mail_stay_in_the_folder(tmp_path: Path, name: str, kept: str) -> None:
    path = write_new(target_of(str(tmp_path), name), b"x")
    assert path == tmp_path / kept
    assert path.read_bytes() == b"x"
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("mine")
    (tmp_path / "b.txt").symlink_to(tmp_path / "nowhere")
    assert write_new(tmp_path / "a.txt", b"1") == tmp_path / "a (2).txt"
    assert write_new(tmp_path / "a.txt", b"2") == tmp_path / "a (3).txt"
    assert write_new(tmp_path / "b.txt", b"3") == tmp_path / "b (2).txt"
    assert (tmp_path / "a.txt").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(BadInput, match="there is no folder"):
        target_of(str(tmp_path / "none" / "x.txt"), "x.txt")
    with pytest.raises(BadInput, match="there is no path"):
        target_of("  ", "x.txt")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("~nobodyhere/x", "there is no home of ~nobodyhere"),
        ("/tmp/" + "x" * 300, "cannot be written: file name too long"),
        ("/tmp/" + "x" * 300 + "/y", "cannot be written: file name too long"),
        ("/tmp/a\0b", "cannot be written: "),
        ("/tmp/a\0b/c", "cannot be written: "),
    ],
)
def test_what_can_be_no_path_is_said(path: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        target_of(path, "x.txt")
    if not path.startswith("~"):
        with pytest.raises(BadInput, match=why):
            write_new(Path(path), b"x")


def test_copies_are_private_and_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    files = OpenedFiles()
    first, second = files.put("../a.txt", b"1"), files.put("../a.txt", b"2")
    assert first.name == second.name == "a.txt"
    assert first != second
    folder = next(tmp_path.iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert first.stat().st_mode & 0o777 == 0o600
    files.clear()
    assert list(tmp_path.iterdir()) == []
    files.clear()


def test_over_ssh_the_command_fetches_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "anna")
    env = {"SSH_CONNECTION": "10.0.0.5 51000 10.0.0.9 2222"}
    assert over_ssh(env)
    assert not over_ssh({})
    hostile = FILE._replace(name="x'; rm -rf ~; '\n$(id).jpg")
    command = fetch_command(env, "anna", Path("/srv/desk store.db"), 12, hostile)
    assert "\n" not in command
    assert command.startswith("(set -C; ")
    assert command.endswith(")")
    words = shlex.split(command[len("(set -C; ") : -1])
    assert words[:4] == ["ssh", "-p", "2222", "anna@10.0.0.9"]
    assert shlex.split(words[4]) == [
        "sdesk", "--db", "/srv/desk store.db", "--as", "anna", "ticket", "attach", "get", "12", "7", "-",
    ]  # fmt: skip
    assert words[5:] == [">", "x'; rm -rf ~; ' $(id).jpg"]
    # What it is pasted over stays as it was.
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\necho theirs\n")
    ssh.chmod(0o700)
    file = tmp_path / "photo.jpg"
    paste = fetch_command(env, "anna", Path("/srv/desk.db"), 12, FILE)
    shell = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert subprocess.run(["sh", "-c", paste], cwd=tmp_path, env=shell, check=False).returncode == 0
    assert file.read_text() == "theirs\n"
    file.write_text("mine")
    again = subprocess.run(["sh", "-c", paste], cwd=tmp_path, env=shell, check=False, stderr=subprocess.DEVNULL)
    assert again.returncode != 0
    assert file.read_text() == "mine"


def test_the_systems_program_is_found_where_there_is_a_screen(tmp_path: Path) -> None:
    program = tmp_path / "xdg-open"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    assert opener({"PATH": str(tmp_path)}, "linux") is None
    assert opener({"PATH": str(tmp_path), "DISPLAY": ":0"}, "linux") == str(program)
    assert opener({"PATH": str(tmp_path)}, "darwin") is None


def test_links_of_a_text_end_where_a_reader_ends_them() -> None:
    text = (
        "See https://desk.example/a_(b)?q=1, (http://x.example/y). <https://z.example> javascript:alert(1) "
        'ftp://no.example file:///etc/passwd HTTPS://CAPS.example/! "https://quoted.example/q" https:// http://[::1'
    )
    assert list(links_in(text)) == [
        "https://desk.example/a_(b)?q=1",
        "http://x.example/y",
        "https://z.example",
        "HTTPS://CAPS.example/",
        "https://quoted.example/q",
    ]


def test_where_a_link_leads_is_said() -> None:
    assert where_to("https://bank.example@evil.example/login") == "evil.example"
    assert doubts("https://bank.example@evil.example/login")
    # The first letter is Cyrillic.
    assert where_to("https://аpple.example/") == "xn--pple-43d.example"
    assert doubts("https://аpple.example/")
    assert doubts("http://192.0.2.1/x")
    assert doubts("https://desk.example/a@b") == []
