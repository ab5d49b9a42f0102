"""Waiting for what cannot be interrupted itself."""

from __future__ import annotations

import threading

import pytest

from maskpick.errors import Cancelled
from maskpick.web.waiting import TooLateError, wait_for
from processes import PATIENCE


def test_what_the_work_returns_or_raises_comes_through() -> None:
    assert wait_for(lambda: 5, lambda: 0, lambda: None) == 5
    with pytest.raises(ZeroDivisionError):
        wait_for(lambda: 1 / 0, lambda: 0, lambda: None)


def test_a_look_may_end_the_wait_and_lets_the_work_go() -> None:
    told = threading.Event()

    def look() -> int:
        raise Cancelled

    with pytest.raises(Cancelled):
        wait_for(lambda: told.wait(PATIENCE), look, told.set)
    assert told.is_set()


def test_where_nothing_moves_the_wait_ends() -> None:
    told = threading.Event()
    with pytest.raises(TooLateError):
        wait_for(lambda: told.wait(PATIENCE), lambda: 0, told.set, limit=0.05)
    assert told.is_set()


def test_as_long_as_something_moves_the_wait_goes_on() -> None:
    done = threading.Event()
    looked = iter(range(1_000_000))

    def look() -> int:
        count = next(looked)
        if count == 5:
            done.set()
        return count

    assert wait_for(lambda: done.wait(PATIENCE), look, lambda: None, limit=PATIENCE)
