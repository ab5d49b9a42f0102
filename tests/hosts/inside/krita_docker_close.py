"""Closing a document, and then Krita itself, in the middle of a find."""

from driver.steps import OUT
from krita_docker_hands import Docker
from krita_docker_work import SIZE


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    document = yield from drive.new_document(*SIZE)
    yield from docker.show()
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: docker.session.fraction > 0, "the engine is at work")
    yield from drive.close(document)
    document = None
    yield from drive.until(lambda: docker.desk.work is None, "the docker knows that the document is closed")
    yield from drive.until((OUT / "cancelled").exists, "the engine was stopped")
    drive.record("works", len(docker.desk.studio._works))

    yield from drive.new_document(*SIZE)
    yield from drive.until(lambda: docker.desk.work is not None, "there is another document")
    drive.record("asked of the new one", docker.session.busy)
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: docker.session.fraction > 0, "the engine is at work again")
    drive.close_documents = False
