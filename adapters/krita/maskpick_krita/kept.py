"""The objects, kept with the document: in an annotation of the .kra file, so that opening it again offers them.

What is kept holds hashes of the picture and of every object's pixels, so that what was painted over since is known
(`Session.open_kept`). Keeping does not by itself make the document one that has to be saved: what was computed is also
in the engine's cache.
"""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, Optional

from maskpick_bridge.maskfile import MAGIC
from maskpick_krita.qt import QtCore

_OBJECTS, _LAYER = "maskpick/objects", "maskpick/objects-layer"
_ABOUT = {
    _OBJECTS: "The objects that maskpick found, version 1",
    _LAYER: "The layer that maskpick found its objects in",
}


def read(document: Any) -> Optional[bytes]:
    """What `Session.open_kept` takes; None where nothing is kept, or somebody else's."""
    data = bytes(document.annotation(_OBJECTS))
    return data if data.startswith(MAGIC) else None


def layer(document: Any) -> Any:
    """The layer that the objects were found in, by the id that `documents.read` takes; None for the visible image."""
    name = bytes(document.annotation(_LAYER)).decode("utf-8", "replace")
    return None if not name else QtCore.QUuid(name)


def write(document: Any, data: bytes, layer: Any = None) -> None:
    """Keep what `Session.store` gave, instead of what was kept before."""
    with _unmodified(document):
        document.setAnnotation(_OBJECTS, _ABOUT[_OBJECTS], data)
        document.setAnnotation(_LAYER, _ABOUT[_LAYER], b"" if layer is None else layer.toString().encode())


def forget(document: Any) -> None:
    """Keep nothing any more."""
    with _unmodified(document):
        for name in {_OBJECTS, _LAYER}.intersection(document.annotationTypes()):
            document.removeAnnotation(name)


@contextlib.contextmanager
def _unmodified(document: Any) -> Iterator[None]:
    modified = document.modified()
    yield
    document.setModified(modified)
