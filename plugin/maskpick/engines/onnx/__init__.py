"""Engines that run trained models of other people with onnxruntime: SAM's family finds, LaMa and MI-GAN remove.

They are an option: `pip install maskpick[onnx]`, then `maskpick models get NAME` for the weights, or a file of one's
own named in the settings. Nothing is fetched by an engine, and nothing leaves the computer. Each step is a module of
this package; the models and their addresses are in `maskpick.models`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from maskpick.errors import EngineError, SettingsError
from maskpick.hookspecs import hookimpl

if TYPE_CHECKING:
    from maskpick.engines import Point, Remover, Segmenter
    from maskpick.engines.onnx.sam import Sam
    from maskpick.masks import Box, Mask, MaskSet
    from maskpick.pictures import Picture
    from maskpick.progress import Progress

Device = Literal["auto", "cpu", "cuda", "directml", "coreml", "openvino", "migraphx"]

Seeds = Literal["regions", "grid"]

_DEVICE_HELP = "What computes; auto: the fastest there is. Where that fails, the processor does."
_OWN_FILE_HELP = "A file of your own instead of the fetched one."


def how_to_install() -> str:
    """What to type when onnxruntime is missing; empty when it is there."""
    if importlib.util.find_spec("onnxruntime") is not None:
        return ""
    if Path(sys.prefix, "maskpick-stamp.json").is_file():  # see `maskpick.setup.environment`: pip's would not last
        return "Install it, in the folder of maskpick's install.py: python3 install.py setup --models"
    return f'Install it: "{sys.executable}" -m pip install onnxruntime'


@dataclass(frozen=True)
class SamOptions:
    """Settings of the engines that find objects."""

    encoder: Path | None = field(default=None, metadata={"help": _OWN_FILE_HELP})
    decoder: Path | None = field(default=None, metadata={"help": _OWN_FILE_HELP})
    device: Device = field(default="auto", metadata={"help": _DEVICE_HELP, "answer": False})
    most: int = field(default=100, metadata={"help": "Find at most this many objects."})
    seeds: Seeds = field(
        default="regions",
        metadata={"help": "Where is asked first: in the middles of what maskpick itself finds, or on a grid."},
    )
    points: int = field(
        default=8, metadata={"help": "Points of a grid along the longer side; twice as many where nothing was found."}
    )
    crops: int = field(
        default=0, metadata={"help": "Look at so many by so many parts as well, for what is small; 0: do not."}
    )
    softness: float = field(default=0.8, metadata={"help": "Softness of the borders (sigma, in pixels); 0 is hard."})

    def __post_init__(self) -> None:
        _check_device(self.device)
        if self.seeds not in get_args(Seeds):
            raise SettingsError(f"There are no seeds {self.seeds!r}.", f"Choose one of {', '.join(get_args(Seeds))}.")
        for name, value, low, high in (
            ("most", self.most, 1, 1000),
            ("points", self.points, 1, 64),
            ("crops", self.crops, 0, 4),
            ("softness", self.softness, 0, 10),
        ):
            if not low <= value <= high:
                raise SettingsError(f"The option {name} cannot be {value}.", f"Choose something from {low} to {high}.")


@dataclass(frozen=True)
class FillingOptions:
    """Settings of the engines that remove objects."""

    model: Path | None = field(default=None, metadata={"help": _OWN_FILE_HELP})
    device: Device = field(default="auto", metadata={"help": _DEVICE_HELP, "answer": False})

    def __post_init__(self) -> None:
        _check_device(self.device)


class _Trained:
    """What the engines have in common: files, which may be missing. The name is that of the model."""

    name: ClassVar[str]
    title: ClassVar[str]
    offline: ClassVar[bool] = True
    version: ClassVar[int] = 1
    Options: ClassVar[type[Any]]

    def __init__(self, options: Any = None) -> None:
        self.options = options or self.Options()

    def obstacle(self) -> EngineError | None:
        """What keeps the engine from working, in words for the user; None when it is ready."""
        missing = how_to_install()
        if missing:
            return EngineError(f"{self.title} needs onnxruntime, which is not installed.", missing)
        for role, path in self._files().items():
            own = getattr(self.options, role) is not None
            if own and not path.is_file():
                return EngineError(
                    f"The file of {self.title} is not there: {path}.",
                    f"Correct it: maskpick config set engines.{self.name}.{role} PATH",
                )
            if not path.is_file():
                return EngineError(
                    f"{self.title} has not been fetched yet.", f"Fetch it: maskpick models get {self.name}"
                )
        return None

    def _files(self) -> dict[str, Path]:
        """Where each file should be, by its role: the user's own, or the fetched one."""
        from maskpick.models.catalogue import model_called
        from maskpick.models.store import Store
        from maskpick.settings import Settings

        model, store = model_called(self.name), Store.of(Settings.load())
        fetched = {file.role: store.path(model, file) for file in model.files}
        return {role: getattr(self.options, role) or path for role, path in fetched.items()}

    def _ready(self) -> dict[str, Path]:
        """The files. Raises `EngineError` where something is missing."""
        obstacle = self.obstacle()
        if obstacle is not None:
            raise obstacle
        return self._files()


class _SamEngine(_Trained):
    version: ClassVar[int] = 2
    Options: ClassVar[type[SamOptions]] = SamOptions

    def segment(self, picture: Picture, progress: Progress) -> MaskSet:
        """Ask for the objects at many points. Returns nested masks, best first. Raises `EngineError`,
        `Cancelled`."""
        from maskpick.engines.onnx.everything import everything

        return everything(self._sam(), picture, self.options, progress)

    def at_clicks(
        self,
        picture: Picture,
        inside: Sequence[Point],
        outside: Sequence[Point],
        progress: Progress,
        *,
        box: Box | None = None,
    ) -> Mask:
        """The object that holds the pixels ``inside`` and not those ``outside``, in ``box``; see
        `maskpick.engines.AtClicks`.

        A picture is looked at once; more clicks in it cost little. Raises `EngineError`, `PickError`, `Cancelled`.
        """
        from maskpick.engines.onnx.clicks import at_clicks

        return at_clicks(self._sam(), picture, inside, outside, box, progress)

    def _sam(self) -> Sam:
        from maskpick.engines.onnx.sam import Sam

        files = self._ready()
        return Sam.open(files["encoder"], files["decoder"], self.options.device)


class EfficientSamSegmenter(_SamEngine):
    """EfficientSAM-Ti (Xiong et al. 2023)."""

    name = "efficientsam"
    title = "EfficientSAM"


class MobileSamSegmenter(_SamEngine):
    """MobileSAM (Zhang et al. 2023)."""

    name = "mobilesam"
    title = "MobileSAM"


class Sam2Segmenter(_SamEngine):
    """SAM 2.1 tiny (Ravi et al. 2024)."""

    name = "sam2"
    title = "SAM 2.1 tiny"


class _FillingEngine(_Trained):
    Options: ClassVar[type[FillingOptions]] = FillingOptions

    def remove(self, picture: Picture, hole: Mask, keep_out: Sequence[Mask], progress: Progress) -> Picture:
        """Have the model invent what is under ``hole``; see `maskpick.engines.Remover`. Raises `EngineError`,
        `Cancelled`."""
        from maskpick.engines.onnx.filling import fill

        return fill(self._ready()["model"], self.options.device, picture, hole, keep_out, progress)


class LamaRemover(_FillingEngine):
    """LaMa (Suvorov et al. 2022)."""

    name = "lama"
    title = "LaMa"


class MiganRemover(_FillingEngine):
    """MI-GAN (Sargsyan et al. 2023)."""

    name = "migan"
    title = "MI-GAN"


def _check_device(device: str) -> None:
    if device not in get_args(Device):
        raise SettingsError(f"There is no device {device!r}.", f"Choose one of {', '.join(get_args(Device))}.")


@hookimpl
def register_segmenters(register: Callable[[type[Segmenter]], None]) -> None:
    for engine in (EfficientSamSegmenter, MobileSamSegmenter, Sam2Segmenter):
        register(engine)


@hookimpl
def register_removers(register: Callable[[type[Remover]], None]) -> None:
    for engine in (LamaRemover, MiganRemover):
        register(engine)
