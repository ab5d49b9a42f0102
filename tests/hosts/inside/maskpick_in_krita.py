"""A scenario: what of maskpick there is in this Krita."""

import importlib
import re
from pathlib import Path

from krita import Krita

ACTIONS = Path("/src/adapters/krita/maskpick_krita.action")


def steps(drive):
    krita = Krita.instance()
    yield from drive.until(lambda: krita.dockers(), "the dockers are there")
    drive.record("version", krita.version())
    names = re.findall(r'<Action name="(\w+)">', ACTIONS.read_text("utf-8"))
    drive.record("actions", names)
    drive.record("missing", [name for name in names if krita.action(name) is None])
    drive.record("dockers", [docker.objectName() for docker in krita.dockers() if "maskpick" in docker.objectName()])
    drive.record("file", importlib.import_module("maskpick_krita").__file__)
