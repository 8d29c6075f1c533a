"""`python -m dev.stack`: see `dev.stack.cli`."""

import sys

from dev.stack.cli import main

sys.exit(main())
