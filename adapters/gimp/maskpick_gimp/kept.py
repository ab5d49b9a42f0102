"""The objects an image keeps: in a parasite, so that they are saved in its XCF and are there when it is opened again.

What is kept is a mask file (``docs/mask-file.md``), which holds a hash of the picture's pixels, and one of those under
each mask: so it can be told, later, what has been painted over.
"""

from __future__ import annotations

import array
import json
from typing import Any

from gi.repository import Gimp

NAME = "maskpick-objects"
FOUND_AS = "maskpick-found-as"


def kept(image: Gimp.Image) -> bytes | None:
    """What the image keeps, None where it is nothing."""
    return _attached(image, NAME)


def keep(image: Gimp.Image, data: bytes, about: dict[str, Any]) -> None:
    """Keep objects in place of those kept before. No undo step: undoing a stroke shall not lose them.

    ``about`` says how they were found (see `finding`), for whoever wants to find them the same way again.
    """
    _attach(image, NAME, data)
    _attach(image, FOUND_AS, json.dumps(about).encode())


def finding(engine: str, source: str, whole: bool) -> dict[str, Any]:
    """How objects are found, as it is kept beside them: by which engine, in what, and whether in all of that."""
    return {"engine": engine, "source": source, "whole": whole}


def found_as(image: Gimp.Image) -> dict[str, Any] | None:
    """How the objects that are kept were found; None where that is not known."""
    try:
        about = json.loads(_attached(image, FOUND_AS) or b"null")
    except ValueError:
        return None
    return about if isinstance(about, dict) else None


def forget(image: Gimp.Image) -> None:
    """Keep nothing any more."""
    _detach(image, NAME)
    _detach(image, FOUND_AS)


def _attach(image: Gimp.Image, name: str, data: bytes) -> None:
    signed = array.array("b", data).tolist()  # as GIMP's bindings want it
    image.attach_parasite(Gimp.Parasite.new(name, Gimp.PARASITE_PERSISTENT, signed))


def _attached(image: Gimp.Image, name: str) -> bytes | None:
    parasite = image.get_parasite(name)
    return None if parasite is None else array.array("b", parasite.get_data()).tobytes()


def _detach(image: Gimp.Image, name: str) -> None:
    if image.get_parasite(name) is not None:
        image.detach_parasite(name)
