from __future__ import annotations

import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maskpick
from maskpick.errors import Cancelled, EngineError
from maskpick.masks import Mask, MaskSet, Size
from maskpick.pictures import Picture
from maskpick.plugins import Plugins
from maskpick.progress import Step

PICTURE = Picture(np.zeros((4, 6, 3), np.uint8))
MASKS = MaskSet(
    Size(6, 4), (Mask.from_array(1, np.ones((2, 2), bool)), Mask.from_array(2, np.ones((1, 1), bool), 3, 3))
)


@dataclass(frozen=True)
class Options:
    pass


def segmenter_class(name: str) -> type[Any]:
    def segment(_self: object, _picture: Picture, _progress: object) -> MaskSet:
        return MASKS

    fields = {"name": name, "title": name, "offline": True, "version": 1, "Options": Options, "segment": segment}
    return type("Fake", (), fields)


def plugin(**hooks: Any) -> types.ModuleType:
    module = types.ModuleType("plugin")
    vars(module).update({name: maskpick.hookimpl(function) for name, function in hooks.items()})
    return module


def only(*named: tuple[str, object]) -> Plugins:
    plugins = Plugins()
    for name, part in named:
        plugins.add(part, name)
    return plugins


def test_the_built_in_engines_come_in_through_the_same_door() -> None:
    plugins = Plugins.load()
    assert not plugins.problems
    assert {info.name: info.hooks for info in plugins.infos if info.origin == "built in"} == {
        "local": ("register_segmenters",),
        "fill": ("register_removers",),
        "bria": ("register_removers", "register_segmenters"),
        "onnx": ("register_removers", "register_segmenters"),
        "exporters": ("register_exporters",),
    }
    assert plugins.segmenter("local").offline
    assert plugins.remover("fill").offline


def test_an_installed_package_is_found_by_its_entry_point() -> None:
    plugins = Plugins.load()
    assert [info.origin for info in plugins.infos if info.name == "script"] == ["package maskpick"]
    assert "script" in plugins.hosts


def test_a_single_file_in_the_folder_is_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text(
        "import maskpick\n@maskpick.hookimpl\ndef name_mask(mask):\n    return f'thing {mask.id}'\n"
    )
    (tmp_path / "_helper.py").write_text("raise RuntimeError('not a plugin')\n")
    plugins = Plugins.load(folder=tmp_path)
    assert not plugins.problems
    assert plugins.name_of(MASKS[2], MASKS, PICTURE) == "thing 2"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("import no_such_library_anywhere\n", "ModuleNotFoundError: No module named 'no_such_library_anywhere'"),
        ("raise RuntimeError('out of paint')\n", "RuntimeError: out of paint"),
        (
            "import maskpick\n@maskpick.hookimpl\ndef name_maks(mask):\n    pass\n",
            "implements name_maks, which is no hook",
        ),
        ("import maskpick\n@maskpick.hookimpl\ndef name_mask(mask, colour):\n    pass\n", "colour"),
        (
            "import maskpick\n@maskpick.hookimpl\ndef register_segmenters(register):\n    register(5)\n",
            "int without name",
        ),
        ("import maskpick\n@maskpick.hookimpl\ndef register_hosts(register):\n    1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_a_bad_plugin_is_named_and_left_out_and_nothing_else(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "bad.py").write_text(text)
    (tmp_path / "good.py").write_text("import maskpick\n@maskpick.hookimpl\ndef name_mask():\n    return 'good'\n")
    plugins = Plugins.load(folder=tmp_path)
    assert [problem.plugin for problem in plugins.problems] == ["bad"]
    assert why in plugins.problems[0].message
    assert "bad" not in [info.name for info in plugins.infos]
    assert plugins.name_of(MASKS[1], MASKS, PICTURE) == "good"
    assert "local" in plugins.segmenters


def test_a_plugin_with_one_unsound_part_registers_none() -> None:
    def register_segmenters(register: Any) -> None:
        register(segmenter_class("sound"))
        register(object())

    plugins = only(("half", plugin(register_segmenters=register_segmenters)))
    assert not plugins.segmenters
    assert plugins.problems[0].plugin == "half"


def test_a_name_that_is_taken_is_refused() -> None:
    def register_segmenters(register: Any) -> None:
        register(segmenter_class("mine"))

    plugins = only(
        ("first", plugin(register_segmenters=register_segmenters)),
        ("second", plugin(register_segmenters=register_segmenters)),
    )
    assert [info.name for info in plugins.infos] == ["first"]
    assert "taken already" in plugins.problems[0].message


def test_none_but_the_named_plugins_are_loaded() -> None:
    plugins = Plugins.load(only=["fill", "lcoal"])
    assert [info.name for info in plugins.infos] == ["fill"]
    assert [(problem.plugin, problem.message) for problem in plugins.problems] == [
        ("lcoal", "There is no plugin of this name.")
    ]


def test_an_unknown_engine_is_answered_with_the_known_ones() -> None:
    with pytest.raises(EngineError, match="Known are: local"):
        Plugins.load(only=["local"]).segmenter("loacl")


def test_an_engine_that_was_left_out_says_why(tmp_path: Path) -> None:
    (tmp_path / "posh.py").write_text("import no_such_library_anywhere\n")
    with pytest.raises(EngineError, match="no_such_library_anywhere"):
        Plugins.load(folder=tmp_path).segmenter("posh")


def test_refining_goes_from_the_plugin_loaded_last_to_the_ones_before() -> None:
    def drop_first(masks: MaskSet) -> MaskSet:
        return masks.with_masks(masks.masks[1:])

    seen: list[int] = []

    def look(masks: MaskSet) -> None:
        seen.append(len(masks))

    plugins = only(("second", plugin(refine_masks=look)), ("first", plugin(refine_masks=drop_first)))
    assert plugins.refine(MASKS, PICTURE).ids == (2,)
    assert seen == [1]


@pytest.mark.parametrize("nonsense", ["masks", 5, [MASKS], MASKS.resized(Size(3, 2))])
def test_nonsense_from_refining_is_reported_and_skipped(nonsense: object) -> None:
    plugins = only(("odd", plugin(refine_masks=lambda masks: nonsense)))
    assert plugins.refine(MASKS, PICTURE) is MASKS
    assert [problem.plugin for problem in plugins.problems] == ["odd"]


def test_a_hook_that_fails_for_every_mask_is_told_once() -> None:
    def name_mask(mask: Mask) -> str:
        raise ValueError("no words")

    plugins = only(("mute", plugin(name_mask=name_mask)))
    assert [plugins.name_of(mask, MASKS, PICTURE) for mask in MASKS] == [None, None]
    assert [problem.message for problem in plugins.problems] == ["name_mask failed: ValueError: no words"]


def test_a_cancel_passes_through_a_plugin() -> None:
    def show_progress(step: Step) -> None:
        raise Cancelled

    plugins = only(("stop", plugin(show_progress=show_progress)))
    with pytest.raises(Cancelled):
        plugins.show(Step("Looking", 0.5))


def test_tracing_tells_every_call() -> None:
    lines: list[str] = []
    plugins = Plugins.load(only=["local"], trace=lines.append)
    plugins.add(plugin(name_mask=lambda mask: "it"), "namer")
    plugins.name_of(MASKS[1], MASKS, PICTURE)
    assert "register_segmenters(register) -> local" in lines
    assert "name_mask(mask, masks, picture) -> namer" in lines
