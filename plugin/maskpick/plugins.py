"""The plugin manager. The built-in engines and exporters come in through the same door as anybody else's.

A plugin that cannot be loaded, misspells a hook or returns nonsense is left out and named in `Plugins.problems`;
nothing else stops.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
import inspect
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from maskpick import hookspecs
from maskpick.errors import Cancelled, EngineError, PluginError

if TYPE_CHECKING:
    from maskpick.engines import Remover, Segmenter
    from maskpick.hosts import Exporter, Host
    from maskpick.masks import Mask, MaskSet
    from maskpick.pictures import Picture
    from maskpick.progress import Step

log = logging.getLogger(__name__)

GROUP = "maskpick"
"""The entry-point group a package announces its plugin in."""

BUILT_IN = {
    "local": "maskpick.engines.local",
    "fill": "maskpick.engines.fill",
    "bria": "maskpick.engines.bria",
    "onnx": "maskpick.engines.onnx",
    "exporters": "maskpick.exporters",
}


@dataclass(frozen=True)
class PluginInfo:
    """One loaded plugin: its name, where it came from, and the hooks it implements."""

    name: str
    origin: str
    hooks: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """A plugin that was left out, or one answer of it that was."""

    plugin: str
    message: str


@dataclass
class Plugins:
    """The loaded plugins, and what they registered, by name."""

    segmenters: dict[str, type[Segmenter]] = field(default_factory=dict)
    removers: dict[str, type[Remover]] = field(default_factory=dict)
    hosts: dict[str, type[Host]] = field(default_factory=dict)
    exporters: dict[str, type[Exporter]] = field(default_factory=dict)
    infos: list[PluginInfo] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._manager = pluggy.PluginManager("maskpick")
        self._manager.add_hookspecs(hookspecs)

    @classmethod
    def load(
        cls,
        *,
        only: Sequence[str] | None = None,
        folder: Path | None = None,
        trace: Callable[[str], None] | None = None,
    ) -> Plugins:
        """Load the built-in plugins, the installed ones, and the single files in ``folder``.

        ``only`` names the plugins to load and leaves out all others; a name that does not exist is a problem too.
        ``trace`` is called with a line of text before and after every hook call.
        """
        plugins = cls()
        if trace is not None:
            plugins._trace(trace)
        found = [*_built_in(), *_installed(), *_single_files(folder)]
        wanted = None if only is None else set(only)
        for candidate in found:
            if wanted is None or candidate.name in wanted:
                plugins._admit(candidate)
        for name in sorted((wanted or set()) - {candidate.name for candidate in found}):
            plugins._complain(name, "There is no plugin of this name.")
        return plugins

    def add(self, plugin: object, name: str, origin: str = "added by a program") -> None:
        """Register a module or object that carries hook implementations, as `load` does with those it finds."""
        self._admit(_Candidate(name, origin, lambda: plugin))

    def segmenter(self, name: str) -> type[Segmenter]:
        """The segmenter of this name. Raises `EngineError` where there is none."""
        part: type[Segmenter] = self._part(self.segmenters, name, "engine that finds objects")
        return part

    def remover(self, name: str) -> type[Remover]:
        """The remover of this name. Raises `EngineError` where there is none."""
        part: type[Remover] = self._part(self.removers, name, "engine that removes objects")
        return part

    def refine(self, masks: MaskSet, picture: Picture) -> MaskSet:
        """Pass a mask set through every plugin's `refine_masks`; a bad answer is reported and skipped."""
        from maskpick.masks import MaskSet as MaskSetType

        for name in self._implementers("refine_masks"):
            refined = self._call(name, "refine_masks", masks=masks, picture=picture)
            if refined is None:
                continue
            if not isinstance(refined, MaskSetType):
                self._complain(name, f"refine_masks returned {_kind(refined)}, not a MaskSet.")
            elif refined.size != masks.size:
                self._complain(name, f"refine_masks returned masks for {refined.size}, not for {masks.size}.")
            else:
                masks = refined
        return masks

    def name_of(self, mask: Mask, masks: MaskSet, picture: Picture) -> str | None:
        """The first name any plugin's `name_mask` has for ``mask``; None where no plugin has one."""
        for plugin in self._implementers("name_mask"):
            named = self._call(plugin, "name_mask", mask=mask, masks=masks, picture=picture)
            if isinstance(named, str) and named.strip():
                return named.strip()
            if named is not None and not isinstance(named, str):
                self._complain(plugin, f"name_mask returned {_kind(named)}, not a name.")
        return None

    def show(self, step: Step) -> None:
        """Pass a progress report to every plugin that follows it."""
        for name in self._implementers("show_progress"):
            self._call(name, "show_progress", step=step)

    # How a plugin comes in.

    def _admit(self, candidate: _Candidate) -> None:
        try:
            plugin = candidate.load()
        except Exception as error:  # noqa: BLE001 - somebody else's code may raise anything; it is reported
            self._complain(candidate.name, f"It cannot be loaded: {_words(error)}")
            return
        if self._manager.has_plugin(candidate.name):
            self._complain(candidate.name, f"Another plugin has this name already; {candidate.origin} is left out.")
            return
        misspelt = self._misspelt(plugin)
        if misspelt:
            self._complain(candidate.name, misspelt)
            return
        try:
            self._manager.register(plugin, candidate.name)
        except pluggy.PluginValidationError as error:
            self._manager.unregister(name=candidate.name)
            self._complain(candidate.name, str(error).splitlines()[-1])
            return
        hooks = tuple(sorted(call.name for call in self._manager.get_hookcallers(plugin) or ()))
        if self._register_parts(candidate.name):
            self.infos.append(PluginInfo(candidate.name, candidate.origin, hooks))
        else:
            self._manager.unregister(name=candidate.name)

    def _misspelt(self, plugin: object) -> str:
        """Why a marked function of ``plugin`` fits no hook; empty when all do."""
        known = {name for name, value in vars(hookspecs).items() if hasattr(value, "maskpick_spec")}
        for name in dir(plugin):
            marked = self._manager.parse_hookimpl_opts(plugin, name)
            if marked and (marked.get("specname") or name) not in known:
                return f"It implements {name}, which is no hook. The hooks are {', '.join(sorted(known))}."
        return ""

    def _register_parts(self, name: str) -> bool:
        """Let one plugin register its parts; all of them or, when one is not sound, none."""
        shelves: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
            "register_segmenters": (
                self.segmenters,
                ("name", "title", "segment", "Options", "version", "offline"),
            ),
            "register_removers": (
                self.removers,
                ("name", "title", "remove", "Options", "version", "offline"),
            ),
            "register_hosts": (self.hosts, ("name", "title", "open")),
            "register_exporters": (self.exporters, ("name", "title", "suffixes", "export")),
        }
        offered: list[tuple[dict[str, Any], str, Any]] = []
        for hook, (shelf, needed) in shelves.items():
            if name not in self._implementers(hook):
                continue
            parts: list[Any] = []
            before = len(self.problems)
            self._call(name, hook, register=parts.append)
            if len(self.problems) > before:
                return False
            for part in parts:  # nothing is known of what a plugin hands in
                lacking = [attribute for attribute in needed if not hasattr(part, attribute)]
                if lacking or not isinstance(part, type):
                    what = f"without {', '.join(lacking)}" if lacking else "that is not a class"
                    self._complain(name, f"{hook} was given {_kind(part)} {what}.")
                    return False
                word = getattr(part, "name")  # noqa: B009 - a class of anybody's
                if word in shelf:
                    self._complain(name, f"{hook} was given {word!r}, a name that is taken already.")
                    return False
                offered.append((shelf, word, part))
        for shelf, word, part in offered:
            shelf[word] = part
        return True

    # How a hook is called: one plugin at a time, so that a fault has a name.

    def _implementers(self, hook: str) -> list[str]:
        caller = getattr(self._manager.hook, hook)
        return [implementation.plugin_name for implementation in reversed(caller.get_hookimpls())]

    def _call(self, name: str, hook: str, **arguments: Any) -> Any:
        others = [plugin for other, plugin in self._manager.list_name_plugin() if other != name and plugin]
        caller = self._manager.subset_hook_caller(hook, others)
        try:
            answer = caller(**arguments)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self._complain(name, f"{hook} failed: {_words(error)}")
            return None
        # A hook in which the first answer wins returns it bare, any other one a list of all that are not None.
        if caller.spec is not None and caller.spec.opts["firstresult"]:
            return answer
        return answer[0] if answer else None

    def _complain(self, name: str, message: str) -> None:
        problem = Problem(name, message)
        if problem not in self.problems:  # a hook that fails for each of a hundred masks is told once
            self.problems.append(problem)
            log.warning("plugin %s: %s", name, message)

    def _trace(self, say: Callable[[str], None]) -> None:
        def before(hook: str, implementations: Sequence[Any], arguments: Any) -> None:
            who = ", ".join(implementation.plugin_name for implementation in implementations)
            say(f"{hook}({', '.join(sorted(arguments))}) -> {who}")

        def after(outcome: pluggy.Result[Any], hook: str, _implementations: Any, _arguments: Any) -> None:
            failed = outcome.exception
            say(f"{hook} = {_kind(outcome.get_result()) if failed is None else f'failed: {_words(failed)}'}")

        self._manager.add_hookcall_monitoring(before, after)

    def _part(self, shelf: dict[str, Any], name: str, what: str) -> Any:
        if name in shelf:
            return shelf[name]
        left_out = next((p for p in self.problems if p.plugin == name), None)
        if left_out is not None:
            raise EngineError(f"The plugin {name!r} is left out. {left_out.message}", "See `maskpick plugins`.")
        known = ", ".join(sorted(shelf)) or "none"
        raise EngineError(f"There is no {what} called {name!r}.", f"Known are: {known}.")


@dataclass(frozen=True)
class _Candidate:
    name: str
    origin: str
    load: Callable[[], object]


def _built_in() -> Iterable[_Candidate]:
    for name, module in BUILT_IN.items():
        yield _Candidate(name, "built in", functools.partial(importlib.import_module, module))


def _installed() -> Iterable[_Candidate]:
    for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda entry: entry.name):
        package = entry.dist.name if entry.dist is not None else entry.value
        yield _Candidate(entry.name, f"package {package}", entry.load)


def _single_files(folder: Path | None) -> Iterable[_Candidate]:
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.glob("*.py")):
        if not path.name.startswith(("_", ".")):
            yield _Candidate(path.stem, str(path), functools.partial(_module_of, path))


def _module_of(path: Path) -> ModuleType:
    # A name of its own, so that a file called `numpy.py` hides nothing.
    name = f"maskpick_user_plugins.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _kind(value: object) -> str:
    return f"the class {value.__name__}" if inspect.isclass(value) else type(value).__name__


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
