"""A scenario: the examples of docs/krita-scripting.md as they stand there, each with a document of its own."""

import contextlib
import io
import re
from pathlib import Path

import krita_made as made
from krita import Krita

OUT = Path("/out")
PAGE = Path("/src/docs/krita-scripting.md")
WIDTH, HEIGHT = 160, 120


def steps(drive):
    yield from drive.fill_screen()
    photo = (OUT / "photo.bgra").read_bytes()
    for number, source in enumerate(re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)):
        document = yield from drive.new_document(WIDTH, HEIGHT)
        document.rootNode().childNodes()[0].setPixelData(photo, 0, 0, WIDTH, HEIGHT)
        made.settle(document)
        assert document.saveAs("/out/photo.kra")
        document.waitForDone()
        yield from drive.until(
            lambda document=document: Krita.instance().activeDocument() == document, "the document is the active one"
        )
        names, said = {}, io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(source, f"example {number}", "exec"), names)
            if "main" in names:
                names["main"]([])
        if "objects" in names:
            names["objects"].close()
        names.clear()
        layers = [node.name() for node in document.rootNode().childNodes()]
        selected = document.selection() is not None
        drive.record(str(number), {"said": said.getvalue(), "layers": layers, "selected": selected})
        yield from drive.close(document)
        del document
    layered = Krita.instance().openDocument("/out/layers.kra")
    drive.record("layers.kra", [node.name() for node in layered.rootNode().childNodes()])
    made.done(layered)
