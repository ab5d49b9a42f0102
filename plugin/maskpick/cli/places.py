"""Places in a picture, as they are written on the command line."""

from __future__ import annotations

import click

from maskpick.masks import Box

Points = tuple[tuple[int, int], ...]


class Point(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click only
    """Two whole numbers with a comma between."""

    name = "X,Y"

    def convert(
        self, value: object, parameter: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, int]:
        x, comma, y = str(value).partition(",")
        try:
            return int(x), int(y if comma else "-")
        except ValueError:
            self.fail(f"{value} is no point; write two whole numbers, for instance 320,240.", parameter, context)


class Line(click.ParamType):  # type: ignore[type-arg]
    """Points with spaces between."""

    name = '"X,Y X,Y ..."'

    def convert(self, value: object, parameter: click.Parameter | None, context: click.Context | None) -> Points:
        return tuple(Point().convert(word, parameter, context) for word in str(value).split())


class Rectangle(click.ParamType):  # type: ignore[type-arg]
    """Four whole numbers with commas between: left, top, width, height."""

    name = "X,Y,W,H"

    def convert(self, value: object, parameter: click.Parameter | None, context: click.Context | None) -> Box:
        try:
            x, y, width, height = (int(word) for word in str(value).split(","))
        except ValueError:
            width = height = 0
        if width < 1 or height < 1:
            self.fail(
                f"{value} is no box; write left, top, width and height, for instance 20,40,300,200.", parameter, context
            )
        return Box(x, y, width, height)
