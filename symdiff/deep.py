"""Room for programs that nest deeply: chains of hundreds of elifs, sums of thousands of terms.

Reading, rewriting and writing follow the nesting of a program by recursion. Where Python's usual
limit is too low for that, the work is done again in a thread with a larger stack.
"""

from __future__ import annotations

import contextvars
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

DEPTH = 60_000
STACK = 512 * 1024 * 1024  # address space: only what is used becomes memory

_LOCK = threading.Lock()
_here = threading.local()


def with_room(work: Callable[[], T]) -> T:
    """What `work` returns, which may be called twice. Raises RecursionError where even the larger
    stack is not enough."""
    if getattr(_here, "deep", False):
        return work()
    try:
        return work()
    except RecursionError:
        return _in_thread(work)


def _in_thread(work: Callable[[], T]) -> T:
    found: list[T] = []
    failed: list[BaseException] = []
    context = contextvars.copy_context()

    def run() -> None:
        _here.deep = True
        try:
            found.append(context.run(work))
        except BaseException as error:
            failed.append(error)

    with _LOCK:  # the limits are those of the whole process
        limit, stack = sys.getrecursionlimit(), threading.stack_size()
        thread: Any = threading.Thread(target=run, name="symdiff")
        try:
            sys.setrecursionlimit(max(limit, DEPTH))
            threading.stack_size(STACK)
            thread.start()
            thread.join()
        finally:
            threading.stack_size(stack)
            sys.setrecursionlimit(limit)
    if failed:
        raise failed[0]
    return found[0]
