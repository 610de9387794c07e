"""ht: derivatives in all parameters of the pose, and of each point in its own two of the surface.

Two columns hold all derivatives in the surface's parameters, since each point depends on its own
only: they are those in one shift of all.
"""

from __future__ import annotations

import numpy as np

import symdiff
from benchmarks.gradbench import eval as gradbench
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.ht import distances, surface_distances
from benchmarks.gradbench.verify import TOLERANCE, same, slope

of_pose = symdiff.jacobian(distances, argnums=0, mode="forward")
of_both = symdiff.jacobian(surface_distances, argnums=(0, 1), mode="forward")
NO_SHIFT = np.zeros(2)


def objective(theta, us, hand, measured, triangles):
    if len(us):
        return surface_distances(theta, NO_SHIFT, us, *hand, *measured, triangles)
    return distances(theta, *hand, *measured)


def jacobian(theta, us, hand, measured, triangles):
    """Rows of errors; columns of us, where there are any, then theta."""
    if len(us):
        pose, shift = of_both(theta, NO_SHIFT, us, *hand, *measured, triangles)
        return np.concatenate([shift, pose], axis=2).reshape(-1, 2 + len(theta))
    return of_pose(theta, *hand, *measured).reshape(-1, len(theta))


def make(size):
    kind, number = size
    folder = gradbench.DATA / "hand" / kind
    (path,) = folder.glob(f"hand{number}_*.txt")
    lines = path.read_text().splitlines()
    count = int(lines[0].split()[0])
    rows = [[float(word) for word in line.split()] for line in lines[1:] if line.strip()]
    measured, rows = rows[:count], rows[count:]
    us, rows = (rows[:count], rows[count:]) if kind.startswith("complicated") else ([], rows)
    return {
        "theta": [row[0] for row in rows],
        "us": us,
        "data": {
            "model": model(folder / "model"),
            "correspondences": [int(row[0]) for row in measured],
            "points": [row[1:] for row in measured],
        },
    }


def model(folder):
    """The hand, as GradBench describes it: bones, and vertices with the weights of their bones."""

    def cells(name):
        return [line.split(":") for line in (folder / name).read_text().split()]

    bones = cells("bones.txt")
    transforms = np.array([row[2:34] for row in bones], float).reshape(-1, 2, 4, 4)
    vertices = cells("vertices.txt")
    positions = np.array([[*row[:3], 1.0] for row in vertices], float)
    weights = np.zeros((len(vertices), len(bones)))
    for v, row in enumerate(vertices):
        for bone, weight in zip(row[9::2], row[10::2], strict=True):
            weights[v, int(bone)] = float(weight)
    return {
        "bone_count": len(bones),
        "bone_names": [row[0] for row in bones],
        "parents": [int(row[1]) for row in bones],
        "base_relatives": transforms[:, 0].tolist(),
        "inverse_base_absolutes": transforms[:, 1].tolist(),
        "base_positions": positions.tolist(),
        "weights": weights.tolist(),
        "triangles": [[int(cell) for cell in row] for row in cells("triangles.txt")],
        "is_mirrored": False,
    }


def arguments(given):
    data = given["data"]
    hand = data["model"]
    names = ("parents", "base_relatives", "inverse_base_absolutes", "base_positions", "weights")
    arrays = [np.array(hand[name]) for name in names]
    measured = np.array(data["correspondences"]), np.array(data["points"])
    mirror = -1.0 if hand["is_mirrored"] else 1.0
    us = np.array(given["us"]).reshape(-1, 2)
    return np.array(given["theta"]), us, (*arrays, mirror), measured, np.array(hand["triangles"])


def verify(args, found):
    """Each column against differences; those of us by moving the parameters of all points."""
    theta, us, *rest = args
    columns = 2 if len(us) else 0
    for column, told in enumerate(found.T):
        if column < columns:
            expected = slope(lambda u: objective(theta, u, *rest), [us], [np.eye(2)[column]], 1e-2)
        else:
            along = np.eye(len(theta))[column - columns]
            expected = slope(lambda t: objective(t, us, *rest), [theta], [along], 1e-3)
        same(told, expected.ravel(), TOLERANCE)


EVALS = [
    Eval(
        name="ht",
        sizes=[
            (kind, number)
            for kind in ("simple_small", "simple_big", "complicated_small", "complicated_big")
            for number in (1, 3, 5, 7)
        ],
        quick=[("simple_small", 1), ("complicated_big", 1)],
        make=make,
        arguments=arguments,
        primal=Task("objective", objective, lambda found: found.ravel().tolist()),
        derivative=Task("jacobian", jacobian, np.ndarray.tolist),
        how="differences, column by column",
        verify=verify,
    )
]
