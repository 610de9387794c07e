"""Rules of functions that put arrays together or take them apart, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays.harness import check

RNG = np.random.default_rng(0)
ranks = pytest.mark.parametrize("ranks_known", [True, False])


def real(*shape):
    return RNG.normal(size=shape)


@ranks
@pytest.mark.parametrize("box", [list, tuple])
@pytest.mark.parametrize(
    "shapes, axis",
    [([(3,)], 0), ([(3,), (2,)], 0), ([(3,), (0,), (2,)], -1), ([(2, 3), (2, 1)], 1),
     ([(2, 3), (1, 3), (2, 3)], 0), ([(2, 3), (2, 1), (2, 2)], -1), ([(2, 3, 1), (2, 1, 1)], -2),
     ([(2, 3), (4,), (1, 1)], None)],
)  # fmt: skip
def test_concatenate(shapes, axis, box, ranks_known):
    arrays = box([real(*s) for s in shapes])
    check("numpy.concatenate", arrays, axis=axis, ranks_known=ranks_known)


def test_concatenate_with_passive_parts():
    check("numpy.concatenate", [real(3), [0.0], np.arange(2)])
    check("numpy.concatenate", [real(3), real(2) + 1j])


@ranks
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_stack(shape, ranks_known):
    for axis in range(-len(shape) - 1, len(shape) + 1):
        arrays = [real(*shape) for _ in range(3)]
        check("numpy.stack", arrays, axis=axis, ranks_known=ranks_known)


@ranks
@pytest.mark.parametrize("name", ["vstack", "hstack", "dstack", "column_stack"])
def test_stacks(name, ranks_known):
    for shapes in ([(3,), (3,)], [(2, 3), (2, 3)], [(2, 3, 4)], [(1,), (1,), (1,)]):
        arrays = [real(*s) for s in shapes]
        check(f"numpy.{name}", arrays, ranks_known=ranks_known)
    if name != "column_stack":
        check(f"numpy.{name}", [0.5, 1.5], ranks_known=ranks_known)
    mixed = {"vstack": [(3,), (2, 3)], "hstack": [(3, 2), (3, 1)], "dstack": [(2, 3), (2, 3, 2)],
             "column_stack": [(2,), (2, 3)]}  # fmt: skip
    check(f"numpy.{name}", tuple(real(*s) for s in mixed[name]), ranks_known=ranks_known)


@ranks
def test_append(ranks_known):
    check("numpy.append", real(3), 1.5, ranks_known=ranks_known)
    check("numpy.append", real(2, 3), real(2), ranks_known=ranks_known)
    check("numpy.append", real(2, 3), real(1, 3), axis=0, ranks_known=ranks_known)
    check("numpy.append", real(3), [0.5, 1.5], ranks_known=ranks_known)


@ranks
def test_insert_and_delete(ranks_known):
    check("numpy.insert", real(4), 1, 0.5, ranks_known=ranks_known)
    check("numpy.insert", real(4), [3, 1], real(2), ranks_known=ranks_known)
    check("numpy.insert", real(4), -1, real(3), ranks_known=ranks_known)
    check("numpy.insert", real(3, 4), 1, real(3), axis=1, ranks_known=ranks_known)
    check("numpy.insert", real(3, 4), [0, 2], 0.5, axis=0, ranks_known=ranks_known)
    check("numpy.insert", real(2, 2), 1, 0.5, ranks_known=ranks_known)
    check("numpy.delete", real(4), 1, ranks_known=ranks_known)
    check("numpy.delete", real(4), [0, -1], ranks_known=ranks_known)
    check("numpy.delete", real(3, 4), slice(1, 3), axis=1, ranks_known=ranks_known)
    check("numpy.delete", real(2, 3), 4, ranks_known=ranks_known)


@ranks
def test_block(ranks_known):
    check("numpy.block", [real(2), real(3)], ranks_known=ranks_known)
    check("numpy.block", [[real(2, 2), real(2, 3)], [real(1, 2), real(1, 3)]],
          ranks_known=ranks_known)  # fmt: skip
    check("numpy.block", [[real(2), 1.5], [real(3)]], ranks_known=ranks_known)
    check("numpy.block", [[[real(2, 2)]], [[real(3, 2, 2)]]], ranks_known=ranks_known)
