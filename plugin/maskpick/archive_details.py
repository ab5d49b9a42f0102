"""What the service's zip has no place for: order, names, parents, confidence. Kept beside the masks as JSON.

Readers that know only the contract pass over the file. As anybody may have written it, each value is checked, and one
that makes no sense is as if it were not there: the masks are worth having without it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from maskpick.masks import MaskSet

LARGEST = 1 << 22
"""Details of more bytes (4 MB) are not read."""
LONGEST_NAME = 200


class Details(NamedTuple):
    """``order`` holds every id once. ``fields`` holds, for an id, what `maskpick.masks.Mask` takes besides pixels."""

    order: tuple[int, ...]
    fields: dict[int, dict[str, Any]]


def written(masks: MaskSet) -> bytes:
    """The details of a set, as JSON."""
    entries = []
    for mask in masks:
        entry: dict[str, Any] = {"id": mask.id, "confidence": float(mask.confidence), "name": mask.name}
        entry |= {"parent": mask.parent, "alternate_of": mask.alternate_of, "background": mask.background}
        entries.append(entry)
    return json.dumps({"maskpick": 1, "masks": entries}, ensure_ascii=True, indent=1).encode()


def read(data: bytes, ids: Collection[int]) -> Details:
    """Take what makes sense from ``data`` for the masks ``ids``. Never fails."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        content = None
    given: dict[int, dict[str, Any]] = {}
    entries = content.get("masks") if isinstance(content, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and _is_id(entry.get("id"), ids):
            given.setdefault(entry["id"], entry)
    order = (*given, *(id for id in sorted(ids) if id not in given))  # noqa: A001
    fields = {id: _sensible(entry, ids) for id, entry in given.items()}  # noqa: A001
    _open_circles(fields, "parent")
    _open_circles(fields, "alternate_of")
    return Details(order, fields)


def _sensible(entry: dict[str, Any], ids: Collection[int]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    confidence, name = entry.get("confidence"), entry.get("name")
    if isinstance(confidence, (int, float)) and not isinstance(confidence, bool) and 0 <= confidence <= 1:
        fields["confidence"] = float(confidence)
    if isinstance(name, str):
        fields["name"] = "".join(sign for sign in name[:LONGEST_NAME] if sign.isprintable())
    for link in ("parent", "alternate_of"):
        if _is_id(entry.get(link), ids) and entry[link] != entry["id"]:
            fields[link] = entry[link]
    if isinstance(entry.get("background"), bool):
        fields["background"] = entry["background"]
    return fields


def _is_id(value: object, ids: Collection[int]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in ids


def _open_circles(fields: dict[int, dict[str, Any]], link: str) -> None:
    """A mask that is, by way of others, its own parent loses its parent. One pass, each mask once."""
    safe: set[int] = set()
    for start in fields:
        path: set[int] = set()
        here: int | None = start
        while here is not None and here not in safe:
            path.add(here)
            above = fields.get(here, {}).get(link)
            if above in path:
                del fields[here][link]
                above = None
            here = above
        safe |= path
