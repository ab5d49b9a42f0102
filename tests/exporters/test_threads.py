from __future__ import annotations

import threading

import pytest

from maskpick.errors import Cancelled
from maskpick.exporters.threads import in_threads
from maskpick.progress import Progress


def test_the_answers_come_in_order() -> None:
    assert list(in_threads(lambda number: number**2, range(20), Progress())) == [number**2 for number in range(20)]


def test_a_fault_comes_through() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise OSError("the disk is full")
        return number

    with pytest.raises(OSError, match="disk is full"):
        list(in_threads(work, range(9), Progress()))


def test_stopping_does_not_wait_for_work_that_takes_long() -> None:
    begun, may_end = threading.Event(), threading.Event()
    done = []

    def work(number: int) -> int:
        begun.set()
        assert may_end.wait(60)
        done.append(number)
        return number

    progress = Progress()

    def stop() -> None:
        assert begun.wait(60)
        progress.cancel()

    stopper = threading.Thread(target=stop)
    stopper.start()
    try:
        with pytest.raises(Cancelled):
            list(in_threads(work, range(100), progress))
        assert not done
    finally:
        may_end.set()
        stopper.join()
