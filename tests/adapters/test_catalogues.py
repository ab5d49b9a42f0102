"""Code, ``.po`` and ``.mo`` files hold the same texts, and translations fit them."""

from __future__ import annotations

import ast
import gettext
import importlib.util
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("babel")
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from maskpick_bridge.editor_words import reworded

ADAPTERS = Path(__file__).resolve().parents[2] / "adapters"
FILES = sorted((ADAPTERS / "bridge/maskpick_bridge/locale").glob("*.po"))
DIALOGS = {
    "the dialog": ("panel", "edge", "put_right", "finding", "results", "object_list", "status", "dialog"),
    "its settings": ("settings_dialog",),
    "the menu": ("procedures",),
    "the procedures' dialogs": ("arguments",),
}
"""What of GIMP's part is on the screen at once."""
INSTEAD = "_Find Again"
"""Takes the place of another, and has its key."""

Key = tuple[object, object]


def key_of(message: Message) -> Key:
    return message.context, message.id


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", ADAPTERS / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def wanted(catalogues: ModuleType) -> dict[Key, Message]:
    """The texts of the code."""
    return {key_of(message): message for message in catalogues.wanted() if message.id}


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def catalog(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


@pytest.fixture
def messages(catalog: Catalog) -> dict[Key, Message]:
    return {key_of(message): message for message in catalog if message.id}


def test_there_are_catalogues_and_texts(wanted: dict[Key, Message]) -> None:
    assert {"de", "fr"} <= {path.stem for path in FILES}
    assert {"engine", "object", "decimal", None} == {context for context, _ in wanted}
    assert ("engine", "Looking for edges") in wanted
    assert ("engine", "{target} is a folder.") in wanted
    assert ("object", "dark grey") in wanted
    assert (None, ("{n} object", "{n} objects")) in wanted


def test_a_catalogue_has_the_texts_of_the_code_and_no_others(
    wanted: dict[Key, Message], messages: dict[Key, Message], catalog: Catalog
) -> None:
    assert set(wanted) - set(messages) == set(), "run: python adapters/catalogues.py"
    assert set(messages) - set(wanted) == set(), "run: python adapters/catalogues.py"
    assert not catalog.obsolete


def test_every_text_is_translated(messages: dict[Key, Message]) -> None:
    assert [key for key, message in messages.items() if not all(forms(message)) or message.fuzzy] == []


def test_fields_are_those_of_the_text(messages: dict[Key, Message]) -> None:
    for message in messages.values():
        ids = [message.id] if isinstance(message.id, str) else message.id
        fields = [Counter(re.findall(r"\{\w*\}", text)) for text in ids]
        assert all(Counter(re.findall(r"\{\w*\}", text)) in fields for text in forms(message)), message.id


def test_spaces_at_the_ends_are_those_of_the_text(messages: dict[Key, Message]) -> None:
    # They part what is put together.
    for message in messages.values():
        if isinstance(message.id, str):
            lead = message.id[: len(message.id) - len(message.id.lstrip(" "))]
            trail = message.id[len(message.id.rstrip(" ")) :]
            assert message.string.startswith(lead), message.id
            assert message.string.endswith(trail), message.id


def test_plural_forms_are_the_language_s(catalog: Catalog, messages: dict[Key, Message], path: Path) -> None:
    # Which number takes the singular, and not how many forms there are: of those for millions each Babel thinks anew.
    chosen, singular = gettext.c2py(catalog.plural_expr), Locale.parse(path.stem).plural_form
    for number in (*range(130), 1000, 1_000_000, 1_000_001):
        assert (chosen(number) == 0) == (singular(number) == "one"), number
        assert chosen(number) < catalog.num_plurals
    for message in messages.values():
        assert len(forms(message)) == (1 if isinstance(message.id, str) else catalog.num_plurals)


def test_the_compiled_file_says_what_the_text_says(messages: dict[Key, Message], path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stored = {key: value for key, value in compiled._catalog.items() if key != ""}
    written: dict[object, str] = {}
    for message in messages.values():
        start = f"{message.context}\x04" if message.context else ""
        if isinstance(message.id, str):
            written[start + message.id] = message.string
        else:
            written |= {(start + message.id[0], number): text for number, text in enumerate(message.string)}
    assert stored == written


@pytest.mark.parametrize("dialog", DIALOGS)
def test_keys_are_had_by_the_same_texts_and_no_two_in_a_dialog(
    wanted: dict[Key, Message], messages: dict[Key, Message], dialog: str
) -> None:
    files = {f"adapters/gimp/maskpick_gimp/{name}.py" for name in DIALOGS[dialog]}
    for spoken in (lambda message: str(message.id), lambda message: forms(messages[key_of(message)])[0]):
        letters: dict[str, set[str]] = {}
        for message in wanted.values():
            if files.isdisjoint(file for file, _ in message.locations) or message.context or message.id == INSTEAD:
                continue
            text = spoken(message)
            key = re.findall(r"_(\w)", text)
            assert len(key) == len(re.findall(r"_(\w)", str(message.id))) <= 1, text
            if key:
                letters.setdefault(key[0].lower(), set()).add(text)
        assert [texts for texts in letters.values() if len(texts) > 1] == []


def test_krita_s_list_of_plug_ins_speaks_the_language_too(path: Path) -> None:
    desktop = (ADAPTERS / "krita/maskpick_krita.desktop").read_text("utf-8")
    assert re.search(rf"^Comment\[{path.stem}\]=.", desktop, re.MULTILINE)


def test_no_text_is_looked_up_before_the_language_is_known() -> None:
    early = []
    for file in sorted(ADAPTERS.rglob("*.py")):
        todo: list[ast.AST] = [ast.parse(file.read_text("utf-8"))]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "n_", "p_"):
                early.append(f"{file.relative_to(ADAPTERS)}:{node.lineno}")
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                todo.extend(ast.iter_child_nodes(node))
    assert early == []


def test_what_editors_put_in_their_own_words_is_what_the_engine_says(catalogues: ModuleType) -> None:
    said = [str(message.id) for message in catalogues.wanted() if message.context == "engine"]
    for text in reworded():
        assert any(text in one for one in said), text
