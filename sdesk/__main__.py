"""`python -m sdesk`."""

from __future__ import annotations

from sdesk.main import main

if __name__ == "__main__":
    main()
