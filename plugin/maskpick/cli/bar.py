"""The progress bar on a terminal."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from maskpick.progress import Step


class Bar:
    """One line on stderr: a bar, what is worked on, the stage. It disappears when the work is done."""

    def __init__(self, title: str) -> None:
        self._title = escape(title)
        self._display = Progress(
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._display.add_task(self._title, total=1.0)

    def __enter__(self) -> Bar:
        self._display.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._display.stop()

    def show(self, step: Step) -> None:
        description = f"{self._title}  {escape(step.stage)}"
        self._display.update(self._task, completed=step.fraction, description=description)
