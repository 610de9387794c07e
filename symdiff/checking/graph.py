"""Walks over expression graphs."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.checking.number import Symbolic


def in_order(roots: Iterable[Symbolic]) -> list[Symbolic]:
    """The graph below the roots, every node after its arguments."""
    seen: set[int] = set()
    found: list[Symbolic] = []
    for root in roots:
        stack = [(root, False)]
        while stack:
            top, done = stack.pop()
            if done:
                found.append(top)
            elif id(top) not in seen:
                seen.add(id(top))
                stack.append((top, True))
                stack.extend((a, False) for a in top.args if isinstance(a, Symbolic))
    return found


def tree_size(root: Symbolic) -> int:
    """How many nodes the expression has when written out as a tree."""
    size: dict[int, int] = {}
    for n in in_order([root]):
        size[id(n)] = 1 + sum(size[id(a)] for a in n.args if isinstance(a, Symbolic))
    return size[id(root)]
