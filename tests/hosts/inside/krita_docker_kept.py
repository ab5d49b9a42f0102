"""Objects kept with a document: offered when it is opened again; marked once something is painted over them."""

from driver.steps import OUT
from krita import Krita
from krita_docker_hands import Docker
from krita_docker_work import SIZE, TREE, paint

FILE = OUT / "kept.kra"


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    document = yield from drive.new_document(*SIZE)
    paint(document)
    yield from docker.show()
    yield from docker.find()
    yield from drive.until(lambda: "maskpick/objects" in document.annotationTypes(), "the objects are kept")
    yield from drive.until(lambda: document.saveAs(str(FILE)), "the document is saved")
    yield from drive.close(document)
    document = None
    yield from drive.until(lambda: docker.desk.work is None, "the docker knows that no document is open")
    drive.record("works after closing", len(docker.desk.studio._works))
    drive.record("said without a document", docker.said())

    document = yield from drive.open(FILE)
    yield from drive.until(lambda: "were kept" in docker.said(), "the kept objects are offered")
    drive.record("offered", [docker.said(), docker.answers(), docker.session.file is None])
    drive.photograph("offered")
    # A find that fails takes nothing away.
    yield from docker.choose("maskpick_engine", "Failing")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: "out of breath" in docker.said(), "the error is shown")
    yield from docker.click("maskpick_card_dismiss")
    yield from drive.until(lambda: "were kept" in docker.said(), "the kept objects are offered again", 30)
    yield from docker.click("maskpick_answer_0")
    yield from docker.found()
    drive.record("rows", len(docker.rows()))
    drive.record("picking", docker.desk.picking)
    drive.record("stale at first", sorted(docker.session.stale))

    yield from drive.move(drive.on_canvas(390, 290))
    layer = document.rootNode().childNodes()[0]
    document.setActiveNode(layer)
    yield from drive.drag([drive.on_canvas(320, 120), drive.on_canvas(320, 200)])
    yield from drive.until(lambda: docker.desk.work.painted, "it is known that something was painted")
    drive.record("stale before the docker is used", sorted(docker.session.stale))
    yield from drive.move(docker.place_of(TREE))
    yield from drive.until(lambda: docker.session.stale, "what was painted over is marked")
    drive.record("stale", sorted(docker.session.stale))
    yield from drive.photograph_at_rest("stale")
    Krita.instance().action("edit_undo").trigger()
    document.waitForDone()
    yield from drive.move(drive.on_canvas(390, 290))
    yield from drive.move(docker.place_of(TREE))
    yield from drive.until(lambda: not docker.session.stale, "what is as it was is not marked any more")
