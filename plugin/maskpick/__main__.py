"""``python -m maskpick``: the command line."""

from __future__ import annotations

import sys

from maskpick.cli import main

if __name__ == "__main__":  # a batch's processes import this module again
    sys.exit(main())
