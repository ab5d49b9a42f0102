"""How long Krita's window stands still: while objects are found in 12 megapixels, and in a list of 300 of them."""

import time

from krita_docker_hands import Docker


def steps(drive):
    docker = Docker(drive)
    yield from drive.fill_screen()
    yield from drive.new_document(4000, 3000)
    yield from docker.show()
    read = timed_reading(drive)
    yield from docker.click("maskpick_find")
    yield from drive.until(lambda: docker.session.busy, "it has begun")
    with drive.stalls() as stalls:
        yield from docker.found()
    drive.record("find", [stalls.longest, stalls.longest_busy, stalls.count_over_16])
    drive.record("reading", read)
    ids = docker.rows()
    drive.record("rows", len(ids))
    with drive.stalls() as stalls:
        for id in ids[:6]:
            yield from drive.move(docker.place_of(id))
        yield from drive.wheel(-5)
        yield from docker.click_row(ids[5])
        yield from docker.click_row(ids[200], holding=["shift"])
        yield from drive.until(lambda: len(docker.session.picking.ids) == 196, "many are picked")
        yield from drive.until(lambda: docker.session.area is not None, "their size is known")
    drive.record("list", [stalls.longest, stalls.longest_busy, stalls.count_over_16])
    with drive.stalls() as stalls:
        yield from drive.click(drive.on_screen(docker.part("maskpick_search")))
        yield from drive.type("tile 29")
        yield from drive.until(lambda: len(docker.rows()) == 13, "the search has come through")
    drive.record("search", [stalls.longest, stalls.longest_busy, stalls.count_over_16])
    yield from drive.photograph_at_rest("many")


def timed_reading(drive):
    """How long the reading of the pixels takes, which cannot be done elsewhere: milliseconds, in a list."""
    from maskpick_krita import documents

    took, really = [], documents.read

    def read(*what):
        begun = time.perf_counter()
        result = really(*what)
        took.append(1000 * (time.perf_counter() - begun))
        return result

    documents.read = read
    return took
