"""Files of the agent's own machine that go along with an answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sdesk.domain.errors import BadInput

if TYPE_CHECKING:
    from sdesk.domain.inbound import InboundAttachment


def attached(path: Path) -> InboundAttachment:
    """A file with a name that is safe anywhere, and its type by that name. BadInput where it cannot be read."""
    import mimetypes

    from sdesk.domain.inbound import InboundAttachment
    from sdesk.domain.safe_text import safe_file_name

    if path.exists() and not path.is_file():
        raise BadInput(f"{path} cannot be attached: it is no file", "name a file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be attached: {error.strerror}", "name a file that can be read") from error
    kind, encoding = mimetypes.guess_type(path.name)
    if kind is None or encoding is not None:
        kind = "application/octet-stream"
    return InboundAttachment(safe_file_name(path.name), kind, content)
