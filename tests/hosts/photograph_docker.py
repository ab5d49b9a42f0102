"""Makes docs/pictures/krita-*.png of maskpick's docker in the real Krita: python tests/hosts/photograph_docker.py"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # where pytest looks, too

from hosts.hosts import CHECKOUT, HOSTS
from hosts.krita_driver import drive_krita

PICTURES = CHECKOUT / "docs" / "pictures"
DOCKER = (950, 54, 1280, 770)
"""The docker's place in the photographed window."""
GAP = 12


def main() -> None:
    host = HOSTS["forky"]
    host.prepare()
    with tempfile.TemporaryDirectory() as dark_name, tempfile.TemporaryDirectory() as light_name:
        dark, light = Path(dark_name), Path(light_name)
        drive_krita(host, "krita_docker_photos", dark, variables={"SMALL": "1"})
        light_variables = {"SMALL": "1", "FEW": "1", "WIDTH": "260", "THEME": "Krita bright"}
        drive_krita(host, "krita_docker_photos", light, variables=light_variables)
        for name in ("picked", "edge", "removed"):
            save(Image.open(dark / f"{name}.png"), f"krita-{name}")
        save(Image.open(light / "picked.png"), "krita-light")
        states = [Image.open(dark / f"{name}.png").crop(DOCKER) for name in ("first", "found", "asking", "trouble")]
        save(beside(states), "krita-states")
        save(beside([Image.open(dark / f"settings-{page}.png") for page in (0, 4)]), "krita-settings")


def beside(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures in a row, on white."""
    width = sum(picture.width + GAP for picture in pictures) - GAP
    row = Image.new("RGB", (width, max(picture.height for picture in pictures)), "white")
    left = 0
    for picture in pictures:
        row.paste(picture, (left, 0))
        left += picture.width + GAP
    return row


def save(picture: Image.Image, name: str) -> None:
    picture.convert("RGB").save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
