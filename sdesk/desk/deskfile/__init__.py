"""The desk file (TOML): read, checked, and given as plain values; an error names file, line, key and what is right."""

from sdesk.desk.deskfile.read import read
from sdesk.desk.deskfile.values import DeskFile

__all__ = ["DeskFile", "read"]
