"""kmeans: the sum of the squared distances of points from the centroids nearest to them."""

from __future__ import annotations

import numpy as np
from numba import njit

SUMS = {"reassoc", "contract"}  # sums may be added up in another order


@njit(fastmath=SUMS)
def nearest(point, centroids):
    least = np.inf
    at = 0
    for j in range(len(centroids)):
        distance = 0.0
        for l in range(len(point)):
            distance += (point[l] - centroids[j, l]) ** 2
        if distance < least:
            least = distance
            at = j
    return at


@njit(fastmath=SUMS)
def cost(points, centroids):
    n, d = points.shape
    total = 0.0
    for i in range(n):
        j = nearest(points[i], centroids)
        for l in range(d):
            total += (points[i, l] - centroids[j, l]) ** 2
    return total
