"""Pauses of the garbage collector, one within another and side by side."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from ingestion import collector


def test_it_collects_again_behind_the_outermost_pause() -> None:
    """Not before, and also where what was done in the pause failed."""
    assert gc.isenabled()
    try:
        with collector.paused():
            with collector.paused():
                assert not gc.isenabled()
            assert not gc.isenabled()
            raise ValueError  # noqa: TRY301 (what may happen in a pause)
    except ValueError:
        pass
    assert gc.isenabled()


def test_it_collects_again_when_the_last_thread_is_done() -> None:
    """Threads whose pauses overlap: none ends another's."""
    both, one_over = Barrier(2), Barrier(2)

    def first() -> None:
        with collector.paused():
            both.wait()
        one_over.wait()

    def second() -> bool:
        with collector.paused():
            both.wait()
            one_over.wait()
            return gc.isenabled()

    with ThreadPoolExecutor(2) as pool:
        pool.submit(first)
        assert pool.submit(second).result() is False
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    """A process may have put it off for good."""
    gc.disable()
    try:
        with collector.paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
