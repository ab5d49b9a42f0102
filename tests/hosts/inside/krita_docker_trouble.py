"""Trouble in the docker's own words: stopped, failed, crashed, asked before sending, refused; and the settings."""

from driver.qt import QtWidgets
from driver.steps import OUT
from krita_docker_hands import Docker
from krita_docker_work import SIZE, paint

TOKEN = "a-token-that-nobody-may-see"


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    document = yield from drive.new_document(*SIZE)
    paint(document)
    yield from docker.show()
    for part in (stopped, failed, crashed, asked, refused, settings):
        yield from part(drive, docker)


def stopped(drive, docker):
    yield from docker.choose("maskpick_engine", "Waiting")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: docker.part("maskpick_stage").text() == "Looking for edges", "the stage is shown")
    drive.record("shown while finding", docker.part("maskpick_find").isVisible())
    drive.record("progress", docker.part("maskpick_progress").value())
    yield from docker.click("maskpick_cancel")
    yield from docker.idle()
    yield from drive.until((OUT / "cancelled").exists, "the engine was stopped")
    yield from drive.until(lambda: docker.part("maskpick_find").isVisible(), "the button is back")
    drive.record("after cancel", [docker.session.file is None, docker.session.error is None])


def failed(drive, docker):
    yield from docker.choose("maskpick_engine", "Failing")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: "out of breath" in docker.said(), "the error is shown")
    drive.record("failed", [docker.said(), docker.answers()])
    drive.photograph("failed in words")
    (OUT / "mended").touch()
    yield from docker.click("maskpick_answer_0")
    yield from docker.found()
    drive.record("said after it was mended", "out of breath" in docker.said())


def crashed(drive, docker):
    before = docker.session.file
    yield from docker.choose("maskpick_engine", "Deadly")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: "stopped unexpectedly" in docker.said(), "the crash is told")
    drive.record("crashed", [docker.answers(), docker.desk.studio.connection.restarts])
    drive.record("objects after a crash", docker.session.file is before)
    yield from docker.click("maskpick_answer_0")
    yield from drive.until(lambda: docker.session.file is not before, "it works again")
    yield from docker.found()


def asked(drive, docker):
    before = docker.session.file
    yield from docker.choose("maskpick_engine", "Sending")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: "leave your computer" in docker.said(), "it asks before it sends")
    drive.record("asked", [docker.said(), docker.answers()])
    yield from docker.click("maskpick_answer_1")
    yield from drive.until(lambda: "leave your computer" not in docker.said(), "the question is put away")
    drive.record("sent without leave", (OUT / "sent").exists())
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: "leave your computer" in docker.said(), "it asks again")
    yield from docker.click("maskpick_answer_0")
    yield from drive.until(lambda: docker.session.file is not before, "objects come")
    yield from docker.found()
    drive.record("sent with leave", (OUT / "sent").exists())


def refused(drive, docker):
    yield from docker.choose("maskpick_source", "Selected area")
    yield from docker.choose("maskpick_engine", "Shapes")
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: "Nothing is selected." in docker.said(), "it says that nothing is selected")
    yield from docker.click("maskpick_card_dismiss")
    yield from drive.until(lambda: "Nothing is selected." not in docker.said(), "and that can be put away")


def settings(drive, docker):
    yield from docker.click("maskpick_settings_button")
    yield from drive.until(lambda: dialog() and dialog().isVisible(), "the settings open")
    said = dialog().findChild(QtWidgets.QLabel, "maskpick_token_said")
    field = dialog().findChild(QtWidgets.QLineEdit, "maskpick_token")
    yield from drive.until(lambda: "None is kept" in said.text(), "there is no token")
    yield from drive.click(drive.on_screen(field))
    yield from drive.until(field.hasFocus, "the token can be typed")
    yield from drive.type(TOKEN)
    yield from drive.until(lambda: field.text() == TOKEN, "it is typed")
    drive.record("shown of the token", field.displayText())
    yield from drive.click(drive.on_screen(dialog().findChild(QtWidgets.QPushButton, "maskpick_token_keep")))
    yield from drive.until(lambda: "It is kept in" in said.text(), "it is kept")
    drive.record("left of the token", field.text())
    (OUT / "go").touch()  # the doctor tries every engine
    pages = dialog().findChild(QtWidgets.QTabWidget, "maskpick_settings_pages")
    pages.setCurrentIndex(pages.count() - 1)
    yield from drive.click(drive.on_screen(dialog().findChild(QtWidgets.QPushButton, "maskpick_examine")))
    findings = dialog().findChild(QtWidgets.QTextBrowser, "maskpick_findings")
    yield from drive.until(lambda: "numpy" in findings.toPlainText(), "the doctor has looked")
    drive.record("token among the findings", TOKEN in findings.toPlainText())
    yield from drive.key("Escape", seen="KeyPress")
    yield from drive.until(lambda: not dialog().isVisible(), "Escape closes the settings")


def dialog():
    every = QtWidgets.QApplication.topLevelWidgets()
    return next((one for one in every if one.objectName() == "maskpick_settings_dialog"), None)
