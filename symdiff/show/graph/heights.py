"""Where the units of each layer stand: as level with their neighbours as their order allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

SWEEPS = 16

Link = tuple[int, float, int, float, float]
"""Unit and height of its end, on the left and on the right, and the weight of being level."""


def heights(
    layers: Sequence[Sequence[int]],
    height: Sequence[float],
    gap: Callable[[int, int], float],
    links: Sequence[Link],
) -> list[float]:
    """The top of each unit. Units of a layer keep their order and `gap` between them."""
    sides: defaultdict[int, tuple[list[tuple[int, float, float]], list[tuple[int, float, float]]]]
    sides = defaultdict(lambda: ([], []))
    for a, up, b, down, weight in links:
        sides[b][0].append((a, up - down, weight))
        sides[a][1].append((b, down - up, weight))
    top = [0.0] * len(height)
    for layer in layers:
        at = 0.0
        for i, unit in enumerate(layer):
            at += gap(layer[i - 1], unit) if i else 0.0
            top[unit] = at
            at += height[unit]
    for sweep in range(SWEEPS):
        order = layers if sweep % 2 == 0 else layers[::-1]
        for layer in order:
            wanted, weights = [], []
            for unit in layer:
                before, after = sides[unit]
                ends = (before or after) if sweep % 2 == 0 else (after or before)
                if sweep >= SWEEPS - 4:
                    ends = before + after
                total = sum(w for _, _, w in ends)
                mean = sum((top[o] + shift) * w for o, shift, w in ends) / total if total else None
                wanted.append(top[unit] if mean is None else mean)
                weights.append(total or 0.1)
            for unit, at in zip(layer, _apart(layer, wanted, weights, height, gap), strict=True):
                top[unit] = at
    least = min(top, default=0.0)
    return [at - least for at in top]


def _apart(
    layer: Sequence[int],
    wanted: Sequence[float],
    weights: Sequence[float],
    height: Sequence[float],
    gap: Callable[[int, int], float],
) -> list[float]:
    """The tops nearest to those wanted, in least squares, that keep units apart: pool adjacent
    violators (Barlow et al. 1972)."""
    offsets, at = [], 0.0
    for i, unit in enumerate(layer):
        if i:
            at += height[layer[i - 1]] + gap(layer[i - 1], unit)
        offsets.append(at)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, count = want - offset, weight, 1
        while pools and pools[-1][0] > mean:
            before, heavy, many = pools.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, count = heavy + total, many + count
        pools.append((mean, total, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
