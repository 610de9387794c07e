"""The order of units within layers, with few crossings: barycentres (Sugiyama et al. 1981)."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence

SWEEPS = 12

Link = tuple[int, float, int, float]
"""Unit and relative height of its end, on the left and on the right, of a piece of an edge."""


def ordered(layers: Sequence[Sequence[int]], links: Sequence[Link]) -> list[list[int]]:
    """The layers, each in an order with few crossings. Every link joins neighbouring layers."""
    after: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    before: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for a, up, b, down in links:
        after[a].append((b, down))
        before[b].append((a, up))
    layer_of = {unit: i for i, layer in enumerate(layers) for unit in layer}
    between: defaultdict[int, list[Link]] = defaultdict(list)
    for link in links:
        between[layer_of[link[0]]].append(link)
    now = [list(layer) for layer in layers]
    best, least = [list(layer) for layer in now], _crossings(now, between)
    for sweep in range(SWEEPS):
        if not least:
            break
        forward = sweep % 2 == 0
        place = _places(now)
        for i in range(len(now)) if forward else range(len(now) - 1, -1, -1):
            sides = before if forward else after
            wanted = {}
            for unit in now[i]:
                ends = [place[other] + offset for other, offset in sides[unit]]
                wanted[unit] = sum(ends) / len(ends) if ends else place[unit]
            now[i].sort(key=lambda unit: wanted[unit])
            place.update({unit: float(at) for at, unit in enumerate(now[i])})
        crossings = _crossings(now, between)
        if crossings < least:
            best, least = [list(layer) for layer in now], crossings
    return best


def _places(layers: Sequence[Sequence[int]]) -> dict[int, float]:
    return {unit: float(at) for layer in layers for at, unit in enumerate(layer)}


def _crossings(layers: Sequence[Sequence[int]], between: dict[int, list[Link]]) -> int:
    place = _places(layers)
    total = 0
    for i in range(len(layers) - 1):
        ends = sorted((place[a] + up, place[b] + down) for a, up, b, down in between[i])
        seen: list[float] = []
        for _, end in ends:
            total += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return total
