"""Runs parallel code in Python, and finds the elements of arrays that parts of a loop race for."""

from __future__ import annotations

import random
from types import SimpleNamespace

import numpy as np


class Watched(np.ndarray):
    """An array that notes which part of a loop reads and sets which of its elements."""

    def __getitem__(self, index):
        found = np.ndarray.__getitem__(self, index)
        if not isinstance(found, np.ndarray) or not np.shares_memory(bare(found), bare(self)):
            WATCH.note(WATCH.read, addresses(self)[index])
        return found

    def __setitem__(self, index, value):
        WATCH.note(WATCH.set, addresses(self)[index])
        if isinstance(value, Watched):
            WATCH.note(WATCH.read, addresses(value))
        np.ndarray.__setitem__(self, index, value)

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        self.note_read(inputs)
        given = [bare(i) for i in inputs]
        if out is not None:
            WATCH.note(WATCH.set, addresses(out[0]))
            getattr(ufunc, method)(*given, out=tuple(map(bare, out)), **options)
            return out[0]
        return watched(getattr(ufunc, method)(*given, **options))

    def __array_function__(self, function, types, args, options):
        if function not in (np.zeros_like, np.empty_like, np.shape):
            self.note_read([*args, *options.values()])
        return watched(function(*map(bare, args), **{k: bare(v) for k, v in options.items()}))

    @staticmethod
    def note_read(values):
        for value in values:
            if isinstance(value, Watched):
                WATCH.note(WATCH.read, addresses(value))


def bare(value):
    return value.view(np.ndarray) if isinstance(value, Watched) else value


def watched(value):
    if not isinstance(value, np.ndarray) or not value.ndim:
        return value
    WATCH.alive.append(value)  # no address is given out twice
    return value.view(Watched)


def addresses(array):
    steps = [np.arange(n) * step for n, step in zip(array.shape, array.strides, strict=True)]
    grid = np.zeros(array.shape, int)
    for axis, step in enumerate(steps):
        grid = grid + step.reshape([-1 if i == axis else 1 for i in range(array.ndim)])
    return grid + array.__array_interface__["data"][0]


class Watch:
    """In the place of Numba: a loop over parts in any order, and who meets what."""

    def __init__(self, threads):
        self.config = SimpleNamespace(NUMBA_NUM_THREADS=threads)
        self.part, self.alive, self.loops = None, [], 0
        self.read, self.set, self.races = {}, {}, []
        self.njit = lambda *args, **_: args[0] if args else self.njit

    def prange(self, count):
        assert self.part is None, "parallel loops don't nest"
        self.loops += 1
        self.read, self.set = {}, {}
        for self.part in random.Random(count).sample(range(count), count):
            yield self.part
        self.part = None
        for address, parts in self.set.items():
            if len(parts | self.read.get(address, set())) > 1:
                self.races.append(address)

    def note(self, table, where):
        if self.part is not None:
            for address in np.ravel(where).tolist():
                table.setdefault(address, set()).add(self.part)


WATCH = Watch(1)


def run(text, name, args, threads):
    """The value of a generated function, with so many threads, and who has watched it."""
    global WATCH
    WATCH = Watch(threads)
    makers = {
        maker.__name__: lambda *given, maker=maker, **k: watched(maker(*given, **k))
        for maker in (np.empty, np.zeros, np.zeros_like, np.empty_like, np.ones_like, np.full_like)
    }
    words = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")}
    names = {"numba": WATCH, "np": SimpleNamespace(**words | makers)}
    exec(text.replace("import numba", "").replace("import numpy as np", ""), names)
    given = [watched(a.copy()) if isinstance(a, np.ndarray) else a for a in args]
    return names[name](*given), WATCH
