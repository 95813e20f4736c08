"""The manual pages are the program's own help, and such that groff and mandoc have nothing to say about them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scripts import man
from sdesk import __version__
from sdesk.cli.commands import COMMANDS
from sdesk.cli.manual import pages
from sdesk.cli.roff import ManPage, escaped
from sdesk.domain.filter_fields import FIELDS

PAGES = sorted(man.FOLDER.glob("*.[17]"))


def test_they_are_current() -> None:
    written = {file.name: file.read_text(encoding="ascii") for file in PAGES}
    assert written == pages(__version__, man.RELEASED), "write the manual pages anew: make man"


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
@pytest.mark.parametrize("command", ["mandoc -T lint -W warning", "groff -man -Tutf8 -ww -z"])
def test_they_are_valid(file: Path, command: str) -> None:
    words = command.split()
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed (`make test-servers` installs it)")
    done = subprocess.run([*words, file], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_they_are_read_by_man() -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed (`make test-servers` installs it)")
    shown = ""
    for file in PAGES:
        done = subprocess.run(["mandoc", "-T", "utf8", file], capture_output=True, text=True, check=True, timeout=60)
        shown += re.sub(".\b", "", done.stdout)
    for name in COMMANDS:
        assert f"sdesk {name}" in shown
    for field in FIELDS:
        assert f"{field}:" in shown
    for said in ("EXIT STATUS", "75", "SDESK_DB", "/etc/sdesk/config.toml", "--dry-run", "sdesk mail fetch --watch"):
        assert said in shown


def test_a_text_is_never_taken_for_a_request() -> None:
    page = ManPage("x", 1, "it's -a-", "x 1", "2026-11-27")
    page.section("a")
    page.paragraph(".de x\n'sh rm \\fB `.x` \\*[x]. 'Quoted' касса \u202e")
    page.literal(".sy touch owned\n'x\n\n\\")
    lines = page.text().splitlines()
    assert [line for line in lines if line.startswith(("'", ".sy", ".de"))] == []
    assert page.text().isascii()
    assert escaped("\\*") == "\\e*"


def test_they_are_installed_with_the_wheel() -> None:
    root = Path(__file__).parents[2]
    config = (root / "pyproject.toml").read_text(encoding="utf-8")
    for file in PAGES:
        assert f'"docs/man/{file.name}" = "share/man/man{file.suffix[1]}/{file.name}"' in config


@pytest.mark.slow
def test_the_wheel_has_them(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "wheel"),
            *("--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(root)),
        ],
        check=True,
        timeout=120,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for page in ("man1/sdesk.1", "man7/sdesk-filters.7"):
        assert any(name.endswith(f".data/data/share/man/{page}") for name in names)
    assert {f"sdesk/cli/shells/sdesk.{shell}" for shell in ("bash", "zsh", "fish")} <= set(names)
