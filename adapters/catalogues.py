"""Keep the catalogues of the editors' parts in step with the code: ``python adapters/catalogues.py``.

Gathers every text from the code, brings each ``.po`` file of ``maskpick_bridge/locale`` up to date - new texts without
a translation, old ones gone - and compiles it to the ``.mo`` file that Python's gettext reads in the editors. Needs
Babel.
``docs/translating.md`` tells how a language is added.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import maskpick
from maskpick.names import WORDS

REPOSITORY = Path(__file__).resolve().parent.parent
LOCALE = REPOSITORY / "adapters/bridge/maskpick_bridge/locale"
MARKED = ("adapters/bridge/maskpick_bridge", "adapters/krita", "adapters/gimp")
"""Where texts are marked: ``_("...")``, ``n_("...", "...", n)``, ``p_("context", "...")``."""
KEYWORDS = {"_": None, "n_": (1, 2), "p_": ((1, "c"), 2)}
SPOKEN = (
    "plugin/maskpick/engines/bria", "plugin/maskpick/engines/fill", "plugin/maskpick/engines/local",
    "plugin/maskpick/engines/onnx", "plugin/maskpick/web/sessions.py",
    "plugin/maskpick/worker/methods", "plugin/maskpick/worker/room.py", "plugin/maskpick/worker/session.py",
    "plugin/maskpick/api.py", "plugin/maskpick/archive.py", "plugin/maskpick/archive_listing.py",
    "plugin/maskpick/clicks.py",
    "plugin/maskpick/doctor.py", "plugin/maskpick/doctor_editors.py", "plugin/maskpick/errors.py",
    "plugin/maskpick/files.py", "plugin/maskpick/inflate.py",
    "plugin/maskpick/layers.py", "plugin/maskpick/maskfile.py", "plugin/maskpick/masks.py", "plugin/maskpick/png.py",
    "plugin/maskpick/png_rows.py", "plugin/maskpick/refine.py", "plugin/maskpick/removal.py",
    "plugin/maskpick/settings.py", "plugin/maskpick/shadows.py", "plugin/maskpick/tokens.py",
    "plugin/maskpick/values.py",
    "adapters/bridge/maskpick_bridge/connection.py", "adapters/bridge/maskpick_bridge/link.py",
    "adapters/bridge/maskpick_bridge/protocol.py",
)  # fmt: skip
"""What speaks through `maskpick_bridge.engine_words.translated`: sentences that an editor may have to show."""
NOT_SPOKEN = {
    "ValueError", "TypeError", "RuntimeError", "TimeoutError", "KeyError", "AttributeError", "OSError",
    "_", "n_", "p_", "BadMessage", "WithdrawnError", "ResponseError", "Thread", "record_fault",
}  # fmt: skip
"""What is in calls of these is said to programmers, or marked."""


def wanted() -> Catalog:
    """Every text of the code, without translations."""
    catalog = Catalog(domain="maskpick", project="maskpick", fuzzy=False)
    for folder in MARKED:
        found = extract_from_dir(REPOSITORY / folder, [("**.py", "python")], keywords=KEYWORDS)
        for name, _, message, _, context in found:
            catalog.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    for start in SPOKEN:
        path = REPOSITORY / start
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for text in _spoken(ast.parse(file.read_text("utf-8"))):
                catalog.add(text, locations=[(file.relative_to(REPOSITORY).as_posix(), 0)], context="engine")
    for text in _words_of_names():
        catalog.add(text, locations=[("plugin/maskpick/names.py", 0)], context="object")
    return catalog


def _spoken(tree: ast.Module) -> Iterator[str]:
    """The texts of a module that a person may read: those of several words, and the short ones of reports and findings.

    An f-string becomes a template. Left out are docstrings, log entries and what is said to programmers.
    """
    skipped: set[int] = set()
    short: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        elif isinstance(node, ast.Subscript):
            skipped.add(id(node.slice))
        elif isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.FunctionDef) and node.name == "__repr__":
            skipped.update(map(id, ast.walk(node)))
        elif isinstance(node, ast.Call):
            of_what = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            if _name(node.func) in NOT_SPOKEN or _name(of_what) == "log":
                skipped.update(map(id, ast.walk(node)))
            elif _name(node.func) == "report" and node.args:
                short.update(id(inside) for inside in ast.walk(node.args[0]) if _template(inside)[:1].isupper())
            elif _name(node.func) == "Finding":
                short.add(id(node.args[0]))
    for node in ast.walk(tree):
        if id(node) not in skipped and (text := _template(node)):
            own = re.sub(r"\{\w+\}", "", text)
            if id(node) in short or (" " in own and sum(map(str.isalpha, own)) > 1):
                yield text


def _template(node: ast.AST) -> str:
    """A text, or an f-string with its fields named after what is filled in; empty for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    text, names = "", []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            name = (_name(part.value) or "value").strip("_").lower()
            names.append(name)
            text += f"{{{name}{names.count(name) if names.count(name) > 1 else ''}}}"
        elif isinstance(part, ast.Constant):
            text += str(part.value)
    return text


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _words_of_names() -> list[str]:
    return [word for word in WORDS.values() if "{" not in word]


def updated(path: Path) -> Catalog:
    """The catalogue in a ``.po`` file, with exactly the texts of the code."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem, domain="maskpick")
    catalog.update(wanted(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    catalog.header_comment = "# The texts of maskpick's parts in Krita and GIMP. MIT licence, as the project."
    catalog.version, catalog.msgid_bugs_address = maskpick.__version__, "see CONTRIBUTING.md"
    catalog.last_translator = catalog.language_team = "The maskpick authors"
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=timezone.utc)  # it is in git
    return catalog


def as_po(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalog, width=120, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    return buffer.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main() -> None:
    for language in sys.argv[1:]:
        path = LOCALE / f"{language}.po"
        if not path.exists():
            path.write_bytes(as_po(Catalog(locale=language, domain="maskpick", project="maskpick", fuzzy=False)))
    for path in sorted(LOCALE.glob("*.po")):
        catalog = updated(path)
        path.write_bytes(as_po(catalog))
        path.with_suffix(".mo").write_bytes(as_mo(catalog))
        missing = sum(not (message.string and all(message.string)) for message in catalog if message.id)
        sys.stdout.write(f"{path.stem}: {len(catalog)} texts, {missing} without a translation\n")


if __name__ == "__main__":
    main()
