"""An archive decodes what is asked for, once, in whichever thread."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maskpick import png
from maskpick.archive import Archive, read_archive
from maskpick.errors import ArchiveError, Cancelled, PickError
from maskpick.masks import Mask
from maskpick.progress import Progress, Step
from service_zips import MAP, MASKS, UUID, files, grey, same_masks, zipped
from strategies import mask_sets


def test_opening_decodes_nothing() -> None:
    broken = dict.fromkeys(files(), b"not a png")
    with Archive(zipped(broken)) as archive:
        assert (archive.visual_id, archive.ids, archive.complete) == (UUID, (1, 2, 5), False)
        with pytest.raises(ArchiveError, match=r"_5\.png in The zip is not a PNG"):
            archive.mask(5)


def test_a_first_answer_decodes_the_mask_the_map_names() -> None:
    broken = {name: data if "_2." in name or "panoptic" in name else b"?" for name, data in files().items()}
    with Archive(zipped(broken)) as archive:
        assert archive.at(35, 30) == (2,)
        assert not archive.complete


def test_a_wrong_label_is_not_believed() -> None:
    labels = MAP.astype(np.uint8)
    labels[20:40, 25:45] = 5
    with Archive(zipped(files() | {f"{UUID}/{UUID}_panoptic.png": grey(labels)})) as archive:
        assert archive.at(35, 30)[0] in (1, 2)


@given(st.data())
def test_the_answers_at_a_point_become_the_stack(data: st.DataObject) -> None:
    masks = data.draw(mask_sets(highest_id=9))
    labels = data.draw(hnp.arrays(np.uint8, (masks.size.height, masks.size.width), elements=st.integers(0, 9)))
    named = {f"a_{mask.id}.png": grey(mask.canvas(masks.size)) for mask in masks}
    x, y = data.draw(st.integers(0, masks.size.width - 1)), data.draw(st.integers(0, masks.size.height - 1))
    with Archive(zipped(named | {"a_panoptic.png": grey(labels)})) as archive:
        first = archive.at(x, y)
        assert set(first) <= set(masks.at(x, y))
        assert bool(first) == bool(masks.at(x, y))
        archive.wait()
        assert archive.complete
        assert archive.at(x, y) == masks.at(x, y) == archive.load().at(x, y)


def test_a_point_outside_and_an_unknown_id_are_pick_errors() -> None:
    with Archive(zipped(files())) as archive:
        with pytest.raises(PickError, match="outside"):
            archive.at(90, 0)
        with pytest.raises(PickError, match="no object number 3"):
            archive.mask(3)


def test_the_background_decodes_everything() -> None:
    reached = threading.Event()
    with Archive(zipped(files())) as archive:
        archive.start(Progress(lambda step: reached.set()))
        archive.wait()
        assert archive.complete
        assert tuple(archive.load()) == tuple(MASKS)


def test_what_goes_wrong_in_the_background_is_raised_to_whoever_waits() -> None:
    with Archive(zipped(files() | {f"{UUID}/{UUID}_5.png": b"?"})) as archive:
        archive.start()
        with pytest.raises(ArchiveError, match=r"_5\.png"):
            archive.wait()
        assert archive.mask(1) == MASKS[1]


def test_loading_can_be_cancelled_and_taken_up_again() -> None:
    progress = Progress(lambda step: progress.cancel() if step.fraction > 0 else None)
    with Archive(zipped(files())) as archive:
        with pytest.raises(Cancelled):
            archive.load(progress)
        assert same_masks(archive.load(), MASKS)


def test_loading_reports_how_far_it_is() -> None:
    steps: list[Step] = []
    read_archive(zipped(files()), progress=Progress(steps.append))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert {step.stage for step in steps} == {"Reading the masks"}


def test_closing_lets_go_of_the_file_and_the_threads(tmp_path: Path) -> None:
    path = tmp_path / "masks.zip"
    path.write_bytes(zipped(files()))
    archive = Archive(path)
    archive.start()
    archive.close()
    path.unlink()  # Windows would refuse if it were still open
    assert not any(thread.name.startswith("maskpick-archive") for thread in threading.enumerate())


def test_many_threads_may_ask_at_once() -> None:
    with Archive(zipped(files())) as archive:
        archive.start()
        answers: list[Mask] = []
        threads = [threading.Thread(target=lambda: answers.extend(map(archive.mask, (5, 2, 1)))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(mask) for mask in answers}) == 3


def test_who_asks_for_a_mask_that_is_being_decoded_gets_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive(zipped(files())) as archive:
        begun, go_on, decode = threading.Event(), threading.Event(), archive._decode

        def slowly(id: int, *rest: object) -> Mask:
            begun.set()
            assert go_on.wait(60)
            return decode(id, *rest)

        monkeypatch.setattr(archive, "_decode", slowly)
        answers: list[Mask] = []
        first, second = (threading.Thread(target=lambda: answers.append(archive.mask(1))) for _ in range(2))
        first.start()
        assert begun.wait(60)
        second.start()
        second.join(0.2)
        assert second.is_alive()
        go_on.set()
        first.join()
        second.join()
        assert len(answers) == 2
        assert answers[0] is answers[1]


def test_what_a_cancelled_background_left_is_decoded_when_it_is_asked_for() -> None:
    progress = Progress()
    progress.cancel()
    with Archive(zipped(files())) as archive:
        archive.start(progress)
        assert archive._workers is not None
        archive._workers.shutdown(wait=True)
        assert [archive.mask(id) for id in archive.ids] == list(MASKS)


def test_no_mask_is_decoded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    usual = png.read_coverage
    monkeypatch.setattr(png, "read_coverage", lambda data: (decoded.append(1), usual(data))[1])
    with Archive(zipped(files())) as archive:
        archive.start()
        archive.load()
        archive.start()
        archive.wait()
    assert len(decoded) == len(MASKS)
