"""Runs a function under a hard limit of time, whatever it does."""

from __future__ import annotations

import contextlib
import ctypes
import threading
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")
GRACE = 0.05  # seconds between attempts to stop
ATTEMPTS = 20
STACK = 128 * 1024 * 1024  # SymPy recurses deeply


class OutOfTime(Exception):
    """The function did not finish in time."""


class _Stop(BaseException):
    """Raised inside a function that is out of time; no `except Exception` catches it."""


def within(seconds: float, function: Callable[[], Result]) -> Result:
    """The result of a function, or its exception. Raises OutOfTime when it takes too long.

    It runs in a thread of its own, which is made to raise an exception when the time is over. A
    function that hides in C code is left behind and ends when it returns from there.
    """
    outcome: dict[str, Any] = {}

    def work() -> None:
        try:
            outcome["result"] = function()
        except BaseException as error:
            outcome["error"] = error

    worker = _start(work)
    worker.join(max(seconds, GRACE))
    for _ in range(ATTEMPTS):
        if not worker.is_alive():
            break
        ident = ctypes.c_ulong(worker.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(_Stop))
        worker.join(GRACE)
    error = outcome.get("error")
    if worker.is_alive() or isinstance(error, _Stop):
        raise OutOfTime
    if error is not None:
        raise error
    return outcome["result"]  # type: ignore[no-any-return]


def _start(work: Callable[[], None]) -> threading.Thread:
    worker = threading.Thread(target=work, daemon=True)
    before = None
    with contextlib.suppress(ValueError, RuntimeError):
        before = threading.stack_size(STACK)
    try:
        worker.start()
    finally:
        if before is not None:
            threading.stack_size(before)
    return worker
