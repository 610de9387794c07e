"""Programs whose loops and calls are checkpointed: `checkpoint` is symdiff's, or does nothing."""

from __future__ import annotations

import math

import numpy as np

PROGRAMS = []


def case(*args):
    def note(function):
        PROGRAMS.append((function, args))
        return function

    return note


@case(0.3, 0.2, 5)
@case(0.3, 0.2, 0)
@case(0.3, 0.2, 1)
@case(0.3, 0.2, 40)
def a_branch_in_a_round(checkpoint, x, a, n):
    v = 1.0
    for i in checkpoint(range(n), keep=3):
        y = math.sin(x) * a
        x = x + 0.1 * y * v + 0.01 * i
        v = v * math.cos(y)
        if v > 0.9:
            v = v * y
    return x * v


@case(0.3, 17)
def steps_down(checkpoint, x, n):
    for i in checkpoint(range(n, 0, -2)):
        x = x * math.cos(x * i)
    return x


@case(0.3, 17)
def start_stop(checkpoint, x, n):
    for i in checkpoint(range(3, n), keep=2):
        x = math.sin(x * i) + x
    return x


@case(0.3, 17)
def keep_is_one(checkpoint, x, n):
    for i in checkpoint(range(n), keep=1):
        x = math.sin(x * i) + x
    return x


@case(0.3, 17, 30)
def keep_is_variable(checkpoint, x, n, k):
    for i in checkpoint(range(n), keep=k):
        x = math.sin(x * i) + x
    return x


@case(0.3, 30)
def breaks(checkpoint, x, n):
    s = 0.0
    for i in checkpoint(range(n)):
        x = math.sin(x * i) + x
        if x > 3.0:
            break
        s += x * x
    return x * s


@case(0.3, 30)
def returns(checkpoint, x, n):
    for i in checkpoint(range(n), keep=4):
        x = math.sin(x * i) + 1.1 * x
        if x > 8.0:
            return x * x
    return x


@case(0.3, 30)
def continues(checkpoint, x, n):
    s = 1.0
    for i in checkpoint(range(n), keep=4):
        if i % 3 == 0:
            continue
        x = math.sin(x * i) + x
        if x < 2:
            s *= x
            continue
        s += x
    return x * s


@case([0.1, 0.5, 0.7, 0.2, 0.9, 1.1], 0.4)
def over_a_list(checkpoint, xs, a):
    s = a
    for x in checkpoint(xs, keep=2):
        s = math.sin(s) * x + s * s
    return s


@case(np.linspace(0, 1, 9), 0.4)
def over_an_array(checkpoint, xs, a):
    s = a
    for x in checkpoint(xs):
        s = math.sin(s) * x + s * s
    return s


@case(np.linspace(0, 1, 12).reshape(4, 3), np.ones(3))
def over_rows(checkpoint, xs, a):
    s = a
    for row in checkpoint(xs):
        s = np.sin(s) * row + s * s
    return np.sum(s)


@case(np.linspace(0, 1, 9), 0.4)
def over_enumerate(checkpoint, xs, a):
    s = a
    for i, x in enumerate(checkpoint(xs, keep=3)):
        s = math.sin(s * i) * x + s * s
    return s


@case(np.linspace(0, 1, 9), 0.4)
def over_zip(checkpoint, xs, a):
    s = a
    for i, x in checkpoint(zip(range(3, 30, 2), xs), keep=3):
        s = math.sin(s * i) * x + s * s
    return s


@case(np.linspace(0, 1, 20), 0.4, 13)
def an_array_stored_into(checkpoint, u, k, steps):
    u = u.copy()
    for _ in checkpoint(range(steps)):
        u[1:-1] += k * u[1:-1] * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


@case(np.linspace(0, 1, 6), 13)
def whole_in_place(checkpoint, u, steps):
    u = u.copy()
    v = np.ones(6)
    for i in checkpoint(range(steps), keep=3):
        u *= np.cos(v)
        v += u * 0.1
        v[i % 6] = u[0] * u[1]
    return np.sum(u**2 * v)


@case(0.3, 12, 7)
def nested_outer_plain(checkpoint, x, n, m):
    s = 1.0
    for i in range(n):
        for j in checkpoint(range(m), keep=2):
            x = math.sin(x) + 0.1 * s * j
        s = s * math.cos(x) + i
    return x * s


@case(0.3, 12, 7)
def nested_inner_plain(checkpoint, x, n, m):
    s = 1.0
    for i in checkpoint(range(n), keep=2):
        for j in range(m):
            x = math.sin(x) + 0.1 * s * j
        s = s * math.cos(x) + i
    return x * s


@case(0.3, 12, 7)
def nested_both(checkpoint, x, n, m):
    s = 1.0
    for i in checkpoint(range(n), keep=2):
        for j in checkpoint(range(i, m), keep=3):
            x = math.sin(x) + 0.1 * s * j
            if x > 1.2:
                break
        s = s * math.cos(x) + i
    return x * s


@case(0.3, 12)
def inner_while(checkpoint, x, n):
    for _ in checkpoint(range(n), keep=2):
        y = x
        while y > 0.1:
            y = y * math.sin(y)
        x = x + y
    return x


@case(0.3, 12)
def list_carried(checkpoint, x, n):
    items = [x]
    for i in checkpoint(range(n), keep=3):
        items.append(math.sin(items[-1]) * items[i // 2])
    return sum(items)


@case(0.3, 12)
def pair_carried(checkpoint, x, n):
    p = (x, 1.0)
    d = {"a": x, "b": [x, 2.0]}
    for _ in checkpoint(range(n), keep=3):
        p = (p[1], p[0] * math.sin(p[1]))
        d["a"] = d["a"] * p[0] + d["b"][1]
        d["b"][1] = math.cos(d["a"])
    return p[0] * p[1] + d["a"] * d["b"][0] + d["b"][1]


def step(checkpoint, x, a, n):
    for _ in checkpoint(range(n), keep=3):
        x = x * a + math.sin(x)
    return x


@case(0.3, 0.8, 9)
def in_callee(checkpoint, x, a, n):
    return step(checkpoint, x, a, n) * step(checkpoint, a, x, 2 * n)


@case(0.3, 0.8, 9)
def calls_in_loop(checkpoint, x, a, n):
    for _ in checkpoint(range(n), keep=3):
        x = step(checkpoint, x, a, 4) * 0.1
    return x


@case(0.3, 9)
def undefined_before(checkpoint, x, n):
    for i in checkpoint(range(n), keep=3):
        if i == 0:
            y = x
        else:
            y = y * x
            y = y + i
        x = math.sin(y)
    return x


@case(np.linspace(0, 1, 20), 8)
def linear(checkpoint, u, n):
    for _ in checkpoint(range(n)):
        u = 2 * u + 1
    return np.sum(u)


@case(np.linspace(0, 1, 5), np.eye(5) * 0.3 + 0.1, 8)
def matrices(checkpoint, x, A, n):
    for _ in checkpoint(range(n)):
        h = np.tanh(A @ x)
        x = h + 0.1 * np.exp(-h)
    return np.sum(x)


@case(0.3, 6)
def prints(checkpoint, x, n):
    for i in checkpoint(range(n)):
        x = math.sin(x)
        print("round", i)
        assert x < 2
        if x > 2:
            raise ValueError("x")
    return x


@case(0.3, 6)
def named(checkpoint, x, n):
    rounds = checkpoint(range(n))
    for _ in rounds:
        x = math.sin(x) * len(rounds)
    return x + sum(checkpoint(range(n)))


@case(0.3, 6)
def a_comprehension(checkpoint, x, n):
    ys = [math.sin(x * i) for i in checkpoint(range(n))]
    return sum(ys)


@case(np.linspace(0, 1, 5), 6)
def a_with_statement(checkpoint, x, n):
    for _ in checkpoint(range(n)):
        with np.errstate(all="ignore"):
            x = np.sin(x) * x
    return np.sum(x)


@case(0.5, 8)
def loop_else(checkpoint, x, n):
    for _ in checkpoint(range(n)):
        x = math.sin(x) * x + 1
        if x < 0:
            break
    else:
        x = x * x
    return x


@case(np.linspace(0, 1, 5), 6)
def trajectory(checkpoint, x, n):
    ys = np.zeros((n, 5))
    for i in checkpoint(range(n)):
        x = np.sin(x) * x + 1
        ys[i] = x
    return np.sum(ys**2)


@case(np.linspace(0, 1, 5), 6)
def a_view_stored_into(checkpoint, x, n):
    x = x.copy()
    for _ in checkpoint(range(n)):
        v = x[1:3]
        v *= np.sin(x[0])
        x[0] = v[0] + v[1]
    return np.sum(x**2)


def layer(x, w):
    h = np.tanh(x * w)
    g = np.exp(-h * h)
    return h * g + x


@case(np.linspace(0, 1, 5), np.linspace(1, 2, 5))
def a_call(checkpoint, x, w):
    y = checkpoint(layer)(x, w)
    return np.sum(checkpoint(layer)(y, w) * w)


@case(np.linspace(0, 1, 5), np.linspace(1, 2, 5), 4)
def calls_in_loop2(checkpoint, x, w, n):
    for _ in range(n):
        x = checkpoint(layer)(x, w)
    return np.sum(x * w)


@case(0.3, 0.5)
def a_closure(checkpoint, x, w):
    p = {"w": w, "b": [w, 2.0]}

    def f(t):
        return math.sin(t * p["w"]) * p["b"][1] + w

    y = checkpoint(f)(x)
    return y * checkpoint(lambda t, q: t * q["w"] * math.exp(t) + q["b"][0])(x, p)


@case(0.3, 0.5)
def two_results(checkpoint, x, w):
    def f(t):
        return math.sin(t * w), (t * w, t)

    a, (b, c) = checkpoint(f)(x)
    return a * b + c * c


@case(0.3, 0.5, 7)
def loop_in_call(checkpoint, x, w, n):
    def f(t):
        for i in range(n):
            t = math.sin(t * w) + i
        return t

    return checkpoint(f)(x) * w + checkpoint(f)(w)


@case(0.3, 0.5, 7)
def nested_calls(checkpoint, x, w, n):
    def g(t):
        return math.sin(t * w) * checkpoint(f)(t)

    def f(t):
        return math.exp(t) * t

    for _ in checkpoint(range(n)):
        x = checkpoint(g)(x) * 0.1 + x
    return x


@case(0.3, 7)
def printing_call(checkpoint, x, n):
    def g(t):
        print("hello", n)
        return math.sin(t) * t

    return checkpoint(g)(x) * x


@case(np.linspace(0, 1, 5))
def in_place_call(checkpoint, x):
    def g(t):
        t = t.copy()
        t[1:] *= np.sin(t[:-1])
        return t

    y = checkpoint(g)(x)
    y[0] = 3.0 * y[1]
    return np.sum(y * checkpoint(g)(y))


@case(0.3)
def builtin_call(checkpoint, x):
    return checkpoint(math.sin)(x)


@case(np.linspace(0.1, 1, 4), np.linspace(1, 2, 4), 6)
def changed_after(checkpoint, x, w, n):
    w = w.copy()
    for _ in checkpoint(range(n), keep=2):
        x = np.sin(x * w) + x
    w[0] = 5.0
    w *= 2
    return np.sum(x * w)


@case(np.linspace(0.1, 1, 4), 9)
def passive_list(checkpoint, x, n):
    idx = []
    for i in checkpoint(range(n), keep=2):
        idx.append(i % 4)
        x = np.sin(x * x[idx[-1]]) + x * len(idx)
    return np.sum(x)


@case(0.3, 9)
def counter(checkpoint, x, n):
    k = 1
    flag = False
    for _ in checkpoint(range(n), keep=2):
        k = (k * 3 + 1) % 7
        if k > 3:
            flag = not flag
        x = math.sin(x * k) if flag else x * x + 0.1
    return x


@case(0.3, 9)
def optional(checkpoint, x, n):
    best = None
    for _ in checkpoint(range(n), keep=2):
        x = math.sin(3 * x) + 0.1
        if best is None or x > best:
            best = x
    return best * x


@case(0.3, 9)
def in_while(checkpoint, x, n):
    s = x
    while s < 8:
        for _ in checkpoint(range(n), keep=2):
            x = math.sin(3 * x) + 0.1
            s = s + x * x
            if s > 5:
                break
        s = s + 1
    return x * s


def rec(checkpoint, x, d):
    if d == 0:
        return x * x
    for _ in checkpoint(range(d), keep=2):
        x = math.sin(x) + rec(checkpoint, x, d - 1)
    return x


@case(0.3, 3)
def recursion(checkpoint, x, d):
    return rec(checkpoint, x, d) * x


@case(0.3, 0.4, 9)
def two_loops(checkpoint, x, y, n):
    for _ in checkpoint(range(n), keep=2):
        x = math.sin(x) + y
    for _ in checkpoint(range(n), keep=3):
        y = math.sin(y * x) + x
    for _ in range(n):
        x = x * math.cos(y)
    return x * y


@case(np.linspace(0.1, 1, 6), 7)
def swapped(checkpoint, u, n):
    u = u.copy()
    v = np.zeros(6)
    for _ in checkpoint(range(n), keep=2):
        v[1:-1] = np.sin(u[2:]) * u[:-2] + v[1:-1]
        u, v = v, u
    return np.sum(u * v)


@case(np.linspace(0.1, 1, 6), 7)
def masks(checkpoint, u, n):
    u = u.copy()
    for i in checkpoint(range(n), keep=2):
        m = u > 0.5
        u[m] = np.sin(u[m]) * 0.9
        u[~m] *= 1.5
        u[i % 6] += u[0]
    return np.sum(u**2)


@case(np.linspace(0.1, 1, 6), np.ones((6, 6)) * 0.1, 7)
def aliased(checkpoint, u, A, n):
    A = A.copy()
    row = A[2]
    for i in checkpoint(range(n), keep=2):
        row += np.sin(u)
        u = A @ u * 0.3
        A[i % 6, 1] = u[0]
    return np.sum(u**2) + A[2, 3]


class Body:
    def __init__(self, q, p):
        self.q, self.p = q, p

    def step(self, dt):
        self.p = self.p - dt * math.sin(self.q)
        self.q = self.q + dt * self.p


@case(0.3, 0.1, 11)
def objects(checkpoint, q, p, n):
    b = Body(q, p)
    for _ in checkpoint(range(n), keep=3):
        b.step(0.1)
    return b.q * b.p


@case(0.3, 11)
def lists_of_lists(checkpoint, x, n):
    g = [[x, 1.0], [2.0, x * x]]
    for i in checkpoint(range(n), keep=3):
        g[i % 2][0] = math.sin(g[1][1]) + g[0][1]
        g[1][i % 2] = g[0][0] * g[1][0]
    return g[0][0] * g[1][1] + g[0][1] * g[1][0]


@case([0.1, 0.5, 0.7, 0.2, 0.4, 0.8], 0.4)
def list_pops(checkpoint, xs, a):
    xs = list(xs)
    for _ in checkpoint(range(5), keep=2):
        v = xs.pop()
        a = math.sin(a * v) + v
        xs[0] = xs[0] * a
    return a * xs[0]


@case(0.3, 12)
def nonlocal_state(checkpoint, x, n):
    s = x

    def bump(t):
        nonlocal s
        s = s * math.cos(t) + t

    for i in checkpoint(range(n), keep=3):
        bump(x * i)
        x = x + 0.1 * s
    return s * x


@case(0.3, 12)
def target_after(checkpoint, x, n):
    for i in checkpoint(range(n), keep=3):
        x = math.sin(x * i) + x
        if x > 2.5:
            break
    return x * i


@case(0.3, 12)
def underscore(checkpoint, x, n):
    for _ in checkpoint(range(n), keep=3):
        x = math.sin(x * _) + x
    return x


@case(0.3, 12, 3)
def triple(checkpoint, x, n, m):
    for _ in checkpoint(range(n), keep=3):
        for j in checkpoint(range(m)):
            for k in checkpoint(range(j + 1), keep=1):
                x = math.sin(x * k) + x * 0.9
            x = x + 0.1 * j
    return x


@case(np.linspace(0.1, 1, 6), 7)
def int_arrays(checkpoint, u, n):
    order = np.arange(6)
    for i in checkpoint(range(n), keep=2):
        order = np.roll(order, 1)
        order[i % 6] = 3
        u = np.sin(u[order]) + u
    return np.sum(u)


@case(0.4, 7)
def early_inner_return(checkpoint, x, n):
    for i in checkpoint(range(n), keep=2):
        for j in range(4):
            x = math.sin(x) + 0.3
            if x * i > 4.5:
                return x * j
    return x


@case(np.linspace(0.1, 1, 8), 5)
def outs(checkpoint, u, n):
    buf = np.empty(8)
    for _ in checkpoint(range(n), keep=2):
        np.multiply(u, 2.0, out=buf)
        np.sin(buf, out=buf)
        u = u + buf * u
    return np.sum(u * buf)


@case(0.3, 9)
def kwargs_call(checkpoint, x, n):
    def f(t, *, a=2.0, **kw):
        return math.sin(t * a) * kw["b"]

    for i in checkpoint(range(n), keep=2):
        x = checkpoint(f)(x, b=x + i, a=1.5)
    return x


@case(np.linspace(0.1, 1, 8), 5)
def call_views(checkpoint, u, n):
    def f(a, b):
        c = a * b
        c[0] = np.sum(a)
        return c[::2], c.sum()

    y, s = checkpoint(f)(u, u[::-1])
    return np.sum(y) * s


@case(0.7, 3)
def call_raises(checkpoint, x, n):
    def f(t):
        if t < 0:
            raise ValueError("negative")
        return math.sqrt(t) * t

    for _ in checkpoint(range(n)):
        x = checkpoint(f)(x) + f(x)
    return x


@case(0.3, 0.1, 6)
def call_of_dicts(checkpoint, q, p, n):
    def step(s):
        return {"q": s["q"] + 0.1 * s["p"], "p": [s["p"] - 0.1 * math.sin(s["q"])]}

    s = {"q": q, "p": p}
    for _ in range(n):
        made = checkpoint(step)(s)
        s = {"q": made["q"], "p": made["p"][0]}
    return s["q"] * s["p"]
