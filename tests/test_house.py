"""What holds for the whole repository, whoever wrote the file."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
LARGEST = 1_500_000
SOURCES = ["plugin", "adapters", "benchmarks", "install.py"]

# In pieces, so that this file does not find itself.
REGISTRIES = [
    rf"{name}\.{ending}"
    for name, ending in [
        ("py" + "pi", "org"),
        ("pythonhosted", "org"),
        ("registry" + r"\.np" + "mjs", "org"),
        ("deb" + r"\.debian", "org"),
        ("crates", "io"),
        ("anaconda", "(org|com)"),
    ]
]
SECRETS = [
    "-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"\bgh[pousr]_[A-Za-z0-9]{36}",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bsk-[A-Za-z0-9_-]{32,}",
    r"\bxox[abprs]-[A-Za-z0-9-]{20,}",
    r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",  # a JSON web token
    r"(?i:\b(api_?token|api_?key|password|secret)[\"']?\s*[:=]\s*[\"'][0-9a-f]{32,}[\"'])",
]


def files_of_the_repository() -> list[Path]:
    """The files git knows, or would take; without git (an unpacked release), all but hidden and generated ones."""
    if (REPOSITORY / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        answer = subprocess.run(command, cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=True)
        names = answer.stdout.rstrip("\0").split("\0")
    else:
        names = [path.relative_to(REPOSITORY).as_posix() for path in REPOSITORY.rglob("*")]
        names = [name for name in names if not re.search(r"(^|/)(\.|__pycache__)", name)]
    return [REPOSITORY / name for name in names if (REPOSITORY / name).is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    found = files_of_the_repository()
    assert REPOSITORY / "install.py" in found
    return found


def lines_with(patterns: list[str], files: list[Path]) -> list[str]:
    wanted = re.compile("|".join(patterns).encode())
    return [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in files
        for number, line in enumerate(path.read_bytes().splitlines(), start=1)
        if wanted.search(line)
    ]


def test_no_file_names_a_package_registrys_host(files: list[Path]) -> None:
    assert lines_with(REGISTRIES, files) == []


def test_no_file_holds_a_secret(files: list[Path]) -> None:
    assert lines_with(SECRETS, files) == []


@pytest.mark.parametrize(
    ("patterns", "text"),
    [
        (REGISTRIES, "index = https://py" + "pi.org/simple"),
        (REGISTRIES, "https://files.python" + "hosted.org/packages"),
        (SECRETS, "-----BEGIN RSA " + "PRIVATE KEY-----"),
        (SECRETS, "api_token = '" + "0123456789abcdef" * 2 + "'"),
        (SECRETS, "token: gh" + "p_" + "a1B2" * 9),
    ],
)
def test_the_patterns_find_what_they_are_for(patterns: list[str], text: str) -> None:
    assert re.search("|".join(patterns), text)


def test_no_file_is_large(files: list[Path]) -> None:
    assert [str(path) for path in files if path.stat().st_size > LARGEST] == []


def test_every_public_module_says_what_it_is(files: list[Path]) -> None:
    silent = [
        str(path.relative_to(REPOSITORY))
        for path in files
        if path.suffix == ".py"
        and path.relative_to(REPOSITORY).parts[0] in SOURCES
        and (not path.name.startswith("_") or path.name == "__init__.py")
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import maskpick", {"numpy", "cv2", "PIL", "pluggy", "click", "rich", "requests"}),
        (
            "import maskpick.engines.local, maskpick.engines.fill, maskpick.engines.onnx, maskpick.exporters",
            {"numpy", "cv2", "PIL", "onnxruntime"},
        ),
        (
            "import sys; sys.argv = ['maskpick', '--help']\n"
            "from maskpick.cli import main\n"
            "try: main()\n"
            "except SystemExit: pass",
            {"numpy", "cv2", "PIL", "requests", "rich", "psd_tools"},
        ),
    ],
    ids=["import maskpick", "the built-in plugins", "maskpick --help"],
)
def test_heavy_libraries_are_imported_only_when_needed(statement: str, forbidden: set[str]) -> None:
    code = f"{statement}\nimport sys; print(*sys.modules, sep='\\n', file=sys.stderr)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    loaded = set(answer.stderr.split())
    assert "maskpick" in loaded
    assert loaded & forbidden == set()
