from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from maskpick.errors import OutputError
from maskpick.files import output_error, replacing


def everything(folder: Path) -> dict[str, bytes | None]:
    """All that lies under a folder, hidden or not: path to content, None for folders."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def fail_halfway(target: Path, error: BaseException, folder: bool = False) -> None:
    with replacing(target) as fresh:
        if folder:
            fresh.mkdir()
        (fresh / "half.png" if folder else fresh).write_bytes(b"half")
        raise error


def test_a_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.ora"
    with replacing(target) as fresh:
        assert fresh.suffix == ".ora"
        assert not fresh.exists()
        fresh.write_bytes(b"new")
        assert not target.exists()
    assert everything(tmp_path) == {"a.ora": b"new"}


def test_a_file_replaces_a_file(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    with replacing(target) as fresh:
        fresh.write_bytes(b"new")
        assert target.read_bytes() == b"old"
    assert everything(tmp_path) == {"a.png": b"new"}


def test_missing_folders_are_made(tmp_path: Path) -> None:
    with replacing(tmp_path / "x" / "y" / "a.png") as fresh:
        fresh.write_bytes(b"new")
    assert (tmp_path / "x" / "y" / "a.png").read_bytes() == b"new"


def test_a_folder_replaces_a_folder_with_all_it_held(tmp_path: Path) -> None:
    target = tmp_path / "layers"
    target.mkdir()
    (target / "old.png").write_bytes(b"old")
    with replacing(target) as fresh:
        fresh.mkdir()
        (fresh / "new.png").write_bytes(b"new")
    assert everything(tmp_path) == {"layers": None, str(Path("layers", "new.png")): b"new"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("existed", [False, True])
def test_a_failure_leaves_everything_as_it_was(tmp_path: Path, error: type[BaseException], existed: bool) -> None:
    target = tmp_path / "x" / "y" / "a.png" if not existed else tmp_path / "a.png"
    if existed:
        target.write_bytes(b"old")
    before = everything(tmp_path)
    with pytest.raises(error):
        fail_halfway(target, error())
    assert everything(tmp_path) == before


def test_a_folder_that_failed_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "layers"
    target.mkdir()
    (target / "old.png").write_bytes(b"old")
    before = everything(tmp_path)
    with pytest.raises(ValueError, match="no"):
        fail_halfway(target, ValueError("no"), folder=True)
    assert everything(tmp_path) == before


def test_a_folder_that_cannot_be_moved_into_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "layers"
    target.mkdir()
    (target / "old.png").write_bytes(b"old")
    before = everything(tmp_path)
    rename = Path.rename

    def refuse(self: Path, to: Path) -> Path:
        if self.name == "layers" and to == target:
            raise PermissionError(errno.EACCES, "Permission denied")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="permission"), replacing(target) as fresh:
        fresh.mkdir()
    assert everything(tmp_path) == before


def test_a_file_does_not_take_a_folder_s_place_nor_a_folder_a_file_s(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"old")
    before = everything(tmp_path)
    with pytest.raises(OutputError, match="is a folder"), replacing(tmp_path / "folder") as fresh:
        fresh.write_bytes(b"new")
    with pytest.raises(OutputError, match="is a file"), replacing(tmp_path / "file") as fresh:
        fresh.mkdir()
    assert everything(tmp_path) == before


def test_a_path_through_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for target in (tmp_path / "file" / "a.png", tmp_path / "file" / "b" / "a.png"):
        with pytest.raises(OutputError, match="a part of its path is a file"), replacing(target):
            pytest.fail("there was nowhere to write to")


@pytest.mark.skipif(sys.platform == "win32", reason="there the whole path counts")
def test_the_longest_name_the_disk_takes_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("a" * 251 + ".png")
    with replacing(target) as fresh:
        fresh.write_bytes(b"new")
    assert target.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a right on Windows")
def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.png").write_bytes(b"old")
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path / "real" / "a.png")
    with replacing(link) as fresh:
        fresh.write_bytes(b"new")
    assert link.is_symlink()
    assert (tmp_path / "real" / "a.png").read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no devices in folders on Windows")
def test_a_device_is_never_replaced() -> None:
    with pytest.raises(OutputError, match="device"), replacing(Path(os.devnull)):
        pytest.fail("a device was taken for a file")


def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    if sys.platform == "win32" or os.geteuid() == 0:
        pytest.skip("permissions of folders do not hold this user back")
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="no permission"), replacing(tmp_path / "a.png"):
        pytest.fail("there was no permission")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 64 KiB, where this user may make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("making a small disk takes root on Linux")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("this machine does not let disks be mounted")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_told_and_left_clean(small_disk: Path) -> None:
    (small_disk / "a.png").write_bytes(b"old")
    with pytest.raises(OutputError, match="disk is full"), replacing(small_disk / "a.png") as fresh:
        fresh.write_bytes(bytes(100_000))
    assert everything(small_disk) == {"a.png": b"old"}


def test_a_disk_that_cannot_be_written_to_is_told(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(OutputError, match="no permission"), replacing(small_disk / "a.png"):
        pytest.fail("there was nowhere to write to")


def test_a_write_that_finds_no_room_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="disk is full"):
        fail_halfway(tmp_path / "a.png", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("winerror", [5, 32, 33, 1224])
def test_a_file_in_use_on_windows_is_told(winerror: int) -> None:
    refused = type("Refused", (PermissionError,), {"winerror": winerror})
    error = refused(errno.EACCES, "Access is denied")
    assert "another program" in str(output_error(error, Path("a.png")))
