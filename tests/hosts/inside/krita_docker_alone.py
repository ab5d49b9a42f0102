"""The docker where there is no engine: MASKPICK_HOME names a folder that is not there."""

from driver.qt import QtWidgets
from krita_docker_hands import Docker
from krita_docker_work import SIZE


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    yield from drive.new_document(*SIZE)
    yield from docker.show_alone()
    yield from drive.until(lambda: docker.answers(), "it says that there is no engine")
    drive.record("said", [docker.said(), docker.answers()])
    yield from drive.photograph_at_rest("alone")
    yield from docker.click("maskpick_answer_1")
    every = QtWidgets.QApplication.topLevelWidgets
    found = lambda: next(  # noqa: E731
        (one for top in every() for one in top.findChildren(QtWidgets.QTextBrowser, "maskpick_findings")), None
    )
    yield from drive.until(lambda: found() and "install.py" in found().toPlainText(), "the doctor says so, too")
    drive.record("doctor", found().toPlainText())
    yield from drive.key("Escape", seen="KeyPress")
