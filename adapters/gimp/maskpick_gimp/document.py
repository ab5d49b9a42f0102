"""The image a dialog works on: its pixels for the view and for the engine, and results into it, each shown at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gi.repository import Gimp

from maskpick_bridge import Coverage, Filled, MaskInfo, Node, Part, Pixels
from maskpick_bridge.picking import ADD, INTERSECT, REPLACE, SUBTRACT, Step
from maskpick_bridge.words import _
from maskpick_gimp import kept, placing
from maskpick_gimp.desk import SELECT, SELECT_ADD, SELECT_INTERSECT, SELECT_SUBTRACT
from maskpick_gimp.images import LAYERS, VISIBLE, Seen, selected_area, selected_layers
from maskpick_gimp.painting import Picture
from maskpick_gimp.running import Refused

OPERATIONS = {SELECT: REPLACE, SELECT_ADD: ADD, SELECT_SUBTRACT: SUBTRACT, SELECT_INTERSECT: INTERSECT}
SMALL = 512
"""Pixels across, of the look that tells whether an image has changed."""
PICKS = "maskpick-picks"
"""The parasite with what was picked of the objects kept."""


class Document:
    """One image, which may be closed or changed in GIMP at any time. Every method raises `Refused`.

    ``layers`` are those that its objects were found in, none for all that is visible: results are cut from these, and
    are put right above them.
    """

    def __init__(self, image: Gimp.Image) -> None:
        self._image = image
        self._shown: Any = None
        self.layers: tuple[Gimp.Layer, ...] = ()

    @property
    def image(self) -> Gimp.Image:
        if not self._image.is_valid():
            raise Refused(_("The image has been closed in GIMP."), _("Close this window, too."))
        return self._image

    @property
    def size(self) -> tuple[int, int]:
        return int(self.image.get_width()), int(self.image.get_height())

    # Out of it.

    def picture(self) -> Picture:
        """What the image shows, to be painted."""
        with Seen(self.image) as seen:
            width, height, data = seen.display()
        self._shown = self._small()
        return Picture(bytearray(data), width, height)

    @property
    def changed(self) -> bool:
        """Whether the image shows something else than when it was last read to be painted, as far as a look tells."""
        return bool(self._shown != self._small())

    def _small(self) -> tuple[int, int, bytes | None]:
        """The image's size, and what it looks like in small: GIMP has that at hand, and tells of no changes."""
        small = self.image.get_thumbnail(SMALL, SMALL, Gimp.PixbufTransparency.KEEP_ALPHA)
        return (*self.size, None if small is None else bytes(small.get_pixels()))

    def selected(self) -> tuple[Gimp.Layer, ...]:
        """The layers that are selected in GIMP."""
        return tuple(selected_layers(self.image))

    def pixels(self, layers: Sequence[Gimp.Layer] | None = None) -> Pixels:
        """What the engine looks at: ``layers``, by default those the objects were found in; none for the visible."""
        with self._seen(self._there() if layers is None else layers) as seen:
            return seen.pixels()

    def _seen(self, layers: Sequence[Gimp.Layer]) -> Seen:
        return Seen(self.image, LAYERS, layers) if layers else Seen(self.image)

    def _there(self) -> list[Gimp.Layer]:
        """The ``layers`` that have not been deleted."""
        there = [layer for layer in self.layers if layer.is_valid()]
        if self.layers and not there:
            raise Refused(_("The layers in which the objects were found are gone."), _("Find the objects again."))
        return there

    def area(self) -> Coverage:
        """The selection."""
        area = selected_area(self.image)
        if area is None:
            raise Refused(_("Nothing is selected in GIMP."), _("Select an area, or look in the visible image."))
        return area

    # Into it. Each is one step of undo.

    def select(self, parts: Sequence[Part], action: str) -> None:
        placing.select(self.image, parts[0] if parts else None, OPERATIONS[action])
        Gimp.displays_flush()

    def add_layers(self, nodes: Sequence[Node]) -> None:
        placing.add_layers(self.image, nodes, _("Objects"), self._there())
        Gimp.displays_flush()

    def add_masked_layers(self, parts: Sequence[Part], masks: Mapping[int, MaskInfo]) -> None:
        """``masks``: the objects, by their ids."""
        above = self._there()
        parts = placing.largest_first(parts, masks)
        with self._seen(above) as seen:
            placing.add_masked_layers(self.image, parts, seen, _("Objects"), above)
        Gimp.displays_flush()

    def add_channels(self, parts: Sequence[Part]) -> None:
        placing.add_channels(self.image, parts)
        Gimp.displays_flush()

    def add_filled(self, filled: Filled) -> None:
        placing.add_filled(self.image, filled, self._there())
        Gimp.displays_flush()

    # Kept with it.

    def keep(self, objects: bytes, engine: str, whole: bool) -> None:
        """Keep objects with the image, in place of those kept before; ``whole``: they were looked for everywhere."""
        kept.keep(self.image, objects, kept.finding(engine, LAYERS if self.layers else VISIBLE, whole))
        self.keep_picks(())

    def keep_more(self, objects: bytes) -> None:
        """Keep the objects there were and one more, found as those were."""
        kept.keep(self.image, objects, kept.found_as(self.image) or {})

    def kept(self) -> bytes | None:
        """The objects kept. What was found in layers is now taken to have been found in those that are selected."""
        objects = kept.kept(self.image)
        if objects is not None and (kept.found_as(self.image) or {}).get("source") == LAYERS:
            self.layers = self.selected()
        return objects

    def keep_picks(self, steps: Sequence[Step]) -> None:
        """Keep what is picked of the objects kept."""
        if steps:
            data = json.dumps(steps).encode()
            self.image.attach_parasite(Gimp.Parasite.new(PICKS, Gimp.PARASITE_PERSISTENT, data))
        elif self.image.get_parasite(PICKS) is not None:
            self.image.detach_parasite(PICKS)

    def kept_picks(self) -> list[Step]:
        """What was picked; nothing where that cannot be read."""
        parasite = self.image.get_parasite(PICKS)
        if parasite is None:
            return []
        try:
            told: Any = json.loads(bytes(parasite.get_data()))
            return [Step(str(operation), tuple(map(int, ids))) for operation, ids in told]
        except (ValueError, TypeError):
            return []
