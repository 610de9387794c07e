"""Everyday algorithms over arrays."""

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


@program(normal(5, 5), 0.3)
def sor(A, w):
    b = A[0] * 1.0
    x = np.zeros(5)
    D = A + 5 * np.eye(5)
    for _it in range(3):
        for i in range(5):
            sigma = 0.0
            for j in range(5):
                if j != i:
                    sigma += D[i, j] * x[j]
            x[i] += w * ((b[i] - sigma) / D[i, i] - x[i])
    return np.sum(x)


@program(normal(8))
def bubble(x):
    a = x.copy()
    n = len(a)
    swapped = True
    while swapped:
        swapped = False
        for i in range(1, n):
            if a[i - 1] > a[i]:
                a[i - 1], a[i] = a[i], a[i - 1]
                swapped = True
        n -= 1
    return np.sum(a * np.arange(8))


@program(normal(4, 4))
def row_swaps_in_loop(A):
    B = A.copy()
    for k in range(3):
        p = k + int(np.argmax(np.abs(B[k:, k])))
        if p != k:
            tmp = B[k].copy()
            B[k] = B[p]
            B[p] = tmp
        B[k + 1 :] -= np.outer(B[k + 1 :, k] / B[k, k], B[k])
    return np.sum(np.log(np.abs(np.diag(B))))


def fft_like(x):
    n = len(x)
    if n == 1:
        return x
    e, o = fft_like(x[::2]), fft_like(x[1::2])
    t = np.exp(-2j * np.pi * np.arange(n // 2) / n) * o
    return np.concatenate([e + t, e - t])


@program(normal(8))
def fft_by_hand(x):
    X = fft_like(x + 0j)
    return np.sum(np.abs(X) ** 2 * np.arange(8))


def quick(x):
    if len(x) < 2:
        return x
    p = x[0]
    return np.concatenate([quick(x[1:][x[1:] < p]), x[:1], quick(x[1:][x[1:] >= p])])


@program(normal(7))
def quicksort(x):
    return quick(x) @ np.arange(7.0)


def fill_rec(a, lo, hi):
    if hi - lo <= 1:
        a[lo] = a[lo] ** 2
        return
    m = (lo + hi) // 2
    fill_rec(a, lo, m)
    fill_rec(a, m, hi)
    a[lo] += a[m]


@program(normal(8))
def recursion_mutates(x):
    a = x.copy()
    fill_rec(a, 0, 8)
    return a[0]


@program(normal(6), 0.1, 7)
def adam(w, lr, n):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    w = w.copy()
    for t in range(1, n + 1):
        g = 2 * w + np.cos(w)
        m[:] = 0.9 * m + 0.1 * g
        v[...] = 0.99 * v + 0.01 * g**2
        mhat = m / (1 - 0.9**t)
        w -= lr * mhat / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return np.sum(w**2)


@program({"W": normal(3, 3), "b": normal(3)}, normal(3), 0.05, 4)
def train(params, x, lr, n):
    W, b = params["W"].copy(), params["b"].copy()
    for _ in range(n):
        h = np.tanh(W @ x + b)
        d = 2 * (h - x) * (1 - h**2)
        W -= lr * np.outer(d, x)
        b -= lr * d
    return np.sum((np.tanh(W @ x + b) - x) ** 2)


@program([normal(3, 3), normal(3, 3)], normal(3), 0.05, 3)
def train_list(Ws, x, lr, n):
    Ws = [W.copy() for W in Ws]
    for _ in range(n):
        hs = [x]
        for W in Ws:
            hs.append(np.tanh(W @ hs[-1]))
        d = hs[-1] - 1.0
        for i in reversed(range(len(Ws))):
            d = d * (1 - hs[i + 1] ** 2)
            g = np.outer(d, hs[i])
            d = Ws[i].T @ d
            Ws[i] -= lr * g
    h = x
    for W in Ws:
        h = np.tanh(W @ h)
    return np.sum(h)


@program(normal(4, 3), normal(4, 3), 0.01, 5)
def nbody(pos, vel, dt, n):
    pos, vel = pos.copy(), vel.copy()
    for _ in range(n):
        acc = np.zeros_like(pos)
        for i in range(len(pos)):
            for j in range(len(pos)):
                if i != j:
                    r = pos[j] - pos[i]
                    acc[i] += r / (np.sum(r**2) + 0.1) ** 1.5
        vel += dt * acc
        pos += dt * vel
    return np.sum(pos**2) + np.sum(vel**2)


@program(normal(5), 0.05, 4)
def rk4(y, h, n):
    def f(y):
        d = np.empty_like(y)
        d[0] = -y[0] * y[-1]
        for i in range(1, len(y)):
            d[i] = y[i - 1] - y[i] ** 2
        return d

    for _ in range(n):
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        k4 = f(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.sum(y)


@program(normal(10))
def moving_average(x):
    out = []
    for i in range(len(x) - 2):
        out.append(np.mean(x[i : i + 3]))
    return np.sum(np.array(out) ** 2) + max(out)


@program(normal(5) + 3.0, normal(6) - 3.0)
def edit_distance_soft(a, b):
    n, m = len(a), len(b)
    D = np.zeros((n + 1, m + 1))
    D[1:, 0] = np.cumsum(np.abs(a))
    D[0, 1:] = np.cumsum(np.abs(b))
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            D[i, j] = min(
                D[i - 1, j] + abs(a[i - 1]),
                D[i, j - 1] + abs(b[j - 1]),
                D[i - 1, j - 1] + (a[i - 1] - b[j - 1]) ** 2,
            )
    return D[-1, -1]


@program(normal(4, 4) + 5 * np.eye(4), normal(4))
def power_iteration(A, v):
    for _ in range(6):
        v = A @ v
        v /= np.sqrt(v @ v)
    return v @ A @ v


@program(normal(3), normal(3))
def viterbi(a, b):
    score = a.copy()
    back = np.zeros((4, 3), dtype=int)
    for t in range(4):
        cand = score[:, None] + np.outer(b, b)
        back[t] = np.argmax(cand, axis=0)
        score = cand[back[t], np.arange(3)]
    return score.max() + score[back[-1][0]]


@refused(normal(6))
def while_shrinking_view(x):
    y = x.copy()
    v = y
    while len(v) > 1:
        v[0] += v[-1]
        v = v[:-1]
    return np.sum(y**2)


@refused(normal(6))
def view_advances(x):
    y = x.copy()
    v = y
    for _i in range(3):
        v[0] *= v[1]
        v = v[1:]
    return np.sum(y**2)


@program(normal(6))
def cond_view_store(x):
    y = x.copy()
    v = y[:3] if x[0] > 0 else y[3:]
    v *= 2
    return np.sum(v**2)


@program(normal(6))
def cond_same_recipe(x):
    if x[0] > 0:
        y = x * 2
        v = y[1:]
    else:
        y = x * 3
        v = y[1:]
    v *= 2
    return np.sum(v**2) + np.sum(y)


@program(normal(6))
def store_in_both(x):
    y = x.copy()
    v = y[2:]
    if x[0] > 0:
        v[0] = 1.0
    else:
        y[3] *= 2
    return np.sum(v**2) + np.sum(y)


@program(normal(2, 6))
def loop_over_two_views(A):
    B = A.copy()
    a, b = B
    for i in range(5):
        a[i + 1] += b[i] * 0.5
        b[i] -= a[i]
    return np.sum(B**2) + a[1]


@program(normal(4), 3)
def nonlocal_array(x, n):
    y = x.copy()

    def step():
        nonlocal y
        y = y * 1.1
        y[0] += 1.0

    def poke():
        y[1] *= 2

    for _ in range(n):
        step()
        poke()
    return np.sum(y**2)


@program(normal(4), 5)
def queue(x, n):
    q = [x[0], x[1]]
    s = 0.0
    for i in range(n):
        h = q.pop(0)
        s += h**2
        q.append(h * x[i % 4])
    return s + q[0]


@program(normal(3, 4))
def ellipsis_and_newaxis_store(A):
    B = np.zeros((3, 1, 4))
    B[:, 0, :] = A
    B[..., 0] = A[:, :1]
    B[1, ..., 2:] += A[2, 2:]
    return np.sum(B**2)


@program(normal(5), 2)
def int_power_loop(x, n):
    P = np.eye(5)
    M = np.outer(x, x)
    while n > 0:
        if n % 2:
            P = P @ M
        M = M @ M
        n //= 2
    return np.trace(P)


@program(normal(6))
def try_finally_where(x):
    with np.errstate(all="ignore"):
        y = np.where(x > 0, np.log(x), x)
        y[0] = 1.0
    return np.sum(y)


@program(normal(3))
def tuple_of_arrays_state(x):
    s = (x, x * 2)
    for _i in range(3):
        a, b = s
        s = (b + a * 0.1, a)
    return np.sum(s[0] * s[1])


@program(normal(3))
def dict_state(x):
    s = {"p": x.copy(), "v": np.zeros(3)}
    for _i in range(3):
        s["v"] -= 0.1 * s["p"]
        s["p"] = s["p"] + s["v"]
    return np.sum(s["p"])


@refused(normal(3), True)
def flags(x, deep):
    y = x.copy() if deep else x
    y[0] = 2.0
    return np.sum(x * y)
