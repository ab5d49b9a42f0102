"""install.py: what it decides, and what it does when making the environment fails."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import platformdirs
import pytest

from maskpick.settings import Settings, config_path
from maskpick.setup import commands, environment, folders, steps
from maskpick_bridge.engine import find_engine
from processes import PATIENCE

REPOSITORY = Path(__file__).resolve().parent.parent
INSTALL = str(REPOSITORY / "install.py")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "an artist's dåta"
    monkeypatch.setenv("MASKPICK_HOME", str(folder))
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "account"))
    return folder


@pytest.fixture
def made(home: Path):
    """An environment that looks finished: the files that tell so, around this Python."""

    def make(*, dev: bool = False):
        env = environment.Environment.of(dev=dev)
        program = env.program("python")
        program.parent.mkdir(parents=True)
        program.touch()
        (env.folder / "pyvenv.cfg").write_text(f"home = {Path(sys.base_prefix) / 'bin'}\n", "utf-8")
        env.write_stamp(**env.wanted())
        return env

    return make


def install_py(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run install.py as a person does."""
    return subprocess.run(
        [sys.executable, INSTALL, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


# The Python it is run by.


OLD_PYTHONS = [sys.executable, *sorted(map(str, Path.home().glob(".pyenv/versions/[23].[0-9].*/bin/python")))]


@pytest.mark.parametrize("python", OLD_PYTHONS)
def test_an_old_python_tells_which_one_is_needed(python: str) -> None:
    """The Pythons below 3.10 that are here; and this one, made to believe that it is older."""
    code = f"import sys; sys.version_info = min((3, 9), sys.version_info); exec(open({INSTALL!r}).read())"
    told = subprocess.run([python, "-c", code], stderr=subprocess.PIPE, encoding="utf-8", check=False)
    assert told.returncode == 1
    assert "maskpick needs Python 3.10 or newer; this one is" in told.stderr
    assert "Traceback" not in told.stderr


def test_it_needs_no_library(home: Path) -> None:
    told = subprocess.run([sys.executable, "-S", INSTALL, "where"], capture_output=True, encoding="utf-8", check=False)
    assert told.returncode == 0, told.stderr
    assert str(home) in told.stdout


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_the_oldest_and_the_newest_python_are_taken(
    version: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    environment.check_python(version)
    assert capsys.readouterr().err == ""


def test_a_python_of_the_future_is_tried_with_a_word_of_warning(capsys: pytest.CaptureFixture[str]) -> None:
    environment.check_python((3, 15))
    assert "3.15" in capsys.readouterr().err


def test_the_pythons_named_agree_with_the_project() -> None:
    pyproject = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    assert f'requires-python = ">={environment.dotted(environment.OLDEST)}"' in pyproject


# Where things lie.


def test_everything_lies_in_the_folder_the_user_chose(home: Path) -> None:
    assert folders.home() == home
    assert home in environment.Environment.of(dev=True).folder.parents


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the rule of other systems")
def test_by_default_it_is_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert folders.home() == tmp_path / "maskpick"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folders.home() == tmp_path / ".local" / "share" / "maskpick"


def test_the_users_folders_are_those_the_settings_use() -> None:
    kinds = ("data", "config", "cache", "state", "log")
    used = [Path(getattr(platformdirs, f"user_{kind}_dir")("maskpick", appauthor=False)) for kind in kinds]
    assert used[0] == folders.user_folders()[0]
    assert all(any(folder in (one, *one.parents) for folder in folders.user_folders()) for one in used)
    settings = Settings.load()
    for path in (config_path(), settings.cache_folder, settings.plugin_folder):
        assert any(folder in (path, *path.parents) for folder in folders.user_folders())


def test_a_users_and_a_developers_environment_are_two(home: Path) -> None:
    assert environment.Environment.of(dev=True).folder != environment.Environment.of(dev=False).folder


# Whether an environment is used, mended or made anew.


def test_a_finished_environment_is_used_as_it_is(made, monkeypatch: pytest.MonkeyPatch) -> None:
    env = made()
    monkeypatch.setattr(environment, "make", lambda *_: pytest.fail("nothing is to be made"))
    assert environment.prepare() == env


def test_an_environment_without_a_stamp_is_never_used(made) -> None:
    env = made()
    env.stamp.unlink()
    assert env.found() == {}


@pytest.mark.parametrize("torn", ["", '{"needs": ', "[]"])
def test_a_torn_stamp_is_no_stamp(made, torn: str) -> None:
    env = made()
    env.stamp.write_text(torn, "utf-8")
    assert env.found() == {}


def test_an_environment_whose_python_was_removed_is_not_used(made, tmp_path: Path) -> None:
    env = made()
    (env.folder / "pyvenv.cfg").write_text(f"home = {tmp_path / 'gone'}\n", "utf-8")
    assert env.found() == {}


def test_a_moved_environment_is_made_anew(made, home: Path) -> None:
    env = made()
    there = environment.Environment(home / "elsewhere")
    env.folder.rename(there.folder)
    assert there.found()["needs"] != there.wanted()["needs"]


def copy_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "checkout"
    for name in ("plugin/maskpick/__init__.py", "adapters/script/maskpick_script/__init__.py", "README.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("", "utf-8")
    (root / "pyproject.toml").write_text((REPOSITORY / "pyproject.toml").read_text("utf-8"), "utf-8")
    monkeypatch.setattr(environment, "ROOT", root)
    return root


@pytest.mark.parametrize(
    ("file", "text", "differs"),
    [
        ("plugin/maskpick/__init__.py", "new = True\n", {"project"}),
        ("plugin/maskpick/new.py", "", {"project"}),
        ("plugin/maskpick/__pycache__/new.pyc", "", set()),
        ("tests/test_new.py", "", set()),
        ("pyproject.toml", '[project]\ndependencies = ["other"]\n', {"needs"}),
    ],
)
def test_what_changed_tells_what_is_made_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, differs: set
) -> None:
    root = copy_of_the_project(tmp_path, monkeypatch)
    before = environment.Environment.of(dev=False).wanted()
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text, "utf-8")
    after = environment.Environment.of(dev=False).wanted()
    assert {key for key in before if before[key] != after[key]} == differs


def test_a_developers_environment_follows_the_sources_by_itself(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_of_the_project(tmp_path, monkeypatch)
    before = environment.Environment.of(dev=True).wanted()
    (root / "plugin/maskpick/new.py").write_text("", "utf-8")
    assert environment.Environment.of(dev=True).wanted() == before


def test_settings_of_the_linters_change_nothing_that_is_installed() -> None:
    pyproject = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    changed = pyproject.replace("line-length = 120", "line-length = 99")
    assert changed != pyproject
    assert environment.package_tables(changed) == environment.package_tables(pyproject)
    for dependency in ("numpy", "pytest", "hatchling", "maskpick.cli:main"):
        assert dependency in environment.package_tables(pyproject)


def test_the_builder_is_the_projects() -> None:
    assert f'requires = ["{environment.BUILDER}"]' in (REPOSITORY / "pyproject.toml").read_text("utf-8")


# Making one.


def test_variables_that_mislead_are_dropped_and_pips_settings_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_USER", "PIP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "x")
    clean = environment.clean_variables()
    assert {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET"}.isdisjoint(clean)
    assert clean["PIP_PROXY"] == clean["HTTPS_PROXY"] == "x"
    assert clean["PIP_USER"] == "0"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] ...", "PIP_CERT"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407", "HTTPS_PROXY"),
        (
            "NewConnectionError('[Errno -3] Temporary failure in name resolution')\n"
            "ERROR: No matching distribution found for numpy>=1.26",
            "nobody answered",
        ),
        (
            "ERROR: No matching distribution found for opencv-python-headless>=4.10",
            "no ready-made opencv-python-headless",
        ),
        ("[WinError 5] Access is denied: 'C:\\\\cv2.pyd'", "Close the programs"),
        ("ERROR: ResolutionImpossible: see /topics/dependency-resolution/", "A step of the installation failed."),
    ],
)
def test_a_failure_is_told_in_plain_words(said: str, words: str) -> None:
    assert words in environment.explain(said)


def test_a_python_without_venv_is_told_the_package(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(steps.Trouble, match=rf"python3\.{sys.version_info[1]}-venv"):
        environment.prepare()


def test_without_a_network_it_says_so_and_leaves_nothing_that_would_be_used(home: Path, tmp_path: Path) -> None:
    nobody = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
    nobody |= {"PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_CACHE_DIR": str(tmp_path / "cache")}
    failed = install_py("setup", **nobody)
    assert failed.returncode == 1
    assert "nobody answered" in failed.stderr
    assert str(home / "install.log") in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "Connection refused" in (home / "install.log").read_text("utf-8")
    assert install_py("where").stdout.count("to be made") == 2

    removed = install_py("remove")
    assert removed.returncode == 0, removed.stderr
    assert not home.exists()


def test_a_maskpick_that_cannot_be_put_in_place_leaves_the_rest_for_the_next_try(
    made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_of_the_project(tmp_path, monkeypatch)
    env = made()
    (root / "plugin/maskpick/new.py").write_text("", "utf-8")
    wanted = env.wanted()

    def fail(*_: object) -> None:
        raise steps.Trouble("no")

    monkeypatch.setattr(environment, "run_logged", fail)
    with pytest.raises(steps.Trouble):
        environment.prepare()
    assert env.found() == {"needs": wanted["needs"], "project": ""}


def test_what_runs_trained_models_is_added_once_and_stays(made, monkeypatch: pytest.MonkeyPatch) -> None:
    env = made()
    asked: list[list[str]] = []
    monkeypatch.setattr(environment, "run_logged", lambda command, *_: asked.append(list(command)))
    assert environment.prepare(models=True).found() == env.wanted()
    assert env.found()["models"] == "yes"
    assert [".[server,onnx]" in command for command in asked] == [True, True]
    assert "--no-deps" not in asked[0]
    asked.clear()
    environment.prepare(models=True)
    environment.prepare()
    assert asked == []
    env.write_stamp(**{**env.found(), "project": "an older one"})
    environment.prepare()
    assert len(asked) == 1
    assert "--no-deps" in asked[0]
    assert env.found()["models"] == "yes"


def test_what_runs_trained_models_counts_as_added_only_when_it_was(made, monkeypatch: pytest.MonkeyPatch) -> None:
    env = made()

    def fail(*_: object) -> None:
        raise steps.Trouble("no network")

    monkeypatch.setattr(environment, "run_logged", fail)
    with pytest.raises(steps.Trouble):
        environment.prepare(models=True)
    assert "models" not in env.found()
    assert "models" not in env.wanted()


def test_only_one_at_a_time_makes_an_environment(home: Path) -> None:
    said, order = io.StringIO(), []
    waiting = threading.Event()

    class Watched(steps.Steps):
        def say(self, text: str) -> None:
            super().say(text)
            waiting.set()

    def second() -> None:
        with steps.locked(home, Watched(said)):
            order.append("second")

    thread = threading.Thread(target=second)
    with steps.locked(home, steps.Steps(said)):
        thread.start()
        assert waiting.wait(PATIENCE)
        order.append("first")
    thread.join(PATIENCE)
    assert order == ["first", "second"]
    assert "waiting" in said.getvalue()


@pytest.mark.skipif(os.name == "nt", reason="nobody can delete an open file there")
def test_a_lock_that_remove_took_away_is_taken_anew(home: Path) -> None:
    order, waiting = [], threading.Event()

    class Watched(steps.Steps):
        def say(self, text: str) -> None:
            waiting.set()

    def second() -> None:
        with steps.locked(home, Watched(io.StringIO())):
            order.append((home / "install.lock").exists())

    thread = threading.Thread(target=second)
    with steps.locked(home, steps.Steps(io.StringIO())):
        thread.start()
        assert waiting.wait(PATIENCE)
        shutil.rmtree(home)
    thread.join(PATIENCE)
    assert order == [True]


# What is done with it.


def test_setup_leaves_a_note_by_which_editors_find_the_engine(made, home: Path) -> None:
    env = made()
    assert commands.main(["setup"]) == 0
    found = find_engine([home])
    assert found is not None
    assert Path(found.interpreter) == env.program("python")


def test_layers_and_preview_lie_beside_the_photo_and_replace_nothing(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    assert commands.free_names(photo) == (tmp_path / "photo.ora", tmp_path / "photo.preview.png")
    (tmp_path / "photo.ora").touch()
    (tmp_path / "photo-2.preview.png").touch()
    assert commands.free_names(photo) == (tmp_path / "photo-3.ora", tmp_path / "photo-3.preview.png")


@pytest.fixture
def editors(home: Path) -> dict[str, Path]:
    """A Krita and a GIMP that ran once."""
    account = home.parent / "account"
    krita, gimp = Path(os.environ["XDG_DATA_HOME"]) / "krita", Path(os.environ["XDG_CONFIG_HOME"]) / "GIMP/3.0"
    for folder in (account, krita, gimp):
        folder.mkdir(parents=True)
    return {"krita": krita / "pykrita/maskpick_krita", "gimp": gimp / "plug-ins/maskpick"}


LINUX = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="editors lie elsewhere there")


@LINUX
def test_editors_get_their_parts_and_the_way_to_the_engine(
    made, home: Path, editors: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    made()
    assert commands.main(["editors"]) == 0
    assert all((part / "maskpick_bridge").is_dir() for part in editors.values())
    assert find_engine([home]) is not None
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said] == ["Krita", "GIMP 3.0"]
    assert all("Start it again" in line for line in said)
    assert commands.main(["editors"]) == 0
    assert capsys.readouterr().out.count("all is in place") == 2

    assert commands.main(["where"]) == 0
    assert str(editors["krita"]) in capsys.readouterr().out
    assert commands.main(["remove"]) == 0
    assert capsys.readouterr().out.count("Removed from") == 2
    assert not any(part.exists() for part in editors.values())


@LINUX
@pytest.mark.parametrize("editor", ["krita", "gimp"])
def test_one_editor_alone_gets_its_part(made, editors: dict[str, Path], editor: str) -> None:
    made()
    assert commands.main([editor]) == 0
    assert [name for name, part in editors.items() if part.exists()] == [editor]


@LINUX
def test_an_old_part_is_brought_up_to_date_whatever_is_asked_for(
    made, editors: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    made()
    commands.main(["gimp"])
    (editors["gimp"] / "maskpick_bridge" / "protocol.py").write_text("VERSION = 0\n", "utf-8")
    assert commands.main(["setup"]) == 0
    assert "GIMP 3.0: brought up to date" in capsys.readouterr().err
    assert "VERSION = 0" not in (editors["gimp"] / "maskpick_bridge" / "protocol.py").read_text("utf-8")


def test_a_note_of_an_environment_that_is_gone_is_written_anew(
    made, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = made()
    (home / "engine.json").write_text('{"interpreter": "/gone"}', "utf-8")
    monkeypatch.setattr(commands, "call", lambda *_: 0)
    assert commands.main(["do", "engines"]) == 0
    found = find_engine([home])
    assert found is not None
    assert Path(found.interpreter) == env.program("python")


@pytest.mark.parametrize("command", ["editors", "krita", "gimp"])
def test_without_an_editor_it_says_what_to_do_and_makes_nothing(
    home: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main([command]) == 1
    assert "Start it once" in capsys.readouterr().err
    assert not home.exists()


def test_remove_takes_what_was_made_and_nothing_else(made, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made()
    made(dev=True)
    mine = home / "environments" / "my own.txt"
    mine.touch()
    (home / "install.log").touch()
    (home / "engine.json").touch()
    config_path().parent.mkdir(parents=True)
    config_path().touch()
    assert commands.main(["remove"]) == 0
    assert list(home.rglob("*")) == [home / "environments", mine]
    assert config_path().exists()
    said = capsys.readouterr().out
    assert said.count("Removed") == 2
    assert said.count("Left") == 2


def test_remove_all_takes_the_settings_too_but_spares_a_folder_that_others_use(made, home: Path) -> None:
    made()
    mine = home / "my own.txt"
    mine.touch()
    for place in folders.user_folders():
        (place / "something").mkdir(parents=True)
    assert commands.main(["remove", "--all"]) == 0
    assert list(home.rglob("*")) == [mine]
    assert not any(place.exists() for place in folders.user_folders())


def test_remove_on_a_clean_computer_is_no_error_and_makes_nothing(home: Path) -> None:
    assert commands.main(["remove"]) == 0
    assert not home.exists()


def test_help_names_every_command() -> None:
    words = install_py("--help").stdout
    for command in (
        "run",
        "do",
        "editors",
        "krita",
        "gimp",
        "setup",
        "doctor",
        "where",
        "remove",
        "test",
        "check",
        "bench",
        "package",
    ):
        assert f"\n    {command} " in words


def test_an_unknown_argument_is_refused_before_anything_is_made(home: Path) -> None:
    refused = install_py("run", "photo.jpg", "--fast")
    assert refused.returncode == 2
    assert "--fast" in refused.stderr
    assert not home.exists()
