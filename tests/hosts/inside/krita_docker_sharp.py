"""The docker on a screen on which everything is twice as large: QT_SCALE_FACTOR says so."""

from krita_docker_hands import Docker
from krita_docker_work import HOUSE, SIZE, paint


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    document = yield from drive.new_document(*SIZE)
    paint(document)
    yield from docker.show()
    yield from docker.find()
    tree = docker.tree()
    drive.record("ratio", tree.devicePixelRatioF())
    picture = tree.objects.picture(HOUSE)
    drive.record("picture", [picture.width(), picture.height()])
    yield from drive.photograph_at_rest("sharp")
