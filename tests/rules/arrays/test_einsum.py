"""The rule of Einstein's sums, against differences."""

from __future__ import annotations

import pytest

from rules.arrays.harness import check
from rules.arrays.samples import RNG, both


@both
@pytest.mark.parametrize(
    "text, shapes",
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]), ("ij,jk", [(2, 3), (3, 4)]), ("ij->ji", [(2, 3)]),
        ("ij->i", [(2, 3)]), ("ij->j", [(2, 3)]), ("ij->", [(2, 3)]), ("ij", [(2, 3)]),
        ("ba", [(2, 3)]),
        ("ii->", [(3, 3)]), ("ii", [(3, 3)]), ("ii->i", [(3, 3)]), ("iij->j", [(3, 3, 2)]),
        ("iji,j->i", [(3, 2, 3), (2,)]), ("iii->i", [(2, 2, 2)]), ("ij,ij->", [(2, 3), (2, 3)]),
        ("i,j->ij", [(2,), (3,)]), ("i,i->", [(3,), (3,)]),
        ("ij,jk,ki->", [(2, 3), (3, 4), (4, 2)]),
        ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]), ("ijk,j->i", [(2, 3, 4), (3,)]),
        ("i,j->i", [(2,), (3,)]), ("ij,k->jk", [(2, 3), (4,)]), (" i j , j -> i", [(2, 3), (3,)]),
        ("...ij,...jk->...ik", [(5, 2, 3), (5, 3, 4)]), ("...ij,jk", [(6, 5, 2, 3), (3, 4)]),
        ("...ij,...jk", [(5, 2, 3), (3, 4)]), ("...ij,...jk", [(6, 1, 2, 3), (5, 3, 4)]),
        ("i...->...i", [(2, 3, 4)]), ("...i->...", [(2, 3, 4)]), ("i...->...", [(2, 3, 4)]),
        ("i...,i...->...", [(2, 3, 4), (2, 4)]), ("i...j,j->i...", [(2, 3, 4, 5), (5,)]),
        ("...ii->...i", [(2, 3, 3)]), ("ii...->...", [(3, 3, 2)]), ("...,...", [(2, 3), (3,)]),
        ("...,", [(2, 3), ()]), ("i,i->i", [(1,), (3,)]), ("i,i->", [(3,), (1,)]),
        ("ij,ij->j", [(1, 3), (2, 1)]), ("i,i,i->", [(3,), (3,), (3,)]), (",i->i", [(), (3,)]),
        ("...i,...i->...", [(2, 3), (3,)]), ("ij,...j->...", [(2, 3), (4, 3)]),
        ("i...,j->i", [(3,), (2,)]), ("ij,jk->ik", [(0, 3), (3, 2)]),
    ],
)  # fmt: skip
def test_einsum(text, shapes, ranks_known):
    check("numpy.einsum", text, *(RNG.normal(size=s) for s in shapes), ranks_known=ranks_known)


@both
def test_einsum_of_lists_of_axes(ranks_known):
    a, b = RNG.normal(size=(2, 3)), RNG.normal(size=(3, 4))
    check("numpy.einsum", a, [0, 1], b, [1, 2], [0, 2], ranks_known=ranks_known)
    check("numpy.einsum", a, [1, 0], ranks_known=ranks_known)
    check("numpy.einsum", a, [..., 0], b, [0, 5], [..., 5], ranks_known=ranks_known)


@both
def test_einsum_of_complex_numbers(ranks_known):
    a, b = RNG.normal(size=(2, 3)), RNG.normal(size=(3, 4)) + 1j
    check("numpy.einsum", "ij,jk->ik", a, b, ranks_known=ranks_known)
    check("numpy.einsum", "ij,jk,kl->il", a * 1j, b, b.T, optimize=True, ranks_known=ranks_known)
