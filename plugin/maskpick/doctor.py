"""Whether everything maskpick needs is in order, and what to do where it is not.

A check is a function that returns findings; `CHECKS` lists them. What is looked at in the editors is in
`doctor_editors`.
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from maskpick.engines import is_ready
from maskpick.errors import MaskpickError, SettingsError
from maskpick.plugins import Plugins
from maskpick.settings import Settings, config_path, unknown_variables

if TYPE_CHECKING:
    from maskpick.engines import Engine, Remover, Segmenter

OLDEST_PYTHON = (3, 10)
ENOUGH_DISK = 500_000_000
"""Free bytes below which results may soon not fit."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``warning`` is worth knowing; ``wrong`` keeps something from working."""

    subject: str
    state: Literal["good", "warning", "wrong"]
    found: str
    advice: str = ""


Check = Callable[[Settings, Plugins], Iterator[Finding]]


def examine(
    settings: Settings | SettingsError, plugins: Plugins | None = None, *, online: bool = False
) -> Iterator[Finding]:
    """Yield what is found, one thing after another. ``settings`` may be the error reading them came to; the rest is
    examined with the built-in ones then. Only ``online`` looks whether a service can be reached."""
    if isinstance(settings, SettingsError):
        yield Finding("settings", "wrong", settings.happened, settings.advice)
        settings = Settings()
    else:
        there = config_path().exists()
        yield Finding("settings", "good", f"{config_path()}{'' if there else ' (not there; not needed)'}")
    if plugins is None:
        plugins = Plugins.load(only=settings.only_plugins, folder=settings.plugin_folder)
    for check in CHECKS:
        yield from check(settings, plugins)
    yield from _service(settings, plugins, online=online)


def _interpreter(_settings: Settings, _plugins: Plugins) -> Iterator[Finding]:
    told = f"Python {platform.python_version()} ({sys.executable}), {platform.platform(terse=True)}"
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("Python", "wrong", told, f"Use Python {'.'.join(map(str, OLDEST_PYTHON))} or newer.")
    elif sys.maxsize < 2**32:
        yield Finding("Python", "warning", f"{told}, 32 bit", "Use a 64-bit Python: large pictures do not fit into 32.")
    else:
        yield Finding("Python", "good", told)


def _libraries(_settings: Settings, _plugins: Plugins) -> Iterator[Finding]:
    """What the package says it needs, beside what is installed."""
    try:
        needed = importlib.metadata.requires("maskpick") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding(
            "maskpick", "warning", "It runs from a folder; nobody has installed it.", "Set it up: install.py."
        )
        return
    for requirement in needed:
        if ";" in requirement:  # an extra, for developers
            continue
        name, _, oldest = requirement.partition(">=")
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, "wrong", "It is missing.", "Set maskpick up again: install.py.")
            continue
        if _numbers(version) < _numbers(oldest):
            yield Finding(name, "wrong", f"{version}; {oldest} is needed.", "Set maskpick up again: install.py.")
        else:
            yield Finding(name, "good", version)


def _numbers(version: str) -> tuple[int, ...]:
    parts = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        parts.append(int(digits))
    return tuple(parts)


def _variables(_settings: Settings, _plugins: Plugins) -> Iterator[Finding]:
    for name in unknown_variables(os.environ):
        yield Finding("environment", "warning", f"{name} means nothing to maskpick.", "See `maskpick config --help`.")


def _cache(settings: Settings, _plugins: Plugins) -> Iterator[Finding]:
    folder = settings.cache_folder
    if not settings.use_cache:
        yield Finding("cache", "good", "switched off")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Finding(
            "cache",
            "warning",
            f"{folder} cannot be written: {error.strerror or error}.",
            "Answers are not kept. Choose another folder: maskpick config set cache_folder PATH.",
        )
        return
    yield Finding("cache", "good", str(folder))


def _disk(settings: Settings, _plugins: Plugins) -> Iterator[Finding]:
    seen = set()
    for what, folder in (("cache", settings.cache_folder), ("temporary files", Path(tempfile.gettempdir()))):
        place = next((one for one in (folder, *folder.parents) if one.exists()), None)
        if place is None or place.stat().st_dev in seen:
            continue
        seen.add(place.stat().st_dev)
        free = shutil.disk_usage(place).free
        told = f"{free / 1e9:.1f} GB free for {what} ({place})"
        if free < ENOUGH_DISK:
            yield Finding("disk", "warning", told, "Make room, or results may not fit.")
        else:
            yield Finding("disk", "good", told)


def _plugins(settings: Settings, plugins: Plugins) -> Iterator[Finding]:
    for problem in plugins.problems:
        yield Finding(f"plugin {problem.plugin}", "wrong", problem.message, "Update it, or take it away.")
    yield Finding("plugins", "good", ", ".join(info.name for info in plugins.infos) or "none")
    for key, name, shelf in (
        ("engine", settings.engine, plugins.segmenters),
        ("remover", settings.remover, plugins.removers),
    ):
        if name not in shelf:
            known = ", ".join(sorted(shelf)) or "none"
            yield Finding(
                key,
                "wrong",
                f"{key} = {name!r} ({settings.source(key)}), and there is none of this name.",
                f"Choose one: maskpick config set {key} NAME. Known are: {known}.",
            )


def _engines(settings: Settings, plugins: Plugins) -> Iterator[Finding]:
    """Run every engine that stays on this computer on a tiny picture, but for those that were never set up. Others
    might cost money: they are not asked."""
    import numpy as np

    from maskpick.masks import Mask
    from maskpick.pictures import Picture
    from maskpick.progress import Progress

    pixels = np.full((48, 64, 3), 200, np.uint8)
    pixels[12:36, 20:44] = (180, 40, 30)
    picture = Picture(pixels)
    square = Mask.from_array(1, np.ones((24, 24), np.bool_), 20, 12)

    def segment(engine: type[Segmenter]) -> None:
        engine(settings.engine_options(engine)).segment(picture, Progress())

    def remove(engine: type[Remover]) -> None:
        engine(settings.engine_options(engine)).remove(picture, square, (), Progress())

    for segmenter in plugins.segmenters.values():
        if segmenter.name == settings.engine or is_ready(segmenter, settings):
            yield _tried(segmenter, functools.partial(segment, segmenter))
    for remover in plugins.removers.values():
        if remover.name == settings.remover or is_ready(remover, settings):
            yield _tried(remover, functools.partial(remove, remover))


def _tried(engine: type[Engine], run: Callable[[], None]) -> Finding:
    subject = f"engine {engine.name}"
    if not engine.offline:
        return Finding(subject, "good", "It works elsewhere, and was not asked.")
    try:
        run()
    except MaskpickError as error:
        return Finding(subject, "wrong", error.happened, error.advice)
    except Exception as error:  # noqa: BLE001 - that is what is to be found out
        return Finding(subject, "wrong", f"It fails: {type(error).__name__}: {error}", "Tell its author.")
    return Finding(subject, "good", "It works.")


def _models(settings: Settings, plugins: Plugins) -> Iterator[Finding]:
    """Which trained models are here, and what runs them."""
    if all(info.name != "onnx" for info in plugins.infos):
        return
    from maskpick.engines.onnx import how_to_install
    from maskpick.models.catalogue import CATALOGUE
    from maskpick.models.store import Store

    store = Store.of(settings)
    states = {name: store.state(model) for name, model in CATALOGUE.items()}
    for name, state in states.items():
        if state == "damaged":
            yield Finding(
                "models",
                "warning",
                f"{name}: a file in {store.folder / name} is not the right one.",
                f"Move it away, and fetch it again: maskpick models get {name}",
            )
    here = ", ".join(name for name, state in states.items() if state == "here")
    missing = how_to_install()
    if not missing:
        from maskpick.engines.onnx.runtime import devices

        version = importlib.metadata.version("onnxruntime")
        yield Finding("models", "good", f"{here or 'none'}; onnxruntime {version} can use {', '.join(devices())}")
    elif here:
        yield Finding("models", "warning", f"{here}; onnxruntime, which runs them, is missing.", missing)
    else:
        yield Finding("models", "good", "none; they are an option: maskpick models")


def _service(settings: Settings, plugins: Plugins, *, online: bool) -> Iterator[Finding]:
    """The mask service's token - whether there is one, never what it is - and address, and what was paid for."""
    engine = plugins.segmenters.get("bria") or plugins.removers.get("bria")
    if engine is None:
        return
    from maskpick.engines.bria.plan import address_of
    from maskpick.engines.bria.usage import UsageCounter
    from maskpick.tokens import find_token

    try:
        found = find_token()
        yield Finding("token", "good", f"from {found.place}" if found else "none; only the hosted service needs one")
    except SettingsError as error:
        yield Finding("token", "wrong", error.happened, error.advice)
    try:
        options = settings.engine_options(engine)
        address = address_of(options.address)
    except SettingsError as error:
        yield Finding("service", "wrong", error.happened, error.advice)
        return
    limit = f" of at most {options.cap}" if options.cap else ""
    yield Finding("service", "good", f"{address}; paid calls this month: {UsageCounter().this_month(address)}{limit}")
    if online:
        yield _reached(address)


def _reached(address: str) -> Finding:
    from maskpick.engines.bria.http import Limits, Service
    from maskpick.engines.bria.usage import Meter
    from maskpick.progress import Progress

    try:
        status = Service(address, None, Limits(answer=20.0, backoff=0.05), Progress(), Meter(address)).status()
    except MaskpickError as error:
        return Finding("service", "wrong", error.happened, error.advice)
    return Finding("service", "good", f"It can be reached (its front page has status {status}).")


def _editors(_settings: Settings, _plugins: Plugins) -> Iterator[Finding]:
    from maskpick.doctor_editors import examine_editors

    yield from examine_editors()


CHECKS: tuple[Check, ...] = (
    _interpreter,
    _libraries,
    _variables,
    _cache,
    _disk,
    _plugins,
    _engines,
    _models,
    _editors,
)
