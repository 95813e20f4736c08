"""sdesk as users have it: a wheel, byte-compiled, in a virtual environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]


def installed(folder: Path) -> Path:
    """Build the wheel and install it into a new environment in `folder`; gives the folder of its programs.

    The dependencies are those of the environment that runs this, lent by a path file: they are pinned, and to download
    them again would show nothing.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SDESK_", "PYTHON"))}
    quietly = ("--quiet", "--disable-pip-version-check", "--no-deps")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *quietly, "--no-build-isolation", "--wheel-dir", folder, ROOT],
        check=True,
        env=env,
    )
    (wheel,) = folder.glob("*.whl")
    place = folder / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", python, "install", *quietly, "--no-warn-script-location"),
            *("--root-user-action=ignore", wheel),
        ],
        check=True,
        env=env,
    )
    (own,) = place.glob("lib/python*/site-packages")
    (own / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return place / "bin"
