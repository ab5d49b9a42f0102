from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from maskpick.errors import EngineError, SettingsError
from maskpick.plugins import Plugins
from maskpick.settings import Settings, config_path, fields, unknown_variables, variable
from maskpick.settings_file import write_setting
from maskpick.values import convert


@dataclass(frozen=True)
class Options:
    masks: int = 100
    softness: float = 0.8
    fast: bool = False
    mode: Literal["plain", "fancy"] = "plain"
    model: Path | None = None
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.masks < 1:
            raise ValueError("masks must be 1 or more")


class Engine:
    name: ClassVar[str] = "test_engine"
    title: ClassVar[str] = "A test"
    offline: ClassVar[bool] = True
    version: ClassVar[int] = 1
    Options: ClassVar[type[Any]] = Options

    def __init__(self, options: Any = None) -> None:
        self.options = options or Options()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_file_and_environment_everything_is_built_in(file: Path) -> None:
    settings = Settings.load(file, {})
    assert (settings.engine, settings.remover, settings.jobs, settings.only_plugins) == ("local", "fill", 0, None)
    assert settings.source("engine") == "built in"


def test_flags_are_stronger_than_the_environment_and_that_than_the_file(file: Path) -> None:
    file.write_text('engine = "file"\nremover = "file"\njobs = 1\n')
    environ = {"MASKPICK_REMOVER": "environment", "MASKPICK_JOBS": "2"}
    settings = Settings.load(file, environ, {"jobs": 3, "engine": None})
    assert (settings.engine, settings.remover, settings.jobs) == ("file", "environment", 3)
    assert settings.source("engine") == str(file)
    assert settings.source("remover") == "MASKPICK_REMOVER"
    assert settings.source("jobs") == "the command line"


def test_the_environment_names_the_file_and_the_cache_folder(file: Path, tmp_path: Path) -> None:
    file.write_text("jobs = 7\n")
    settings = Settings.load(environ={"MASKPICK_CONFIG": str(file), "MASKPICK_CACHE": str(tmp_path / "kept")})
    assert settings.jobs == 7
    assert settings.cache_folder == tmp_path / "kept"


def test_every_setting_has_a_variable_of_its_own() -> None:
    assert variable("engine") == "MASKPICK_ENGINE"
    assert variable("engines.local.most") == "MASKPICK_ENGINES__LOCAL__MOST"
    assert len({variable(key) for key in fields()}) == len(fields())


def test_text_in_the_environment_becomes_the_setting_s_type(file: Path) -> None:
    environ = {"MASKPICK_USE_CACHE": "off", "MASKPICK_ONLY_PLUGINS": "a, b", "MASKPICK_CACHE_MB": "5"}
    settings = Settings.load(file, environ)
    assert (settings.use_cache, settings.only_plugins, settings.cache_mb) == (False, ("a", "b"), 5)


def test_a_relative_path_in_the_file_is_seen_from_the_file(file: Path) -> None:
    file.write_text('plugin_folder = "mine"\n')
    assert Settings.load(file, {}).plugin_folder == file.parent / "mine"


def test_a_file_that_starts_with_a_byte_order_mark_is_read(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfjobs = 4\n")
    assert Settings.load(file, {}).jobs == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("engne = 'x'", ["config.toml", "'engne'", "Did you mean engine?"]),
        ("jobs = 'many'", ["config.toml", "jobs = 'many'", "a whole number"]),
        ("jobs = '4'", ["config.toml", "jobs = '4'", "a whole number"]),
        ("jobs = true", ["jobs = True", "a whole number"]),
        ("jobs = -1", ["jobs = -1", "0 or more"]),
        ("use_cache = 1", ["use_cache = 1", "true or false"]),
        ("only_plugins = 'a'", ["only_plugins", "a list of words, or none"]),
        ("engines = 3", ["config.toml", "[engines.NAME]"]),
        ("engines.local = 3", ["config.toml", "[engines.NAME]"]),
        ("jobs = \nengine = 3", ["config.toml", "not valid TOML", "line 1"]),
    ],
)
def test_a_wrong_line_is_named_with_what_is_allowed(file: Path, text: str, words: list[str]) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as raised:
        Settings.load(file, {})
    for word in words:
        assert word in str(raised.value)


def test_a_wrong_variable_is_named(file: Path) -> None:
    with pytest.raises(SettingsError, match="MASKPICK_JOBS: jobs = 'many'"):
        Settings.load(file, {"MASKPICK_JOBS": "many"})


def test_a_file_that_is_no_text_or_a_folder_is_said_to_be_so(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="UTF-8"):
        Settings.load(file, {})
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(file.parent, {})


def test_engine_options_come_from_file_environment_and_overrides(file: Path) -> None:
    file.write_text("[engines.test_engine]\nmasks = 60\nsoftness = 1\nfast = true\n")
    environ = {"MASKPICK_ENGINES__TEST_ENGINE__SOFTNESS": "0.25"}
    settings = Settings.load(file, environ)
    assert settings.engine_options(Engine) == Options(masks=60, softness=0.25, fast=True)
    given = {"masks": "40", "mode": "fancy", "model": "m.bin", "words": "a,b"}
    assert settings.engine_options(Engine, given) == Options(
        masks=40, softness=0.25, fast=True, mode="fancy", model=Path("m.bin"), words=("a", "b")
    )


def test_options_of_other_engines_are_left_alone(file: Path) -> None:
    file.write_text("[engines.somebody_elses]\nanything = 60\n")
    assert Settings.load(file, {}).engine_options(Engine) == Options()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mask": "3"}, ["'test_engine' has no option 'mask'", "Did you mean masks?"]),
        ({"masks": "some"}, ["engines.test_engine.masks = 'some'", "a whole number"]),
        ({"masks": 2.5}, ["masks = 2.5", "a whole number"]),
        ({"masks": "0"}, ["masks must be 1 or more"]),
        ({"mode": "grand"}, ["one of plain, fancy"]),
        ({"softness": "nan"}, ["a number"]),
    ],
)
def test_a_wrong_option_is_named_with_what_is_allowed(file: Path, options: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load(file, {}).engine_options(Engine, options)
    for word in words:
        assert word in str(raised.value)


def test_options_whose_types_cannot_be_found_are_the_engine_s_fault(file: Path) -> None:
    @dataclass(frozen=True)
    class Strange:
        size: Nowhere = 3  # type: ignore[name-defined]  # noqa: F821

    class Odd(Engine):
        Options: ClassVar[type[Any]] = Strange

    with pytest.raises(EngineError, match="cannot be read"):
        Settings.load(file, {}).engine_options(Odd)


def test_variables_that_mean_nothing_are_found() -> None:
    environ = {"MASKPICK_ENGNE": "x", "MASKPICK_CONFIG": "c", "MASKPICK_ENGINE": "local", "HOME": "/"}
    assert unknown_variables(environ) == ["MASKPICK_ENGNE"]


def test_setting_a_value_keeps_comments_and_order(file: Path) -> None:
    file.write_text('# mine\njobs = 2  # two\n\n# the engine\nengine = "local"\n\n[engines.local]\n# many\nmost = 5\n')
    write_setting(file, "jobs", 3)
    write_setting(file, "engines.local.most", 9)
    write_setting(file, "engines.fill.search_megapixels", 2.0)
    text = file.read_text()
    assert text.startswith(
        '# mine\njobs = 3  # two\n\n# the engine\nengine = "local"\n\n[engines.local]\n# many\nmost = 9\n'
    )
    settings = Settings.load(file, {})
    assert settings.jobs == 3
    assert settings.given["engines.fill.search_megapixels"].value == 2.0


def test_a_top_level_setting_added_to_a_file_of_tables_stays_at_the_top_level(file: Path) -> None:
    file.write_text("[engines.local]\nmost = 5\n")
    write_setting(file, "jobs", 3)
    write_setting(file, "only_plugins", ("a", "b"))
    settings = Settings.load(file, {})
    assert (settings.jobs, settings.only_plugins) == (3, ("a", "b"))


def test_a_setting_can_be_taken_out_again(file: Path) -> None:
    file.write_text("jobs = 2\n[engines.local]\nmost = 5\n")
    write_setting(file, "jobs", None)
    write_setting(file, "engines.local.most", None)
    write_setting(file, "engines.nobody.most", None)
    assert not Settings.load(file, {}).given


def test_a_broken_file_is_not_written_over(file: Path) -> None:
    file.write_text("jobs = \n")
    with pytest.raises(SettingsError):
        write_setting(file, "jobs", 3)
    assert file.read_text() == "jobs = \n"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_stays_a_link_when_its_file_is_written(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "maskpick.toml"
    real.parent.mkdir()
    real.write_text("jobs = 1\n")
    file.symlink_to(real)
    write_setting(file, "jobs", 2)
    assert file.is_symlink()
    assert real.read_text() == "jobs = 2\n"


def test_the_file_lies_in_the_user_s_config_folder() -> None:
    assert config_path({}).name == "config.toml"
    assert config_path({}).parent.name == "maskpick"


@pytest.mark.parametrize("kind", [bool, int, float, tuple[str, ...], int | None, Literal["a", "b"]])
def test_a_value_of_no_fitting_type_is_refused(kind: Any) -> None:
    with pytest.raises(ValueError, match="is not"):
        convert({"a": 1}, kind, text=False)


def test_reading_settings_imports_nothing_heavy(file: Path) -> None:
    file.write_text("jobs = 2\n")
    code = "import sys; from maskpick.settings import Settings; Settings.load(); print(*sys.modules)"
    seen = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "MASKPICK_CONFIG": str(file)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    heavy = {"numpy", "cv2", "PIL", "rich"} | ({"tomlkit"} if sys.version_info >= (3, 11) else set())
    assert not heavy.intersection(seen)


def test_the_documentation_lists_every_setting_as_it_is() -> None:
    text = (Path(__file__).parent.parent / "docs" / "settings.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.*) \| (.*) \|$", text, re.MULTILINE)
    assert [(key, name, line) for key, name, _, line in rows] == [
        (key, variable(key), one.metadata["help"]) for key, one in fields().items()
    ]
    built_in = {key: value.strip("`") for key, _, value, _ in rows}
    settings = Settings()
    for key in ("engine", "remover", "jobs", "cache_mb"):
        assert built_in[key] == str(getattr(settings, key))
    assert (built_in["use_cache"], settings.use_cache) == ("true", True)
    assert (built_in["only_plugins"], settings.only_plugins) == ("none", None)


def test_the_example_of_the_documentation_is_read(file: Path) -> None:
    text = (Path(__file__).parent.parent / "docs" / "settings.md").read_text()
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example
    file.write_text(example[1])
    settings = Settings.load(file, {})
    assert settings.cache_mb == 500
    assert settings.engine_options(Plugins.load().segmenter("local")).most == 60
