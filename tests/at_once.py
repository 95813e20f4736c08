"""Several processes that begin at once: each waits for a flag, then works, and prints what it did as JSON lines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_BEGIN = """
import json, sys, time
from datetime import datetime
from pathlib import Path

STORE, FLAG, OWN, MINE = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4])

def begin():
    # A file, and no pipe: whoever reads them one after the other would hold the rest up.
    sys.stdout = OWN.with_name(f"{OWN.name}-said").open("w")
    OWN.touch()
    while not FLAG.exists():
        time.sleep(0.001)
"""


def run_at_once(program: str, store: Path, folder: Path, given: list[Any], *, seconds: int = 300) -> list[list[Any]]:
    """Run a program in as many processes as things are `given`, each with its own as `MINE`; gives what each printed.

    The program calls `begin()` when it is ready; all go on from there together.
    """
    flag = folder / "go"
    started = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                _BEGIN + program,
                str(store),
                str(flag),
                str(folder / f"ready{at}"),
                json.dumps(own),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for at, own in enumerate(given)
    ]
    try:
        while not all((folder / f"ready{at}").exists() for at in range(len(given))):
            for each in started:
                assert each.poll() is None, each.communicate()[1]
        flag.touch()
        said = [each.communicate(timeout=seconds)[1] for each in started]
    finally:
        for each in started:
            if each.poll() is None:
                each.kill()
    assert said == [""] * len(given)
    assert [each.returncode for each in started] == [0] * len(given)
    written = [folder / f"ready{at}-said" for at in range(len(given))]
    return [[json.loads(line) for line in each.read_text().splitlines()] for each in written]
