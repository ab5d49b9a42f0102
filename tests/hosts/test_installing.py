"""install.py on a newcomer's computer, with a real Krita and a real GIMP; and Krita's own importer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hosts import engine
from hosts.editors import LIMIT, made
from hosts.hosts import CHECKOUT, HOSTS, INSIDE, Host
from hosts.krita_driver import KRITAS
from maskpick.setup.editors import put, take_out
from maskpick.setup.environment import BUILDER
from maskpick.setup.kritarc import is_enabled
from maskpick.setup.parts import write_archives
from maskpick.setup.places import Place

pytestmark = pytest.mark.hosts


def wheels(host: Host, folder: Path) -> None:
    """Bring along what pip would download."""
    import tomlkit

    table = tomlkit.parse((CHECKOUT / "pyproject.toml").read_text("utf-8")).unwrap()["project"]
    needs = [BUILDER, *table["dependencies"], *table["optional-dependencies"]["server"]]
    version = host.run(engine.ASK_VERSION, limit=LIMIT).strip()
    engine.pip("download", f"--dest={folder}", *needs, version=version)


def recorded(folder: Path, scenario: str) -> dict[str, Any]:
    told = json.loads((folder / f"{scenario}.json").read_text("utf-8"))
    assert told["error"] == ""
    records: dict[str, Any] = told["records"]
    return records


def loaded(folder: Path) -> dict[str, Any]:
    """What Krita has of maskpick, which has to be all."""
    there = recorded(folder, "maskpick_in_krita")
    assert there["actions"]
    assert there["missing"] == []
    assert len(there["dockers"]) == 1
    return there


@pytest.fixture(scope="module", params=["trixie", "forky"])
def new_user(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a new user was told and got: files of an output folder."""
    host, folder = made(HOSTS[request.param]), tmp_path_factory.mktemp("new-user")
    wheels(host, folder / "wheels")
    host.run([INSIDE / "new_user.sh"], out=folder, screen=True, limit=2 * LIMIT)
    return folder


def test_a_new_user_is_told_what_happened(new_user: Path) -> None:
    lines = (new_user / "editors.txt").read_text("utf-8").splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Krita", lines[1].partition(":")[0]]
    assert lines[1].startswith("GIMP 3.")
    assert all("put in place" in line for line in lines)


def test_the_doctor_is_content(new_user: Path) -> None:
    lines = (new_user / "doctor.txt").read_text("utf-8").splitlines()
    assert any("Krita: maskpick" in line for line in lines)
    assert [line for line in lines if not line.startswith("ok ")] == []


def test_krita_has_the_docker_and_the_actions(new_user: Path) -> None:
    assert "/.local/share/krita/pykrita/maskpick_krita/" in loaded(new_user)["file"]


def test_gimp_has_the_procedures(new_user: Path) -> None:
    names = json.loads((new_user / "maskpick_in_gimp.json").read_text("utf-8"))
    assert "plug-in-maskpick-find" in names
    assert "plug-in-maskpick-broken" not in names


def test_the_engine_is_found_and_works(new_user: Path) -> None:
    found = json.loads((new_user / "found.json").read_text("utf-8"))
    assert min(found.values()) > 1


def test_removing_leaves_nothing(new_user: Path) -> None:
    assert (new_user / "before.txt").read_text("utf-8") == ""
    assert (new_user / "after.txt").read_text("utf-8") == ""
    assert "maskpick" not in (new_user / "kritarc").read_text("utf-8")


@pytest.mark.parametrize("suite", KRITAS.values(), ids=KRITAS)
def test_kritas_own_importer_takes_the_archive(suite: str, tmp_path: Path) -> None:
    host = made(HOSTS[suite])
    archive = next(path for path in write_archives(CHECKOUT, tmp_path) if "krita" in path.name)
    shutil.copy(archive, tmp_path / "maskpick.zip")
    start = INSIDE / "krita_as_it_is.sh"
    host.run(
        ["sh", "-ec", f"{start} import_archive; {start} maskpick_in_krita"], out=tmp_path, screen=True, limit=LIMIT
    )
    assert recorded(tmp_path, "import_archive") == {"imported": ["maskpick_krita"]}
    loaded(tmp_path)


@pytest.mark.parametrize("suite", ["trixie", "experimental"])
def test_a_running_krita_keeps_what_was_switched_on(suite: str, tmp_path: Path) -> None:
    script = f'{INSIDE / "krita_as_it_is.sh"} switch_on_meanwhile; cp "$HOME/.config/kritarc" /out'
    made(HOSTS[suite]).run(["sh", "-ec", script], out=tmp_path, screen=True, limit=LIMIT)
    assert recorded(tmp_path, "switch_on_meanwhile") == {}
    assert is_enabled(tmp_path / "kritarc")
    assert "after=1" in (tmp_path / "kritarc").read_text("utf-8")


def test_gimp_takes_the_plug_in_along_to_its_next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same account, first with GIMP 3.0 and then with 3.2."""
    older, newer = made(HOSTS["trixie"]), made(HOSTS["forky"])
    checkout = tmp_path / "checkout"  # one that nobody works on meanwhile
    shutil.copytree(CHECKOUT / "adapters", checkout / "adapters")
    variables = {"HOME": "/out/home"}
    (tmp_path / "home").mkdir()
    console = ["gimp-console", "--no-interface", "--quit"]
    older.run(console, out=tmp_path, variables=variables, limit=LIMIT)
    profiles = tmp_path / "home/.config/GIMP"
    monkeypatch.setenv("MASKPICK_HOME", str(tmp_path / "maskpick"))
    assert [done.changed for done in put([Place("gimp", profiles / "3.0")], checkout)] == [True]

    newer.run(console, out=tmp_path, variables=variables, limit=LIMIT)
    moved = Place("gimp", profiles / "3.2")
    assert [done.changed for done in put([moved], checkout)] == [False]  # all of it is there, and may be run
    assert take_out(moved)
    assert not moved.part.exists()
