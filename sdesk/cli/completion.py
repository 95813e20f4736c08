"""`completion`: the script that teaches a shell to ask this program what can be typed."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import output
from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean

SHELLS = ("bash", "zsh", "fish")


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish", show_default=False)],
) -> None:
    """Print the script that completes commands, options, tickets and names when TAB is pressed.

    It asks the program for what there is now, as the acting agent: nothing from behind a wall is offered.

    Examples:
      eval "$(sdesk completion bash)"           in ~/.bashrc
      eval "$(sdesk completion zsh)"            in ~/.zshrc, after compinit
      sdesk completion fish > ~/.config/fish/completions/sdesk.fish
    """
    if shell not in SHELLS:
        raise BadInput(
            f"there is no completion for `{shell}`", did_you_mean(shell, SHELLS, "it can be bash, zsh or fish")
        )
    from importlib.resources import files

    output.text((files("sdesk.cli") / "shells" / f"sdesk.{shell}").read_text(encoding="utf-8"))
