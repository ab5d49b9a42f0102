"""The image is closed in GIMP while the dialog is open: it says so, and does nothing more."""


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the objects are found")
    yield from drive.in_gimp("ctrl+w")
    yield from drive.until(lambda: not drive.image.is_valid(), "the image is closed")
    yield from drive.push("maskpick-layers")
    yield from drive.until(lambda: drive.session.error, "that is noticed")
    drive.record("said", drive.saying())
    yield from drive.photograph("gone")
    drive.closes = True
    yield from drive.key("Escape")
