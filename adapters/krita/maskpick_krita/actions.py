"""What can be done, each with the id under which Krita knows it: in menus, on the docker's buttons, for shortcuts.

`maskpick_krita.action` gives the shortcuts at first, and has to list the same ids.
"""

from __future__ import annotations

from typing import Callable, Dict, NamedTuple

from maskpick_bridge.words import _

MENU = "maskpick_menu"
FIND, CANCEL, PICK = "maskpick_find", "maskpick_cancel", "maskpick_pick"
PICK_NONE, PICK_INVERT = "maskpick_pick_none", "maskpick_pick_invert"
PICK_UNDO, PICK_REDO = "maskpick_pick_undo", "maskpick_pick_redo"
SELECTION, ADD = "maskpick_selection", "maskpick_selection_add"
SUBTRACT, INTERSECT = "maskpick_selection_subtract", "maskpick_selection_intersect"
LAYERS, ALL_TO_LAYERS = "maskpick_layers", "maskpick_all_to_layers"
LAYER_MASKS, SELECTION_MASKS = "maskpick_layer_masks", "maskpick_selection_masks"
REMOVE, SETTINGS, DOCKER = "maskpick_remove", "maskpick_settings", "maskpick_docker"


class Action(NamedTuple):
    """``label`` and ``help`` give the words in the language in use; ``icon`` is one of Krita's."""

    icon: str
    label: Callable[[], str]
    help: Callable[[], str]


ACTIONS: Dict[str, Action] = {
    FIND: Action("tools-wizard", lambda: _("Find objects"), lambda: _("Look for all objects of the picture")),
    CANCEL: Action("dialog-cancel", lambda: _("Cancel"), lambda: _("Stop what is under way")),
    PICK: Action(
        "select",
        lambda: _("Pick on the canvas"),
        lambda: _("Point at objects and click. Shift adds, Alt takes away, Esc leaves."),
    ),
    PICK_NONE: Action("edit-clear", lambda: _("Pick nothing"), lambda: _("Let go of all objects")),
    PICK_INVERT: Action(
        "selection_symmetric_difference", lambda: _("Pick the others"), lambda: _("Pick what is not picked")
    ),
    PICK_UNDO: Action("edit-undo", lambda: _("Undo the last pick"), lambda: _("Take the last pick back")),
    PICK_REDO: Action("edit-redo", lambda: _("Redo the last pick"), lambda: _("Pick again what was taken back")),
    SELECTION: Action("tool_outline_selection", lambda: _("Selection"), lambda: _("Select what is picked")),
    ADD: Action("selection_add", lambda: _("Add to selection"), lambda: _("Select what is picked as well")),
    SUBTRACT: Action(
        "selection_subtract",
        lambda: _("Subtract from selection"),
        lambda: _("Take what is picked out of the selection"),
    ),
    INTERSECT: Action(
        "selection_intersect", lambda: _("Intersect with selection"), lambda: _("Keep selected only what is picked")
    ),
    LAYERS: Action("paintLayer", lambda: _("Layers"), lambda: _("Copy each picked object to a layer of its own")),
    ALL_TO_LAYERS: Action(
        "groupLayer",
        lambda: _("All to layers"),
        lambda: _("Take the whole picture apart; the layers together show exactly the picture"),
    ),
    LAYER_MASKS: Action(
        "transparencyMask",
        lambda: _("Layer masks"),
        lambda: _("Copy the layer for each picked object, with a mask that shows only the object"),
    ),
    SELECTION_MASKS: Action(
        "selectionMask", lambda: _("Selection masks"), lambda: _("Keep each picked object as a selection of its own")
    ),
    REMOVE: Action(
        "draw-eraser",
        lambda: _("Remove selected"),
        lambda: _("Fill the place of what is picked, or else of what is selected, on a new layer"),
    ),
    SETTINGS: Action("configure", lambda: _("Settings…"), lambda: _("Engines, token, edges, cache, colours")),
    DOCKER: Action("visible", lambda: _("Show the docker"), lambda: _("Bring maskpick's docker to the front")),
}

SELECTION_WAYS = (SELECTION, ADD, SUBTRACT, INTERSECT)
"""What can become of the selection that is there already: replaced, added to, subtracted from, intersected."""
