"""`python -m sdesk`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    try:
        from sdesk.main import main
    except KeyboardInterrupt:
        # Before `main` can catch one.
        sys.stderr.write("sdesk: interrupted\n")
        sys.exit(130)
    main()
