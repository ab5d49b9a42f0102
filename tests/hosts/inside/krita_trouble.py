"""Runs in kritarunner: what scripts are told when engines fail, to /out/trouble.json."""

import json
import os
import signal
import threading
from pathlib import Path

import krita_made as made
from krita import Krita

import maskpick_krita
from maskpick_krita import documents, scripting

OUT = Path("/out")
WIDTH, HEIGHT = 160, 120


def trouble(photo):
    """Engines that fail in all ways: the document stays as it was, and the next try goes well."""
    document = made.of(photo, WIDTH, HEIGHT)
    before = (made.projection(document), [node.name() for node in documents.layers_of(document)])

    def attempt(engine, **options):
        try:
            maskpick_krita.find(document, engine=engine, options=options, fresh=True)
        except maskpick_krita.Error as error:
            after = (made.projection(document), [node.name() for node in documents.layers_of(document)])
            return [error.kind, error.happened, error.advice, after == before]
        raise AssertionError(f"{engine} went well")

    yield "failing", attempt("failing")
    yield "deadly", attempt("deadly")
    with maskpick_krita.find(document, engine="deadly", fresh=True) as objects:
        yield "after death", len(objects)
    yield "service", attempt("bria", address=os.environ["SERVICE"])

    def kill():
        """End the engine as soon as it has told that it works."""
        connection = scripting._connected()
        while not any(request.stage == "Looking for edges" for request in list(connection._requests.values())):
            pause.wait(0.01)
        os.kill(connection.about["pid"], signal.SIGKILL)

    pause, killer = threading.Event(), threading.Thread(target=kill)
    killer.start()
    yield "killed", attempt("waiting")
    killer.join()
    with maskpick_krita.find(document, engine="local") as objects:
        yield "after the kill", len(objects)
    made.done(document)


def main(_arguments):
    Krita.instance().setBatchmode(True)
    photo = (OUT / "photo.bgra").read_bytes()
    (OUT / "trouble.json").write_text(json.dumps(dict(trouble(photo))), "utf-8")
