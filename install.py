#!/usr/bin/env python3
"""Sets maskpick up, runs it, tests it, and takes it away again.

    python3 install.py run photo.jpg    finds the objects; writes photo.ora and photo.preview.png beside the photo
    python3 install.py editors          puts maskpick into Krita and GIMP
    python3 install.py test             passes the tests

Needs Python 3.10 or newer and nothing else: no pip, no root. What maskpick needs goes into an environment of its own,
in your data folder (or in $MASKPICK_HOME). An editor gets one plug-in, and only when you say so; nothing else on the
computer is touched, and `install.py remove` undoes it all.
"""

# This file can be read by any Python there is, to tell its owner what to do. The work is in plugin/maskpick/setup.

import os
import signal
import sys

OLDEST = (3, 10)
ADVICE = "maskpick needs Python {0}.{1} or newer; this one is {2}.{3}. {4}"

if sys.version_info < OLDEST:
    names = ["python3.%d" % minor for minor in range(14, 9, -1)]
    folders = os.environ.get("PATH", "").split(os.pathsep)
    found = [name for name in names if any(os.path.exists(os.path.join(folder, name)) for folder in folders)]
    advice = "This computer has one: %s install.py" % found[0] if found else "Get one from python.org or your system."
    sys.exit(ADVICE.format(*(OLDEST + tuple(sys.version_info[:2]) + (advice,))))

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "plugin"))

from maskpick.setup.commands import main

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what stops us lets us tidy up
    sys.exit(main(description=__doc__))
