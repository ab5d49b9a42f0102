#!/usr/bin/env python3
"""What GIMP finds and starts. The plug-in itself is in `maskpick_gimp`, which lies beside this file once installed."""

import sys

from maskpick_gimp.start import main

main(sys.argv)
