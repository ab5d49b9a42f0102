"""Krita's settings file: one line is ours, every other byte stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskpick.setup import kritarc

LINE = "enable_maskpick_krita=true"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kritarc"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, f"[python]\n{LINE}\n"),
        ("", f"[python]\n{LINE}\n"),
        ("a=1\n", f"a=1\n\n[python]\n{LINE}\n"),
        ("a=1", f"a=1\n\n[python]\n{LINE}\n"),
        ("[python]\nenable_other=true\n\n[x]\na=\n", f"[python]\n{LINE}\nenable_other=true\n\n[x]\na=\n"),
        ("[python]\r\na=1\r\n[x]\r\n", f"[python]\r\n{LINE}\r\na=1\r\n[x]\r\n"),
        ("[python]\nenable_maskpick_krita=false\na=1\n", f"[python]\n{LINE}\na=1\n"),
        (f"[x]\n{LINE}\n", f"[x]\n{LINE}\n\n[python]\n{LINE}\n"),
        (f"[python][sub]\n{LINE}\n", f"[python][sub]\n{LINE}\n\n[python]\n{LINE}\n"),
    ],
)
def test_switching_on_adds_one_line(path: Path, before: str | None, after: str) -> None:
    if before is not None:
        path.write_bytes(before.encode())
    assert not kritarc.is_enabled(path)
    assert kritarc.enable(path)
    assert path.read_bytes() == after.encode()
    assert kritarc.is_enabled(path)
    assert not kritarc.enable(path)
    assert path.read_bytes() == after.encode()


LINES = st.sampled_from(
    ["[python]", "[x]", "[python][y]", "", "a=1", "enable_other=true", "# x", "ä=\\xe4", "ResourceDirectory=/x"]
)


@given(st.lists(LINES), st.sampled_from(["\n", "\r\n"]))
def test_switching_on_and_forgetting_gives_the_file_back(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str
) -> None:
    path = tmp_path_factory.mktemp("krita") / "kritarc"
    before = "".join(line + end for line in lines).encode()
    path.write_bytes(before)
    kritarc.enable(path)
    assert kritarc.forget(path)
    after = path.read_bytes() if path.exists() else b""
    # A group that was empty before cannot be told from the one that was added.
    assert [line for line in after.splitlines() if line not in (b"", b"[python]")] == [
        line for line in before.splitlines() if line not in (b"", b"[python]")
    ]
    if b"[python]" not in before.splitlines():
        assert after == before


def test_the_last_entry_counts(path: Path) -> None:
    path.write_text(f"[python]\n{LINE}\n[x]\n[python]\nenable_maskpick_krita=false\n", "utf-8")
    assert not kritarc.is_enabled(path)
    kritarc.enable(path)
    assert kritarc.is_enabled(path)
    assert path.read_text("utf-8").count("maskpick") == 1


def test_permissions_stay_and_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "kritarc"
    real.parent.mkdir()
    real.write_text("a=1\n", "utf-8")
    real.chmod(0o600)
    path.symlink_to(real)
    kritarc.enable(path)
    assert path.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert LINE in real.read_text("utf-8")
    assert list(real.parent.iterdir()) == [real]


def test_forgetting_what_is_not_there_changes_nothing(path: Path) -> None:
    assert not kritarc.forget(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("", None),
        ("ResourceDirectory=\n", None),
        ("[x]\nResourceDirectory=/a\n", None),
        ("b=2\nResourceDirectory=/a b/c\n[x]\n", "/a b/c"),
        (r"ResourceDirectory=/a\sb\\c", "/a b\\c"),
    ],
)
def test_the_resource_folder(path: Path, text: str, folder: str | None) -> None:
    path.write_text(text, "utf-8")
    assert kritarc.resource_folder(path) == (folder and Path(folder))
