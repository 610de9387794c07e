"""hello: the square and its derivative; the second derivative is verified besides."""

from __future__ import annotations

import symdiff
from benchmarks.gradbench.eval import Eval, Task
from benchmarks.gradbench.programs.hello import square
from benchmarks.gradbench.verify import same

double = symdiff.grad(square)
twice = symdiff.grad(double)


def verify(args, derivative):
    (x,) = args
    same(derivative, 2 * x)
    same(twice(x), 2.0)


EVALS = [
    Eval(
        name="hello",
        sizes=[3.0],
        quick=[3.0],
        make=lambda x: x,
        arguments=lambda x: (float(x),),
        primal=Task("square", square, float),
        derivative=Task("double", double, float),
        how="closed form, also of the second derivative",
        verify=verify,
    )
]
