"""Arrays in containers, their kinds and shapes, builtins and loops over them."""

import functools
import math
import random
from dataclasses import dataclass

import numpy as np

RNG = np.random.default_rng(7)
PROGRAMS = []
REFUSED = []


def program(*args, wrt=None):
    """Note a program, with its arguments and the positions of those to differentiate."""

    def note(function):
        PROGRAMS.append((function, args, floats(args) if wrt is None else wrt))
        return function

    return note


def refused(*args):
    """Note a program whose memory can't be followed."""

    def note(function):
        REFUSED.append((function, args))
        return function

    return note


def floats(args):
    """The positions of what is not passive."""
    passive = (int, str)
    return tuple(
        i
        for i, a in enumerate(args)
        if not isinstance(a, passive) and getattr(a, "dtype", np.dtype(float)).kind == "f"
    )


def normal(*shape):
    return RNG.normal(size=shape)


@program(normal(4), normal(4, 4))
def appended_arrays(x, A):
    hs = []
    h = x
    for _i in range(3):
        h = np.tanh(A @ h)
        hs.append(h)
    return sum(np.sum(h**2) for h in hs) + hs[1][0]


@program(normal(4), 4)
def appended_then_indexed(x, n):
    hs = [x]
    for i in range(n):
        hs.append(np.sin(hs[-1]) * hs[i // 2])
    return np.sum(hs[-1] * hs[1])


@program(normal(4), 4)
def appended_stacked(x, n):
    hs = []
    for i in range(n):
        hs.append(x * i)
    M = np.array(hs)
    return np.sum(M**2)


@program(normal(4), 4)
def list_of_arrays_mutated(x, n):
    hs = []
    for _ in range(n):
        hs.append(np.zeros(4))
    for i in range(n):
        hs[i][1] = x[i] * 2
        hs[i] += x
    return sum([h @ h for h in hs])


@program(normal(4))
def list_alias(x):
    y = x.copy()
    rows = [y, x * 2]
    y[0] = 5.0 * y[1]
    rows[0][1] = rows[1][0] * y[2]
    return np.sum(y * rows[0]) + np.sum(rows[1])


@program(normal(4))
def dict_alias(x):
    d = {"a": x.copy(), "b": np.zeros(4)}
    d["b"][:] = d["a"] * 2
    v = d["b"]
    v[1] *= d["a"][0]
    d["a"] += v
    return np.sum(d["a"] * d["b"])


@dataclass
class P:
    w: np.ndarray
    b: float


@program(P(normal(3), 0.4), normal(3))
def dataclass_params(p, x):
    q = P(p.w * 2, p.b**2)
    q.w[0] = q.b
    return np.sum(q.w * x) * p.b


@program(
    {
        "layers": [{"w": normal(3, 3), "b": normal(3)}, {"w": normal(3, 3), "b": normal(3)}],
        "s": 0.3,
    },
    normal(3),
)
def nested_params(params, x):
    for layer in params["layers"]:
        x = np.tanh(layer["w"] @ x + layer["b"])
    return np.sum(x) * params["s"]


@program([normal(3), normal(3), normal(3)])
def list_of_arrays_param(xs):
    total = 0.0
    for i in range(len(xs)):
        total += xs[i] @ xs[i - 1]
    return total


@program([normal(3), normal(3), normal(3)])
def list_param_mutated(xs):
    for x in xs:
        x *= 2.0
    xs[0][1] = xs[1][0]
    xs[2] = xs[0] * xs[1]
    return np.sum(xs[2] ** 2) + np.sum(xs[0])


@program((normal(3), (normal(2), 0.5)))
def tuple_param(t):
    a, (b, c) = t
    return np.sum(a) * np.sum(b**2) * c


@program(normal(3), 3)
def scalar_then_array(x, n):
    s = 0.0
    for i in range(n):
        s = s + x * i
    return np.sum(s**2)


@program(normal(3), 0)
def scalar_then_array_zero(x, n):
    s = 1.0
    for i in range(n):
        s = s + x * i
    return np.sum(s * x)


@program(normal(3), 3)
def sum_builtin_rows(x, n):
    return np.sum(sum(x * i for i in range(n)) ** 2)


@program(normal(3), 4)
def changing_shape(x, n):
    y = x
    for i in range(n):
        y = np.concatenate([y, x * i])
    return np.sum(y**2)


@program(normal(8))
def halving_shape(x):
    while len(x) > 1:
        x = x[::2] * x[1::2]
    return x[0]


@program(normal(3), 0)
def zero_trip(x, n):
    y = x.copy()
    for i in range(n):
        y[i] = 0.0
    return np.sum(y**2)


@program(normal(3))
def branch_not_assigned(x):
    y = x * 2
    if y[0] > 100:
        z = y * 3
        y = z
    return np.sum(y**2)


@program(normal(4, 1), normal(3))
def outer_bc(a, b):
    return np.sum(a * b) + np.sum((a + b) ** 2)


@program(normal(1), normal(3))
def len_one(a, b):
    return np.sum(a * b**2)


@program(normal(3), normal(1))
def len_one_second(a, b):
    return np.sum(a * b**2)


@program(normal(3, 1), normal(1, 4))
def outer_bc2(a, b):
    c = a * b
    c += a
    c -= b * a
    c *= b
    c /= 2 + a**2
    return np.sum(c**2)


@program(np.array(0.7), normal(3))
def zero_d(a, b):
    return np.sum(a * b) * a


@program(normal(0), 0.5)
def empty(a, b):
    return np.sum(a * b) + b**2


@program(normal(5))
def newaxis(x):
    D = x[:, None] - x[None, :]
    return np.sum(D**2 * np.arange(5)) + np.sum(x[np.newaxis] * x[::-1, None])


@program(normal(5), np.arange(5), np.array([True, False, True, True, False]))
def passive_arrays(x, i, m):
    return np.sum(x * i) + np.sum(x[m] ** 2) + np.sum(x[i[::-1]] * i) + np.sum(x * m)


@program(normal(3, 4).astype(np.float32), normal(4).astype(np.float32))
def float32(A, v):
    B = A * v
    B[0] *= 2
    return np.sum(B * B * 0.5) + B.mean()


@program(normal(6, 8)[::2, ::-2], normal(4))
def noncontiguous(A, v):
    A[0] = v
    return np.sum((A @ v) ** 2)


@program(normal(3, 4).T, normal(4))
def fortran(A, v):
    return np.sum((A.T @ v) ** 2)


K, WEIGHTS = normal(4), np.array([1.0, 2.0, 3.0, 4.0])


@program(normal(4))
def module_array(x):
    return np.sum(x * K) + K[0]


@program(normal(4))
def default_array(x, w=WEIGHTS):
    return np.sum(x**2 * w)


def split_sum(x):
    if len(x) == 1:
        return x[0] ** 2
    m = len(x) // 2
    return split_sum(x[:m]) * 0.5 + split_sum(x[m:])


@program(normal(8))
def recursion(x):
    return split_sum(x)


def merge_tanh(x):
    if len(x) <= 1:
        return x
    m = len(x) // 2
    a, b = merge_tanh(x[:m]), merge_tanh(x[m:])
    return np.concatenate([np.tanh(a) * b[0], b])


@program(normal(7))
def recursion_arrays(x):
    return np.sum(merge_tanh(x))


@program(normal(4, 3), normal(4))
def zip_rows(A, v):
    s = 0.0
    for r, c in zip(A, v):
        s += c * np.sum(r**2)
    return s


@program(normal(4, 3))
def comp_rows(A):
    return (
        sum([r @ r for r in A])
        + max(float(r[0]) for r in A)
        + sum(x * y for x, y in zip(A[0], A[1]))
    )


@program(normal(4))
def builtins_on_arrays(x):
    return sum(x) * max(x) + min(x) + abs(x).sum() + len(x) * float(x[0]) + sum(abs(v) for v in x)


@program(normal(5))
def where_prog(x):
    return np.sum(np.where(x > 0, np.sqrt(np.abs(x)), x**2)) + np.where(x[0] > 0, x[0], x[1])


@program(normal(5))
def comparison_chain(x):
    s = 0.0
    for v in x:
        if -1 < v < 1:
            s += v**2
        elif 0 < v <= 2 or v > 3:
            s += v
    return s + np.sum(x[(x > -1) & (x < 1)])


@program(np.abs(normal(4)) + 2)
def while_any(x):
    n = 0
    while np.any(x > 1.0) and n < 20:
        x = np.sqrt(x) * 0.9
        n += 1
    return np.sum(x)


@program(np.abs(normal(4)) + 2)
def while_max(x):
    while x.max() > 1.0:
        x = x / 2
    return np.sum(x**2)


@program(normal(4))
def math_on_elements(x):
    return math.sin(x[0]) * math.exp(x[1]) + math.hypot(x[2], x[3]) + math.sqrt(x[0] ** 2 + 1)


@program(normal(4), normal(4))
def complexes(a, b):
    z = a + 1j * b
    w = z * z.conj() + np.exp(z)
    return np.sum(np.abs(w)) + np.sum(w.real * w.imag)


@program(normal(4))
def row_shape(x):
    return np.sum(x * 2, keepdims=True)[0]


def bump(a, k):
    a[0] = a[0] * k
    return a


@refused(normal(4))
def shuffled(x):
    y = x.copy()
    np.random.seed(3)
    np.random.shuffle(y)
    return np.sum(y * np.arange(4))


@refused(normal(4))
def random_shuffled(x):
    y = x.copy()
    random.shuffle(y)
    return np.sum(y * np.arange(4))


@program(normal(4))
def splits(x):
    y = x.copy()
    a, b = np.split(y, 2)
    a[0] = b[1] * 3
    return np.sum(a * b)


@program(normal(4))
def splits_base(x):
    y = x.copy()
    a, b = np.split(y, 2)
    a[0] = b[1] * 3
    return np.sum(y * b[0])


@program(normal(4))
def put_place(x):
    y = x.copy()
    np.put(y, [0, 2], x[1:3])
    np.place(y, y < -100, 3.0)
    np.putmask(y, y > 0, 0.5)
    return np.sum(y**2)


@program(normal(3), 2.0)
def kw_call(x, k=2.0, *, m=3):
    return np.sum(x * k) * m


@program(normal(3))
def repeated_store(x):
    y = np.zeros(3)
    y[[0, 0, 1]] = x
    return np.sum(y**2)


@program(normal(3))
def repeated_augmented(x):
    y = np.zeros(3)
    y[[0, 0, 1]] += x
    y[[1, 1]] *= x[:2]
    return np.sum(y**2)


@program(normal(4))
def unpack(x):
    a, b, *c = x
    d, e, f, g = x * 2
    return a * b + sum(c) + d * g


@program(normal(2, 2))
def unpack2(A):
    (a, b), (c, d) = A
    r, s = A
    return a * d - b * c + np.sum(r * s)


@program(normal(6))
def chunks(x):
    s = 0.0
    for i in range(0, len(x), 2):
        s += x[i : i + 2] @ x[i : i + 2][::-1]
    return s


@program(normal(3), normal(3, 3))
def walrus(x, A):
    while (n := np.sum(x**2)) > 0.5:
        x = 0.5 * x
    if (m := np.max(np.abs(A))) > 0.1:
        A = A / m
    return n + np.sum(A @ x)


@program(normal(4))
def reduce_fn(x):
    import_free = functools.reduce(lambda a, b: a * b + 1, x)
    return import_free


@program(normal(4))
def mapped(x):
    return sum(map(lambda v: v**2, x)) + np.sum(np.array(list(map(math.sin, x))))


@program(normal(4), normal(4))
def dot_via_zip(x, y):
    return sum(a * b for a, b in zip(x, y)) + sum(x[i] * y[-i] for i in range(len(x)))


@program(normal(4))
def sorted_builtin(x):
    return sorted(x)[1] * 2 + sorted(x, key=lambda v: -v)[0]


@program(normal(4))
def enumerate_rev(x):
    s = 0.0
    for i, v in enumerate(reversed(x)):
        s = s * 0.5 + v * i
    for i in reversed(range(4)):
        s += x[i] ** i
    return s


@program(normal(3, 3))
def nested_loops(A):
    n, m = A.shape
    B = np.zeros((m, n))
    for i in range(n):
        for j in range(m):
            if i == j:
                continue
            B[j, i] = A[i, j] ** 2
            if B[j, i] > 2:
                break
        else:
            B[i, i] = 1.0 + A[i, i]
    return np.sum(B * A)


@program(normal(3))
def conditional_kind(x):
    y = 0.0
    if x[0] > -100:
        y = x * 2
    return np.sum(y * y)


@program(normal(3), 1)
def scalar_or_array(x, k):
    y = x[0] if k > 3 else x
    y = y * 2
    y += 1.0
    return np.sum(y**2)


@program(normal(3))
def optional_none(x):
    best = None
    for v in x:
        if best is None or v > best:
            best = v
    return best**2


@program(normal(3))
def dict_loop(x):
    d = {}
    for k in ("a", "b"):
        d[k] = x * (1 if k == "a" else 2)
    for _, v in d.items():
        v[0] = 3.0 * v[1]
    return sum(np.sum(v**2) for v in d.values())


@program(normal(4))
def int_float_mix(x):
    n = x.shape[0]
    w = np.arange(n) / n
    c = np.ones(n, dtype=int)
    c[1] = 3
    return np.sum(x**2 * w * c) / n + np.sum(x**c)


@program(np.float64(0.7), np.float64(1.5))
def np_scalars(a, b):
    return np.sin(a) * b + np.exp(a * b)


@program(0.7, normal(3))
def stack_scalars(a, x):
    v = np.array([a, a**2, x[0]])
    v[1] *= a
    M = np.array([[a, 1.0], [0.0, x[1]]])
    return v @ x + np.sum(M @ M)


@program(normal(3))
def astype_and_dtype(x):
    y = x.astype(float)
    z = np.zeros(3, dtype=x.dtype)
    z += y
    return np.sum(z.astype(np.float64) ** 2)


@program(normal(5))
def cumul(x):
    c = np.cumsum(x)
    c[1:] -= c[:-1].copy() * 0.5
    return np.sum(c**2)


@program(normal(5))
def overlap(x):
    y = x.copy()
    y[1:] = y[:-1]
    y[:-1] += y[1:]
    y[::2] *= y[1::2].sum()
    return np.sum(y**2 * np.arange(5))


@program(normal(3))
def self_store(x):
    y = x.copy()
    y[:] = y[::-1]
    y += y
    y *= y
    y -= y[0]
    y /= y[1] + 10
    y **= 2
    return np.sum(y)


@program(normal(3))
def self_row(x):
    A = np.outer(x, x)
    A[0] += A[0]
    A[1] *= A[1]
    A -= A[2]
    A[:, 0] += A[0, 0]
    return np.sum(A)
