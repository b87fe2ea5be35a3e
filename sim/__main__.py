"""`python -m sim` is the command `hemmaplan`."""

import sys

from sim.cli import main

sys.exit(main())
