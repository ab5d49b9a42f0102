from __future__ import annotations

from pathlib import Path

import pytest

from command_line import Maskpick
from maskpick.settings import fields


def test_plugins_lists_what_is_loaded_and_which_hooks_each_implements(maskpick: Maskpick) -> None:
    told = maskpick("plugins", "--json").json
    hooks = {one["name"]: one["hooks"] for one in told["plugins"]}
    assert hooks["flat"] == ["register_segmenters"]
    assert hooks["fill"] == ["register_removers"]
    assert told["segmenters"]["flat"]["options"]["most"] == {"default": "100", "help": "Find at most this many."}
    ran = maskpick("plugins")
    assert ran.code == 0
    for word in ("flat", "register_segmenters", "Flat colours", "flat.most", "Find at most this many."):
        assert word in ran.out


def test_one_switch_loads_none_but_named_plugins(maskpick: Maskpick, photo: Path) -> None:
    told = maskpick("plugins", "--plugins", "flat,fill", "--json").json
    assert sorted(one["name"] for one in told["plugins"]) == ["fill", "flat"]
    assert maskpick("masks", photo, "--plugins", "flat").code == 0
    ran = maskpick("layers", photo, "--plugins", "flat")
    assert ran.code == 6
    assert "exporters" in ran.err


def test_a_plugin_that_was_asked_for_and_is_not_there_is_an_error(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("masks", photo, "--plugins", "flat,nobody")
    assert ran.code == 8
    assert "'nobody'" in ran.err
    assert maskpick("plugins", "--plugins", "flat,nobody").code == 0


def test_a_broken_plugin_is_named_and_left_out(
    maskpick: Maskpick, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "flat.py").write_bytes((Path(__file__).parent / "plugins" / "flat.py").read_bytes())
    (folder / "broken.py").write_text("import nothing_of_this_name")
    monkeypatch.setenv("MASKPICK_PLUGIN_FOLDER", str(folder))
    ran = maskpick("masks", photo)
    assert ran.code == 0
    assert "broken" in ran.err
    assert "nothing_of_this_name" in ran.err
    assert maskpick("plugins", "--json").json["problems"][0]["plugin"] == "broken"


def test_hook_calls_can_be_traced(maskpick: Maskpick, photo: Path) -> None:
    ran = maskpick("masks", photo, "--trace-plugins", "--json")
    assert "register_segmenters(register) -> flat" in ran.err
    assert len(ran.json) == 1


def test_config_shows_every_setting_and_who_set_it(maskpick: Maskpick) -> None:
    told = maskpick("config", "--json").json
    assert set(told["settings"]) == set(fields())
    assert told["settings"]["engine"] == {"value": "flat", "from": "MASKPICK_ENGINE"}
    assert told["settings"]["remover"] == {"value": "fill", "from": "built in"}
    ran = maskpick("config", "--engine", "local")
    assert "local" in next(line for line in ran.out.splitlines() if "the command line" in line)


def test_config_set_get_and_unset(maskpick: Maskpick) -> None:
    path = Path(maskpick("config", "path").out.strip())
    assert not path.exists()
    assert maskpick("config", "set", "jobs", "3").code == 0
    path.write_text("# mine\n" + path.read_text())
    assert maskpick("config", "set", "engines.flat.most", "1").code == 0
    assert maskpick("config", "set", "only_plugins", "flat,fill").code == 0
    assert path.read_text() == '# mine\njobs = 3\nonly_plugins = ["flat", "fill"]\n\n[engines.flat]\nmost = 1\n'
    assert maskpick("config", "get", "jobs").out == "3\n"
    assert maskpick("config", "get", "engines.flat.most", "--json").json == 1
    assert maskpick("config", "unset", "jobs").code == 0
    assert maskpick("config", "get", "jobs").out == "0\n"


def test_a_set_option_is_used(maskpick: Maskpick, photo: Path) -> None:
    maskpick("config", "set", "engines.flat.most", "1")
    assert len(maskpick("masks", photo, "--json").json[0]["masks"]) == 1


def test_setting_what_the_environment_overrides_is_pointed_out(maskpick: Maskpick) -> None:
    ran = maskpick("config", "set", "engine", "local")
    assert ran.code == 0
    assert "MASKPICK_ENGINE is set in the environment" in ran.err


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("engin", "local", "Did you mean engine?"),
        ("jobs", "many", "a whole number"),
        ("jobs", "-1", "0 or more"),
        ("engines.flat.mots", "1", "Did you mean most?"),
        ("engines.flat.most", "few", "a whole number"),
        ("engines.nobody.most", "1", "no engine called 'nobody'"),
    ],
)
def test_a_setting_that_makes_no_sense_is_not_written(maskpick: Maskpick, key: str, value: str, words: str) -> None:
    ran = maskpick("config", "set", key, value)
    assert ran.code == 2
    assert words in ran.err
    assert not Path(maskpick("config", "path").out.strip()).exists()


def test_a_broken_settings_file_is_named(maskpick: Maskpick, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("my.toml").write_text("jobs = \n")
    monkeypatch.setenv("MASKPICK_CONFIG", "my.toml")
    ran = maskpick("masks", photo)
    assert ran.code == 2
    assert "my.toml" in ran.err


def test_the_doctor_finds_nothing_wrong_here(maskpick: Maskpick) -> None:
    findings = maskpick("doctor", "--json").json
    assert [one for one in findings if one["state"] == "wrong"] == []
    subjects = {one["subject"]: one["found"] for one in findings}
    assert {"settings", "Python", "numpy", "cache", "disk", "plugins"} <= set(subjects)
    assert subjects["engine flat"] == subjects["engine fill"] == subjects["engine local"] == "It works."
    ran = maskpick("doctor")
    assert (ran.code, ran.err) == (0, "")
    assert "ok     engine flat: It works." in ran.out


def test_the_doctor_names_what_is_wrong(maskpick: Maskpick, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "broken.py").write_text("import nothing_of_this_name")
    (folder / "limp.py").write_text(
        (Path(__file__).parent / "plugins" / "flat.py")
        .read_text()
        .replace('"flat"', '"limp"')
        .replace("import numpy", "raise OSError('no leg'); import numpy")
    )
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MASKPICK_PLUGIN_FOLDER", str(folder))
    monkeypatch.setenv("MASKPICK_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setenv("MASKPICK_ENGNE", "local")
    ran = maskpick("doctor", "--json")
    assert ran.code == 10
    states = {(one["subject"], one["state"]) for one in ran.json}
    assert {
        ("plugin broken", "wrong"),
        ("engine limp", "wrong"),
        ("engine", "wrong"),  # MASKPICK_ENGINE says flat, which is not among the plugins
        ("cache", "warning"),
        ("environment", "warning"),
    } <= states
    assert all(one["advice"] for one in ran.json if one["state"] != "good")


def test_the_doctor_goes_on_behind_a_broken_settings_file(maskpick: Maskpick, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("my.toml").write_text("jobs = \n")
    monkeypatch.setenv("MASKPICK_CONFIG", "my.toml")
    ran = maskpick("doctor")
    assert ran.code == 10
    assert "WRONG  settings: The settings file my.toml is not valid TOML" in ran.out
    assert "engine local: It works." in ran.out
