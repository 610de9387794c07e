"""ba: a sparse matrix: a block of 2 x 15 for each observation, and one number for each weight."""

from __future__ import annotations

import numpy as np
from numba import njit

import symdiff
from benchmarks.gradbench import eval as gradbench
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.ba import errors, reprojection, weight_error
from benchmarks.gradbench.verify import TOLERANCE, same, slope

CAMERA, POINT = 11, 3
ACTIVE = CAMERA + POINT + 1

block = symdiff.jacobian(reprojection, argnums=tuple(range(ACTIVE)))
of_weight = symdiff.grad(weight_error)


@njit
def jacobian(cameras, points, weights, features, observed):
    """Compressed rows: where each begins, its columns, and its values."""
    n = len(observed)
    before_points = CAMERA * len(cameras)
    before_weights = before_points + POINT * len(points)
    rows = np.empty(3 * n + 1, np.int32)
    columns = np.empty((2 * ACTIVE + 1) * n, np.int32)
    values = np.empty((2 * ACTIVE + 1) * n)
    rows[0] = 0
    at = 0
    for i in range(n):
        camera, point = observed[i, 0], observed[i, 1]
        c, x = cameras[camera], points[point]
        both = block(
            c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10],
            x[0], x[1], x[2], weights[i], features[i, 0], features[i, 1],
        )  # fmt: skip
        for k in range(2):
            partials = both[k]
            for j in range(ACTIVE):
                values[at + j] = partials[j]
            for j in range(CAMERA):
                columns[at + j] = CAMERA * camera + j
            for j in range(POINT):
                columns[at + CAMERA + j] = before_points + POINT * point + j
            columns[at + CAMERA + POINT] = before_weights + i
            at += ACTIVE
            rows[2 * i + k + 1] = at
    for i in range(n):
        values[at] = of_weight(weights[i])
        columns[at] = before_weights + i
        at += 1
        rows[2 * n + i + 1] = at
    return rows, columns, values


def make(name):
    """ADBench's file: one camera, one point and one observation, all others are the same."""
    (path,) = (gradbench.DATA / "ba").glob(f"ba{name}_*.txt")
    counts, camera, point, weight, feature = path.read_text().strip().split("\n")
    n, m, p = (int(count) for count in counts.split())
    one = {
        name: [float(number) for number in line.split()]
        for name, line in (("cam", camera), ("x", point), ("feat", feature))
    }
    return {"n": n, "m": m, "p": p, **one, "w": float(weight)}


def arguments(given):
    n, m, p = given["n"], given["m"], given["p"]
    at = np.arange(p)
    observed = np.stack([at % n, at % m], axis=1)
    cameras, points = np.tile(given["cam"], (n, 1)), np.tile(given["x"], (m, 1))
    return cameras, points, np.full(p, given["w"]), np.tile(given["feat"], (p, 1)), observed


def verify(args, found):
    """The matrix times a direction, against differences of all errors along it."""
    rng = np.random.default_rng(20)
    blurred = [a * (1 + 1e-3 * rng.standard_normal(a.shape)) for a in args[:3]]
    blurred[0][0, :3] = 0.0  # where the rotation has its branch
    for at in (args[:3], blurred):
        rows, columns, values = found if at is args[:3] else jacobian(*at, *args[3:])
        along = [np.abs(a) * 1e-3 * rng.standard_normal(a.shape) for a in at]
        flat = np.concatenate([a.ravel() for a in along])
        told = np.add.reduceat(values * flat[columns], rows[:-1])

        def both(*at):
            return np.concatenate([part.ravel() for part in errors(*at, *args[3:])])

        same(told, slope(both, at, along, 1e-1), TOLERANCE)


def errors_as_json(found):
    reprojected, weighted = found
    count = len(weighted)
    return {
        "reproj_error": {"elements": reprojected[0].tolist(), "repeated": count},
        "w_err": {"element": float(weighted[0]), "repeated": count},
    }


def jacobian_as_json(found):
    return dict(zip(("rows", "cols", "vals"), (part.tolist() for part in found), strict=True))


EVALS = [
    Eval(
        name="ba",
        sizes=[1, 2, 3, 5, 8],
        quick=[1],
        make=make,
        arguments=arguments,
        primal=Task("objective", errors, errors_as_json),
        derivative=Task("jacobian", jacobian, jacobian_as_json),
        how="differences along a random direction, also of blurred data",
        verify=verify,
    )
]
