"""Documents for tests inside Krita: made, looked at, and let go of."""

import sys

sys.path[:0] = ["/src/adapters/krita", "/src/adapters/bridge"]

from krita import Krita  # noqa: E402 - the path comes first

SRGB = ("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")


def profile(model, depth, part):
    """The first profile with ``part`` in its name."""
    return next(name for name in sorted(Krita.instance().profiles(model, depth)) if part in name)


def empty(width, height, space=SRGB):
    """A document without a layer."""
    document = Krita.instance().createDocument(width, height, "made", *space, 72.0)
    document.setBatchmode(True)
    document.rootNode().setChildNodes([])
    return document


def add(document, name, pixels, x, y, width, height, parent=None):
    """Add a paint layer on top; ``pixels`` are the document's."""
    layer = document.createNode(name, "paintlayer")
    layer.setPixelData(pixels, x, y, width, height)
    parent = document.rootNode() if parent is None else parent
    parent.addChildNode(layer, (parent.childNodes() or [None])[-1])
    return layer


def of(pixels, width, height, space=SRGB):
    """A document in any colour space with one layer, made from BGRA bytes in sRGB."""
    document = empty(width, height)
    add(document, "Photo", pixels, 0, 0, width, height)
    if tuple(space) != SRGB:
        document.setColorSpace(*space)
    settle(document)
    return document


def settle(document):
    """Wait until all is drawn."""
    document.refreshProjection()
    document.waitForDone()


def projection(document):
    return bytes(document.pixelData(0, 0, document.width(), document.height()))


def shown(document):
    """BGRA as Krita shows it on a screen of sRGB."""
    image = document.projection(0, 0, document.width(), document.height())
    image = image.convertToFormat(type(image).Format.Format_ARGB32)
    return image.constBits().asstring(4 * image.width() * image.height())


def done(document):
    """Close without a question."""
    document.waitForDone()
    document.setModified(False)
    document.close()
