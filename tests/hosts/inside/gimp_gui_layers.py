"""Objects are found in a selected layer: what is made of them comes right above it, and procedures know them."""

from gi.repository import Gimp

from maskpick_gimp import kept

IN_TREE = (480, 200)


def steps(drive):
    image = drive.image
    top = Gimp.Layer.new(image, "top", 600, 400, Gimp.ImageType.RGBA_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
    photo = image.get_layers()[0]
    image.insert_layer(top, None, 0)
    image.set_selected_layers([photo])
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    drive.widget("maskpick-source").set_active_id("layers")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the objects are found")
    yield from drive.until(lambda: image.get_parasite("maskpick-objects"), "they are kept with the image")
    drive.record("found as", kept.found_as(image))
    image.set_selected_layers([top])
    yield from drive.click(drive.at(*IN_TREE))
    for made, action in enumerate(("layers", "layer-masks", "remove"), 3):
        yield from drive.push(f"maskpick-{action}")
        yield from drive.until(
            lambda made=made: drive.session.error or (len(image.get_layers()) == made and not drive.desk.working),
            action,
        )
        if drive.session.error:
            raise drive.session.error
    drive.record("layers", [layer.get_name() for layer in image.get_layers()])
