"""The objects an image keeps: in a parasite, so that they are saved in its XCF and are there when it is opened again.

What is kept is a mask file (``docs/mask-file.md``), which holds a hash of the picture's pixels, and one of those under
each mask: so it can be told, later, what has been painted over.
"""

from __future__ import annotations

from gi.repository import Gimp

NAME = "maskpick-objects"


def kept(image: Gimp.Image) -> bytes | None:
    """What the image keeps, None where it is nothing."""
    parasite = image.get_parasite(NAME)
    return None if parasite is None else bytes(parasite.get_data())


def keep(image: Gimp.Image, data: bytes) -> None:
    """Keep objects in place of those kept before. No undo step: undoing a stroke shall not lose them."""
    image.attach_parasite(Gimp.Parasite.new(NAME, Gimp.PARASITE_PERSISTENT, data))


def forget(image: Gimp.Image) -> None:
    """Keep nothing any more."""
    if image.get_parasite(NAME) is not None:
        image.detach_parasite(NAME)
