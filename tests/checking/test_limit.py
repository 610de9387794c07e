import threading
import time

import pytest

from symdiff.checking.limit import OutOfTime, within


def test_a_result_and_an_exception_come_through():
    assert within(5, lambda: 3) == 3
    with pytest.raises(KeyError):
        within(5, lambda: {}["a"])


def test_what_takes_too_long_is_stopped():
    def forever():
        while True:
            try:
                time.sleep(0.001)
            except Exception:
                continue

    begun = time.monotonic()
    with pytest.raises(OutOfTime):
        within(0.2, forever)
    assert time.monotonic() - begun < 2
    assert threading.active_count() == 1


def test_it_works_outside_the_main_thread():
    found = []
    worker = threading.Thread(target=lambda: found.append(within(5, lambda: 1)))
    worker.start()
    worker.join()
    assert found == [1]
