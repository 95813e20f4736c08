"""format=flowed (RFC 3676): paragraphs that were broken for the wire, put together again."""

from __future__ import annotations


def unwrapped(text: str, *, delete_space: bool = False) -> str:
    """Text with LF line ends as its writer typed it; quoted lines keep their depth as `>>> `.

    `delete_space` is the parameter DelSp=yes: the blank before a soft break belongs to the break.
    """
    out: list[str] = []
    paragraph = ""
    depth = 0
    open_ = False
    for line in text.split("\n"):
        content = line.lstrip(">")
        level = len(line) - len(content)
        content = content.removeprefix(" ")  # space-stuffing
        if open_ and (level != depth or content == "-- "):
            out.append(_quoted(depth, paragraph))
            paragraph, open_ = "", False
        depth = level
        paragraph += content
        if content.endswith(" ") and content != "-- ":
            open_ = True
            if delete_space:
                paragraph = paragraph[:-1]
        else:
            out.append(_quoted(depth, paragraph))
            paragraph, open_ = "", False
    if open_:
        out.append(_quoted(depth, paragraph))
    return "\n".join(out)


def _quoted(depth: int, content: str) -> str:
    return f"{'>' * depth} {content}".rstrip(" ") if depth else content if content == "-- " else content.rstrip(" ")
