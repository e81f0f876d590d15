"""``python -m micrograd``: the same as the command ``micrograd``."""

import sys

from micrograd.cli import main

sys.exit(main())
