"""A scenario: maskpick is switched on while Krita runs, which changes a setting of its own then."""

import subprocess
from pathlib import Path

from krita import Krita

ENABLE = "import pathlib, sys; from maskpick.setup import kritarc; kritarc.enable(pathlib.Path(sys.argv[1]))"


def steps(drive):
    Krita.instance().writeSetting("test", "before", "1")
    yield from drive.until(lambda: Krita.instance().dockers(), "the dockers are there")
    settings = Path.home() / ".config" / "kritarc"
    subprocess.run(["/opt/maskpick/bin/python", "-I", "-c", ENABLE, str(settings)], check=True)
    Krita.instance().writeSetting("test", "after", "1")
