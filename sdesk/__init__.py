"""sdesk: a service desk that lives in the terminal.

The root imports nothing, so that every command pays only for what it uses.
"""

__version__ = "0.1.0"
