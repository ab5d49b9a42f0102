"""Makes docs/pictures/gimp-*.png, the dialog in the real GIMP: python tests/hosts/photograph_gimp.py"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # where pytest looks, too

from hosts.gimp_driver import drive_gimp
from hosts.hosts import CHECKOUT, HOSTS

PICTURES = CHECKOUT / "docs" / "pictures"


def main() -> None:
    host = HOSTS["forky"]
    host.prepare()
    with tempfile.TemporaryDirectory() as name:
        drive_gimp(host, "gimp_gui_photos", Path(name))
        for photo in sorted(Path(name).glob("gimp-*.png")):
            window = Image.open(photo).convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG)
            window.save(PICTURES / photo.name, optimize=True)


if __name__ == "__main__":
    main()
