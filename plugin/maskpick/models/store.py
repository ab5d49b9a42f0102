"""Where the models lie on this computer: what is there, getting one, taking one away.

Each has a folder of its own. A file appears whole and checked, by a rename. Only files that are known by their sha256
are ever deleted or replaced: anything else there is the user's.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from maskpick.errors import OutputError
from maskpick.files import in_words, output_error
from maskpick.models.catalogue import Model, ModelFile
from maskpick.progress import Progress

if TYPE_CHECKING:
    from maskpick.models.download import Limits
    from maskpick.settings import Settings

State = Literal["here", "not here", "damaged"]

_PARTS = ".parts"


class Store:
    """The models in ``folder``. Several processes may use it at once."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.folder = folder
        self._limits = limits

    @classmethod
    def of(cls, settings: Settings) -> Store:
        """The place the settings name."""
        return cls(settings.model_folder)

    def path(self, model: Model, file: ModelFile) -> Path:
        """Where the file is, or would be."""
        return self.folder / model.name / file.name

    def state(self, model: Model) -> State:
        """Whether the model can be used, by the names and sizes of its files: quick, and right but for bits that
        have gone bad."""
        paths = [(file, self.path(model, file)) for file in model.files]
        if not all(path.is_file() for _, path in paths):
            return "not here"
        right = all(file.bytes in (None, path.stat().st_size) for file, path in paths)
        return "here" if right else "damaged"

    def get(self, model: Model, progress: Progress) -> bool:
        """Fetch what is not here of the model. Returns whether there was anything to do.

        Another process that is at it is waited for. Raises `EngineError` when it cannot be had, `OutputError` when it
        cannot be kept, `Cancelled`.
        """
        from maskpick.models.download import Fetcher, check_room

        parts = self.folder / _PARTS
        with in_words(parts):
            parts.mkdir(parents=True, exist_ok=True)
        with self._locked(model, progress):
            wanted = [file for file in model.files if not self._is_right(model, file, progress)]
            if wanted:
                fetcher = Fetcher(parts, progress, self._limits)
                check_room(self.folder, sum(map(fetcher.missing, wanted)), model.title)
                for file in wanted:
                    fetcher.fetch(file, self.path(model, file))
                fetcher.close()
            return bool(wanted)

    def remove(self, model: Model, progress: Progress) -> tuple[list[Path], list[Path]]:
        """Delete the model's files, and parts of them. Returns which were deleted, and which were left because they
        are not the ones that were fetched."""
        from maskpick.models.download import Fetcher, digest

        deleted, left = [], []
        if not self.folder.is_dir():
            return [], []
        with self._locked(model, progress):
            for file in model.files:
                path = self.path(model, file)
                if path.is_file() and digest(path, progress, f"Checking {file.name}") == file.sha256:
                    with in_words(path):
                        path.unlink()
                    deleted.append(path)
                elif path.exists():
                    left.append(path)
                Fetcher(self.folder / _PARTS, progress).forget(file)
            with contextlib.suppress(OSError):  # it is not empty, or not there
                (self.folder / model.name).rmdir()
        return deleted, left

    def _is_right(self, model: Model, file: ModelFile, progress: Progress) -> bool:
        """Whether the file is here. Raises `OutputError` when another one is in its place."""
        from maskpick.models.download import digest

        path = self.path(model, file)
        if not path.exists():
            return False
        if path.is_file() and digest(path, progress, f"Checking {file.name}") == file.sha256:
            return True
        raise OutputError(
            f"{path} is not the file that belongs there, and is left as it is.",
            "Move it away and try again. To use a file of your own, name it in the settings: see docs/models.md.",
        )

    @contextlib.contextmanager
    def _locked(self, model: Model, progress: Progress) -> Iterator[None]:
        import filelock

        lock = filelock.FileLock(self.folder / f".{model.name}.lock")
        pause = threading.Event()
        while True:
            try:
                lock.acquire(timeout=0)
                break
            except filelock.Timeout:
                progress.report(f"Waiting for another process that has {model.title}")
                pause.wait(0.1)
            except OSError as error:
                raise output_error(error, self.folder) from error
        try:
            yield
        finally:
            lock.release()
