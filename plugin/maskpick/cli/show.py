"""Results as a person reads them and as a program does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from maskpick.masks import Mask, Size


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2))


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print aligned columns: those whose cells begin with a digit to the right, the others to the left."""
    rows = list(rows)
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    right = [all(row[i][:1].isdigit() for row in rows) for i in range(len(header))]
    for number, row in enumerate([header, *rows]):
        cells = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        line = "  ".join(cells).rstrip()
        click.echo(click.style(line, bold=True) if number == 0 else line)


def mask_as_json(mask: Mask) -> dict[str, Any]:
    """Coordinates in pixels of the picture; area in pixels; confidence 0..1."""
    return {
        "id": mask.id,
        "name": mask.name,
        "box": {"x": mask.box.x, "y": mask.box.y, "width": mask.box.width, "height": mask.box.height},
        "area": mask.area,
        "confidence": round(mask.confidence, 4),
        "parent": mask.parent,
        "alternate_of": mask.alternate_of,
        "background": mask.background,
    }


def print_masks(masks: Iterable[tuple[int, Mask]], size: Size) -> None:
    """Print one line for each (depth in the tree, mask)."""
    whole = size.width * size.height
    print_table(
        ("id", "object", "size", "at", "box"),
        (
            (
                str(mask.id),
                "  " * depth + (mask.name or "-"),
                _share(mask.area / whole),
                f"{mask.box.x}, {mask.box.y}",
                f"{mask.box.width} x {mask.box.height}",
            )
            for depth, mask in masks
        ),
    )


def amount(count: int, word: str, words: str = "") -> str:
    """ "1 object", "3 objects"."""
    return f"{count} {word if count == 1 else words or word + 's'}"


def megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"


def _share(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else "0.1% or less"
