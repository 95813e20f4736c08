"""The project's files agree: dependencies with the locks and with their page, the wheel with the tree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

import sdesk

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock", "requirements-docs.lock")


def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[Any]) -> set[str]:
    """The packages of requirements, without their ranges."""
    return {re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0].lower() for line in requirements if isinstance(line, str)}


def pins(lock: str) -> dict[str, str]:
    """Package to version in a lock file."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_versions_and_hashes_and_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[^\s#])", text, flags=re.MULTILINE)[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+( ; [^\\]+)? \\\n", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert not re.search(r"https?:|file:|--index|--extra-index|--find-links|(^|\s)/", text)


def test_the_locks_hold_what_the_project_asks_for_in_one_version() -> None:
    asked = project()
    run, build, dev, docs = (pins(lock) for lock in LOCKS)
    groups = asked["dependency-groups"]
    assert names(asked["project"]["dependencies"]) <= set(run)
    assert names(groups["build"]) <= set(build)
    assert names(groups["dev"]) <= set(dev)
    assert run.items() | build.items() <= dev.items()
    assert names(groups["docs"]) <= set(docs)
    # `make docs` installs beside what is there.
    assert {name: version for name, version in docs.items() if dev.get(name, version) != version} == {}


def test_every_dependency_has_its_reason_written_down() -> None:
    asked = project()
    page = (ROOT / "docs/explanation/dependencies.md").read_text(encoding="utf-8").lower()
    wanted = names(asked["project"]["dependencies"]) | names(asked["dependency-groups"]["dev"])
    wanted |= names(asked["dependency-groups"]["docs"])
    assert [name for name in sorted(wanted | names(asked["dependency-groups"]["build"])) if name not in page] == []


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-qq",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
    ]
    subprocess.run([*command, str(ROOT)], check=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.startswith(f"sdesk-{sdesk.__version__}-py3-")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "sdesk").rglob("*") if path.is_file()}
    assert {"sdesk/store/views.sql", "sdesk/demo/desk.toml"} <= packed
    assert {name for name in files if "__pycache__" not in name} - packed == set()
