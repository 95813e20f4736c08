"""What runs `sdesk tick` each minute: the crontab's line and the systemd units, printed and installed, once."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Ran, Sdesk


def fake(folder: Path, name: str, text: str) -> Path:
    """A program of the system, as it stands to us."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o700)
    return folder


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that holds this user's crontab."""
    file = tmp_path / "crontab"
    shown = f'cat {file} 2>/dev/null || {{ echo "no crontab for me" >&2; exit 1; }}'
    text = f'case "$1" in -l) {shown};; -) cat > {file};; esac'
    monkeypatch.setenv("PATH", f"{fake(tmp_path / 'bin', 'crontab', text)}:{os.environ['PATH']}")
    return file


def test_the_line_names_program_configuration_and_store_by_absolute_paths(
    sdesk: Sdesk, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "100% mine"
    folder.mkdir()
    (folder / "config.toml").write_text("")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SDESK_CONFIG", "config.toml")
    ran = sdesk("init", "--cron", "--print")
    assert (ran.code, ran.err) == (0, "")
    mark, line = ran.out.splitlines()
    assert mark == f"# sdesk tick {at_desk}"
    assert line.startswith("* * * * * ")
    assert "\\%" in line
    words = shlex.split(line.removeprefix("* * * * * ").replace("\\%", "%"))
    assert words[-6:] == ["--config", str(folder / "config.toml"), "--db", str(at_desk), "tick", "--quiet"]
    assert Path(words[0]).is_absolute()


def test_the_line_that_is_printed_runs(sdesk: Sdesk, at_desk: Path) -> None:
    line = sdesk("init", "--cron", "--print").out.splitlines()[1].removeprefix("* * * * * ")
    # As cron does: a bare environment, another folder, `sh`.
    done = subprocess.run(
        ["/bin/sh", "-c", line.replace("\\%", "%")],
        cwd="/",
        env={"HOME": str(at_desk.parent), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_installing_twice_changes_nothing_and_keeps_what_stood_there(
    sdesk: Sdesk, at_desk: Path, crontab: Path
) -> None:
    crontab.write_text("MAILTO=me\n5 4 * * * backup\n")
    assert sdesk("init", "--cron", "--yes").code == 0
    once = crontab.read_text()
    assert once.startswith("MAILTO=me\n5 4 * * * backup\n# sdesk tick ")
    assert "has it already" in sdesk("init", "--cron", "--yes").err
    assert crontab.read_text() == once
    # Another way to the same store takes the line's place.
    sdesk("--config", os.devnull, "init", "--cron", "--yes")
    assert crontab.read_text().count("tick --quiet") == 1
    assert os.devnull in crontab.read_text()


def test_without_a_crontab_one_is_made(sdesk: Sdesk, at_desk: Path, crontab: Path) -> None:
    sdesk("init", "--cron", "--yes")
    assert crontab.read_text().count("\n") == 2


def test_a_crontab_that_cannot_be_read_is_not_written_over(
    sdesk: Sdesk, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake(
        tmp_path / "bin", "crontab", f'[ "$1" = -l ] && {{ echo denied >&2; exit 1; }}; touch {tmp_path}/over'
    )
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    ran = sdesk("init", "--cron", "--yes")
    assert ran.code == 4
    assert "denied" in ran.err
    assert not (tmp_path / "over").exists()


def test_the_units_are_printed(sdesk: Sdesk, at_desk: Path) -> None:
    out = sdesk("init", "--systemd", "--print").out
    assert f"--db {at_desk} tick --quiet" in out
    assert "OnCalendar=minutely" in out
    assert "sdesk-tick.timer" in out


def test_a_unit_of_the_system_waits_for_the_network_and_runs_as_the_stores_owner(
    sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    out = sdesk("init", "--systemd", "--print").out
    assert "\nWants=network-online.target\nAfter=network-online.target\n" in out
    assert f"\nUser={at_desk.owner()}\n" in out


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_units(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    text = sdesk("init", "--systemd", "--print").out
    service = text.partition("\n")[2].partition("\n\n# ")[0]
    (tmp_path / "sdesk-tick.service").write_text(service)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "sdesk-tick.service")], capture_output=True, text=True, check=False
    )
    assert "sdesk-tick" not in done.stderr


def test_units_are_written_once_and_started(
    sdesk: Sdesk, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake(tmp_path / "bin", "systemctl", f'echo "$@" >> {tmp_path}/called')
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert sdesk("init", "--systemd", "--yes").code == 0
    service = tmp_path / "config" / "systemd" / "user" / "sdesk-tick.service"
    assert str(at_desk) in service.read_text()
    # A user's manager knows no network target, and runs everything as him.
    assert "network-online" not in service.read_text()
    assert "User=" not in service.read_text()
    assert "--user enable --now sdesk-tick.timer" in (tmp_path / "called").read_text()
    before = service.stat().st_mtime_ns
    assert "runs already" in sdesk("init", "--systemd", "--yes").out
    assert service.stat().st_mtime_ns == before


@pytest.mark.parametrize("wrong", [("--cron", "--systemd"), ("--print",), ("--yes",)])
def test_what_does_not_go_together(sdesk: Sdesk, at_desk: Path, wrong: tuple[str, ...]) -> None:
    assert sdesk("init", *wrong).code == 2


def test_no_question_is_asked_without_a_terminal(sdesk: Sdesk, at_desk: Path, crontab: Path) -> None:
    assert sdesk("init", "--cron") == Ran(
        0, sdesk("init", "--cron", "--print").out.splitlines()[1].join(("put into the crontab: ", "\n")), ""
    )
    assert sys.executable in crontab.read_text() or "sdesk" in crontab.read_text()
