"""A document without a screen: find and pick the objects of a picture, remove them, save it in layers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskpick import api
from maskpick.errors import PickError
from maskpick.layers import Layer, Stack
from maskpick.masks import Box, Mask, MaskSet
from maskpick.picture_files import ENDINGS
from maskpick.pictures import Picture
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.plugins import Plugins
    from maskpick.settings import Settings


@dataclass(frozen=True)
class _State:
    """All of a document that an action can change; it is never changed itself, so undoing is going back to it."""

    masks: MaskSet | None = None
    layered: MaskSet | None = None
    patches: tuple[Layer, ...] = ()
    picked: tuple[int, ...] = ()
    selection: Mask | None = None


class ScriptDocument:
    """One opened picture. The picture itself never changes: what an action adds lies above it.

    Every action is one step for `undo`. An action that fails leaves the document as it was.
    """

    def __init__(self, picture: Picture, *, plugins: Plugins | None = None, settings: Settings | None = None) -> None:
        self._base = picture
        self._plugins = plugins
        self._settings = settings
        self._state = _State()
        self._done: list[_State] = []
        self._undone: list[_State] = []

    # What is there.

    def picture(self) -> Picture:
        """The visible picture, flattened."""
        return self._stack().picture

    @property
    def masks(self) -> MaskSet:
        """The objects that were found. Raises `PickError` before `find`."""
        if self._state.masks is None:
            raise PickError("No objects are known yet.", "Find them first.")
        return self._state.masks

    @property
    def selection(self) -> Mask | None:
        """What is selected, None for nothing."""
        return self._state.selection

    def layers(self) -> tuple[Layer, ...]:
        """The document's layers, bottom to top."""
        return self._stack().layers

    def at(self, x: int, y: int) -> tuple[int, ...]:
        """The numbers of the objects at a pixel, smallest first. Raises `PickError` outside the picture."""
        return self.masks.at(x, y)

    # What can be done.

    def find(
        self,
        engine: str | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> MaskSet:
        """Find the objects of the visible picture; see `maskpick.find`."""
        masks = api.find(
            self.picture(),
            engine,
            options=options,
            plugins=self._plugins,
            settings=self._settings,
            progress=progress,
        )
        self.use(masks)
        return masks

    def use(self, masks: MaskSet) -> None:
        """Take these for the objects of the picture, for instance those of `maskpick.open_masks`.

        Raises `PictureError` when they are for a picture of another size.
        """
        Stack(self._base, masks)
        self._do(masks=masks, picked=(), selection=None)

    def pick(self, ids: Iterable[int] = (), points: Iterable[tuple[int, int]] = ()) -> Mask:
        """Select objects by number, or the smallest object at each point; together they make one selection.

        Raises `PickError` for an unknown number, for a point outside or on no object, and when nothing is picked.
        """
        picked = list(ids)
        for x, y in points:
            here = self.at(x, y)
            if not here:
                raise PickError(f"No object lies at {x}, {y}.", "Pick a point on an object.")
            picked.append(here[0])
        picked = list(dict.fromkeys(picked))
        selection = self.masks.union(picked)
        self._do(picked=tuple(picked), selection=selection)
        return selection

    def select(self, mask: Mask | None) -> None:
        """Make a mask of one's own the selection; None selects nothing. Raises `PickError` for one that leaves it."""
        canvas = Box(0, 0, *self._base.size)
        if mask is not None and mask.box.intersection(canvas) != mask.box:
            raise PickError("The selection reaches outside the picture.", "Crop it to the picture first.")
        self._do(picked=(), selection=mask)

    def add_layers(self, masks: MaskSet) -> None:
        """Put each of these objects on a layer of its own, in groups after the tree.

        Until this is said, all that were found are. Raises `PictureError` when they are for a picture of another size.
        """
        Stack(self._base, masks)
        self._do(layered=masks)

    def remove_selected(
        self,
        engine: str | None = None,
        *,
        grow: float | None = None,
        options: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Hide what is selected under a layer with its surroundings' texture; see `maskpick.remove`.

        What is below stays: without the layer the object is back. Raises `PickError` when nothing is selected.
        """
        state = self._state
        if state.selection is None:
            raise PickError("Nothing is selected.", "Pick an object first.")
        pick = state.picked or state.selection
        visible = self.picture()
        filled, hole = api.fill(
            visible,
            state.masks,
            pick,
            engine,
            grow=grow,
            options=options,
            plugins=self._plugins,
            settings=self._settings,
            progress=progress,
        )
        self.add_filled(filled, hole, f"Without {self._words(state)}")

    def add_filled(self, filled: Picture, hole: Mask, name: str) -> None:
        """Add a layer that holds only the pixels of ``filled`` under ``hole``, above everything."""
        patches = (*self._state.patches, Layer.patch(filled, hole, name))
        self._do(patches=patches, picked=(), selection=None)

    def undo(self) -> bool:
        """Take the last action back. False when there is none."""
        return self._step(self._done, self._undone)

    def redo(self) -> bool:
        """Do again what was undone last. False when there is nothing."""
        return self._step(self._undone, self._done)

    def save(self, target: str | Path, format: str | None = None) -> None:  # noqa: A002 - the word everybody knows
        """Write the document; the ending chooses the format.

        One of layers (``.ora``, ``.psd``, none for a folder) gets all layers, ``.zip`` the masks alone, one of pictures
        (``.png`` ...) what is seen. ``format`` is an exporter's name, for other endings. Raises `OutputError`.
        """
        target = Path(target)
        if format is None and target.suffix.lower() in ENDINGS:
            self.picture().save(target)
            return
        stack = self._stack()
        api.export(stack.base, stack.masks, target, format, patches=stack.patches, plugins=self._plugins)

    # How an action becomes a step.

    def _do(self, **changes: Any) -> None:
        self._done.append(self._state)
        self._undone.clear()
        self._state = dataclasses.replace(self._state, **changes)

    def _step(self, source: list[_State], target: list[_State]) -> bool:
        if not source:
            return False
        target.append(self._state)
        self._state = source.pop()
        return True

    def _stack(self) -> Stack:
        state = self._state
        shown = state.layered if state.layered is not None else state.masks
        return Stack(self._base, MaskSet(self._base.size, ()) if shown is None else shown, state.patches)

    def _words(self, state: _State) -> str:
        if len(state.picked) == 1:
            return self.masks[state.picked[0]].name or f"object {state.picked[0]}"
        return f"{len(state.picked)} objects" if state.picked else "the selection"
