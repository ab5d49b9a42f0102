"""What the documentation says is held against the code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import maskpick
from maskpick import hookspecs
from maskpick.pictures import Picture
from maskpick.plugins import Plugins

DOCS = Path(__file__).resolve().parent.parent / "docs"
HOOKS = {name: value for name, value in vars(hookspecs).items() if hasattr(value, "maskpick_spec")}


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_documented_with_its_exact_signature(name: str) -> None:
    parameters = ", ".join(str(one).replace("'", "") for one in inspect.signature(HOOKS[name]).parameters.values())
    answer = inspect.get_annotations(HOOKS[name])["return"]
    assert f"\n### `{name}({parameters}) -> {answer}`\n" in (DOCS / "plugin-hooks.md").read_text()


def test_no_hook_is_documented_that_does_not_exist() -> None:
    documented = re.findall(r"^### `(\w+)\(", (DOCS / "plugin-hooks.md").read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(HOOKS)


def test_every_hook_has_a_line_that_says_what_it_is_for() -> None:
    for name, hook in HOOKS.items():
        assert inspect.getdoc(hook), name


@pytest.fixture
def tutorial(tmp_path: Path) -> Plugins:
    """The plugins of the tutorial, saved as it says."""
    text = (DOCS / "plugin-tutorial.md").read_text()
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        name = re.match(r"# (\w+\.py)\n", block)
        assert name
        (tmp_path / name[1]).write_text(block)
    plugins = Plugins.load(folder=tmp_path)
    assert not plugins.problems
    return plugins


def test_the_tutorial_s_engine_finds_the_shapes(tutorial: Plugins, shapes: Picture) -> None:
    masks = maskpick.find(shapes, "posterise", plugins=tutorial)
    disc, square = masks.at(50, 60)[0], masks.at(120, 60)[0]
    assert masks[disc].area == pytest.approx(3.1416 * 30**2, rel=0.02)
    assert masks[square].area == 50 * 40


def test_the_tutorial_s_names_are_used(tutorial: Plugins, shapes: Picture) -> None:
    pixels = shapes.pixels.copy()
    pixels[5:25, 5:35] = 250
    masks = maskpick.find(Picture(pixels), "posterise", options={"colours": 5}, plugins=tutorial)
    assert masks[masks.at(10, 10)[0]].name == "light"


@pytest.mark.parametrize("page", ["docs/scripters.md", "README.md"])
def test_the_examples_in_python_run(
    page: str, shapes: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DOCS.parent / page).read_text().replace("365, 285", "50, 60")
    shapes.save("photo.png")
    shapes.save("photo.jpg")
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    exec(compile(code, page, "exec"), {})
    assert Path("photo.ora").exists()
    without = maskpick.open_picture("without.png")
    assert (without.pixels != shapes.pixels).any()


@pytest.mark.parametrize("page", [*sorted(DOCS.rglob("*.md")), DOCS.parent / "README.md"], ids=lambda page: page.name)
def test_every_link_inside_the_documentation_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_public_name_is_there_and_explained() -> None:
    for name in maskpick.__all__:
        assert inspect.getdoc(getattr(maskpick, name)) or name == "hookimpl", name


def test_every_request_of_the_worker_is_documented_and_no_other() -> None:
    from maskpick.worker.methods import METHODS

    documented = re.findall(
        r"^\| `(\w+)` \|", (DOCS / "worker.md").read_text("utf-8").split("## Requests")[1], re.MULTILINE
    )
    assert sorted(documented) == sorted(["hello", *METHODS])
