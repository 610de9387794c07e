"""Derivatives in C++ and C of GradBench itself, which are not run here: seconds of primal and
derivative, medians on a machine of the same kind (g++ -O3, one thread)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.gradbench.running import Row

BY_HAND, TAPENADE = "C++", "Tapenade"

MEASURED: dict[str, dict[tuple[str, str], tuple[float, float]]] = {
    BY_HAND: {
        ("lse", "2500"): (1.40e-5, 1.04e-5),
        ("lse", "40000"): (2.13e-4, 1.48e-4),
        ("lse", "640000"): (3.49e-3, 2.45e-3),
        ("llsq", "1024"): (1.05e-4, 2.15e-4),
        ("llsq", "16392"): (1.72e-3, 3.44e-3),
        ("det", "5"): (7.61e-7, 3.71e-6),
        ("det", "7"): (3.43e-5, 2.21e-4),
        ("det", "9"): (2.18e-3, 1.99e-2),
        ("kmeans", "10, 1000, 8"): (2.09e-5, 2.48e-5),
        ("kmeans", "100, 10000, 8"): (2.01e-3, 2.36e-3),
        ("kmeans", "1000, 10000, 8"): (1.96e-2, 2.26e-2),
        ("gmm", "2, 5"): (7.61e-5, 1.18e-4),
        ("gmm", "10, 25"): (1.45e-3, 2.72e-3),
        ("gmm", "64, 25"): (1.22e-2, 4.39e-2),
        ("ba", "1"): (7.34e-4, 4.32e-3),
        ("ba", "3"): (4.34e-3, 5.70e-2),
        ("lstm", "2, 1024"): (1.27e-3, 8.02e-3),
        ("lstm", "4, 4096"): (1.02e-2, 1.07e-1),
        ("ht", "complicated_big, 1"): (1.73e-3, 8.71e-3),
    },
    TAPENADE: {
        ("gmm", "2, 5"): (6.13e-5, 2.21e-4),
        ("gmm", "10, 25"): (1.38e-3, 3.27e-3),
        ("gmm", "64, 25"): (1.18e-2, 4.80e-2),
        ("ba", "1"): (7.89e-4, 1.06e-2),
        ("ba", "3"): (4.45e-3, 8.25e-2),
        ("lstm", "2, 1024"): (1.30e-3, 4.36e-3),
        ("lstm", "4, 4096"): (9.86e-3, 3.47e-2),
        ("ht", "complicated_big, 1"): (1.65e-3, 1.44e-1),
    },
}


def beside(rows: Sequence[Row]) -> list[Row]:
    """The rows with what is known of these."""
    made = []
    for row in rows:
        seconds = dict(row.seconds)
        for name, known in MEASURED.items():
            if seconds and (row.eval, row.size) in known:
                seconds[f"{name} primal"], seconds[name] = known[row.eval, row.size]
        made.append(replace(row, seconds=seconds))
    return made
