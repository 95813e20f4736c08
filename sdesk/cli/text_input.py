"""Where a text comes from: an option, standard input, a file, or the person's editor."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sdesk.actions.fence import keep_off_programs
from sdesk.actions.grammar import decoded, text_of_file, usual_editor
from sdesk.cli import diagnostics
from sdesk.domain.errors import BadInput, Refused

_CUT = "# ------ what stands below this line is left out ------"


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and where it is still kept if it was written in an editor."""

    text: str
    file: Path | None = None

    def done(self) -> None:
        """The text has been used: its file may go."""
        if self.file is not None:
            self.file.unlink(missing_ok=True)

    def keep(self) -> None:
        """The text could not be used: say where it is, so that nobody writes it twice."""
        if self.file is not None:
            self.file.write_text(self.text, encoding="utf-8")
            diagnostics.note(f"your text is kept: `--text @{self.file}`")


def given(value: str | None, arguments: Sequence[str] = ()) -> Written | None:
    """The text that an option gives, or None. `arguments` may not want standard input too. BadInput."""
    if value is None:
        return None
    if value == "-":
        if "-" in arguments:
            raise BadInput("standard input cannot be the numbers and the text at once", "give one of them otherwise")
        return Written(decoded(sys.stdin.buffer.read(), "standard input"))
    if value.startswith("@"):
        return Written(text_of_file(value[1:]))
    if not value.strip():
        raise BadInput("the text is empty", "write some after --text")
    return Written(value)


def wanted(value: str | None, arguments: Sequence[str] = (), *, begun: str = "", facts: str = "") -> Written:
    """The text that an option gives; else, on a terminal, what the person writes in an editor. BadInput without either.

    `begun` stands in the editor already; `facts` stand below, for the person alone.
    """
    written = given(value, arguments)
    if written is not None:
        return written
    if "-" in arguments or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput("the text is missing", "give it as --text TEXT, --text @FILE, or --text - for standard input")
    return _edited(begun, facts)


def _edited(begun: str, facts: str) -> Written:
    keep_off_programs()
    import shlex
    import subprocess
    import tempfile

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or usual_editor()
    if not editor:
        raise BadInput("the text is missing, and there is no editor", "give --text, or set VISUAL or EDITOR")
    # mkstemp: 0600, since it is somebody's correspondence.
    descriptor, name = tempfile.mkstemp(prefix="sdesk-", suffix=".txt")
    file = Path(name)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        below = "".join(f"# {line}".rstrip() + "\n" for line in facts.splitlines())
        stream.write(f"{begun}\n{_CUT}\n{below}" if below else begun)
    try:
        ended = subprocess.run([*shlex.split(editor), name], check=False).returncode
    except (OSError, ValueError) as error:
        file.unlink()
        raise BadInput(
            f"the editor `{editor}` cannot be started: {error}", "set VISUAL or EDITOR, or give --text"
        ) from error
    text = file.read_text(encoding="utf-8", errors="replace").partition(_CUT)[0].strip("\n")
    if ended != 0 or not text.strip():
        kept = f"; what you wrote is in {file}" if text.strip() else ""
        if not kept:
            file.unlink()
        why = "the editor failed" if ended else "no text was written"
        raise Refused(f"{why}: nothing was done{kept}")
    return Written(text, file)
