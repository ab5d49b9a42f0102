"""A graph run by onnxruntime, on the fastest device there is, on the processor when that fails."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import onnxruntime
from numpy.typing import NDArray

from maskpick.engines.onnx import Device
from maskpick.errors import EngineError
from maskpick.progress import Progress
from maskpick.web.waiting import wait_for

log = logging.getLogger(__name__)

Array = NDArray[Any]

PROVIDERS: dict[str, tuple[str, str]] = {
    "cuda": ("CUDAExecutionProvider", "the graphics card (CUDA)"),
    "migraphx": ("MIGraphXExecutionProvider", "the graphics card (MIGraphX)"),
    "directml": ("DmlExecutionProvider", "the graphics card (DirectML)"),
    "coreml": ("CoreMLExecutionProvider", "Apple's Core ML"),
    "openvino": ("OpenVINOExecutionProvider", "OpenVINO"),
    "cpu": ("CPUExecutionProvider", "the processor"),
}
"""Devices, the fastest first: onnxruntime's name for each, and a person's."""

_SILENT = 4  # onnxruntime writes nothing but its own end; what matters is said in our words
_KEPT = 6  # graphs kept open


class Input(NamedTuple):
    """What a graph takes: ``shape`` has None where any length will do; ``dtype`` is a numpy name."""

    shape: tuple[int | None, ...]
    dtype: str


_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}


class Net:
    """One graph. Any number of threads may run it at once. ``threads`` is how many one run may take; 0: all."""

    def __init__(self, path: Path, device: Device, threads: int = 0) -> None:
        self.path = path
        self._threads = threads
        self._lock = threading.Lock()
        self.device = _chosen(device)
        self._session = self._opened()
        self.inputs = {
            one.name: Input(
                tuple(length if isinstance(length, int) and length > 0 else None for length in one.shape),
                _DTYPES.get(one.type, "float32"),
            )
            for one in self._session.get_inputs()
        }
        self.outputs = tuple(one.name for one in self._session.get_outputs())

    @classmethod
    def open(cls, path: Path, device: Device, threads: int = 0) -> Net:
        """The graph of this file; one that was opened before is still there. Raises `EngineError`."""
        try:
            about = path.stat()
        except OSError as error:
            raise _unusable(path, error) from error
        with _opening:
            return _kept(path, device, threads, about.st_mtime_ns, about.st_size)

    def run(
        self, feeds: Mapping[str, Array], wanted: Sequence[str], options: onnxruntime.RunOptions | None = None
    ) -> list[Array]:
        """The outputs ``wanted``, by name. Raises `EngineError` where the processor cannot do it either."""
        session = self._session
        try:
            outputs: list[Array] = session.run(list(wanted), dict(feeds), options)
        except Exception as error:  # onnxruntime raises classes of its own, and RuntimeError
            if options is not None and options.terminate:
                raise
            if self.device == "cpu":
                raise _unusable(self.path, error) from error
            self._fall_back(session, error)
            return self.run(feeds, wanted, options)
        return outputs

    def run_patiently(self, feeds: Mapping[str, Array], wanted: Sequence[str], progress: Progress) -> list[Array]:
        """As `run`, for what takes long: a cancel is heard while it lasts. Raises `Cancelled` besides."""
        options = onnxruntime.RunOptions()

        def look() -> int:
            progress.check()
            return 0

        def let_go() -> None:
            options.terminate = True

        return wait_for(lambda: self.run(feeds, wanted, options), look, let_go)

    def _opened(self) -> onnxruntime.InferenceSession:
        if self.device != "cpu":
            try:
                return self._session_on(self.device)
            except Exception as error:  # noqa: BLE001 - as in `run`
                self._say_fallen(error)
                self.device = "cpu"
        try:
            return self._session_on("cpu")
        except Exception as error:
            raise _unusable(self.path, error) from error

    def _session_on(self, device: str) -> onnxruntime.InferenceSession:
        provider = PROVIDERS[device][0]
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _SILENT
        options.intra_op_num_threads = self._threads
        if device == "directml":  # it cannot do with it
            options.enable_mem_pattern = False
        providers = list(dict.fromkeys([provider, PROVIDERS["cpu"][0]]))
        session = onnxruntime.InferenceSession(self.path, options, providers, enable_fallback=0)
        if provider not in session.get_providers():
            raise RuntimeError("it is there, but a part it needs is not")
        return session

    def _fall_back(self, failed: onnxruntime.InferenceSession, error: Exception) -> None:
        with self._lock:
            if self._session is failed:  # no other thread was quicker
                self._say_fallen(error)
                self.device = "cpu"
                self._session = self._opened()

    def _say_fallen(self, error: Exception) -> None:
        log.warning(
            "%s does not work with %s, so the processor does it, which may take longer: %s",
            self.path.name,
            PROVIDERS[self.device][1],
            _first_line(error),
        )


_opening = threading.Lock()


@functools.lru_cache(maxsize=_KEPT)
def _kept(path: Path, device: Device, threads: int, _changed: int, _size: int) -> Net:
    return Net(path, device, threads)


def _chosen(device: Device) -> str:
    """The device to try: the one asked for where onnxruntime has it, for ``auto`` the fastest it has."""
    there = onnxruntime.get_available_providers()
    if device == "auto":
        return next(name for name, (provider, _) in PROVIDERS.items() if provider in there)
    provider, words = PROVIDERS[device]
    if provider in there:
        return device
    log.warning("The onnxruntime that is installed cannot use %s, so the processor does it.", words)
    return "cpu"


def devices() -> list[str]:
    """What this computer's onnxruntime can compute on, in a person's words, the fastest first."""
    there = onnxruntime.get_available_providers()
    return [words for provider, words in PROVIDERS.values() if provider in there]


def _unusable(path: Path, error: Exception) -> EngineError:
    return EngineError(
        f"The model {path} cannot be used: {_first_line(error)}.",
        "Is it the right file? `maskpick models get` fetches and checks it; own files: see docs/models.md.",
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].strip().rstrip(".")
