"""Makes docs/pictures/krita-layers.png, a photo's layers in the real Krita: python tests/hosts/photograph.py"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

import maskpick
from hosts import CHECKOUT, HOSTS, INSIDE, OUT

DOCS = CHECKOUT / "docs"


def main() -> None:
    host = HOSTS["forky"]
    host.prepare()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo = maskpick.open_picture(DOCS / "photos" / "coffee.jpg")
        maskpick.export(photo, maskpick.find(photo, "local"), folder / "coffee.ora")
        host.run([INSIDE / "photograph.sh", OUT / "coffee.ora"], out=folder, screen=True, limit=120)
        window = Image.open(folder / "krita.png").convert("RGB")
        window.save(DOCS / "pictures" / "krita-layers.png", optimize=True)


if __name__ == "__main__":
    main()
