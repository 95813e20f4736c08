"""The read side: `Reader` gives frozen values out of the SQL views, by the bare driver.

It imports no SQLModel, so that a command which reads starts in a tenth of a second.
"""

from sdesk.store.reader.reader import Reader

__all__ = ["Reader"]
