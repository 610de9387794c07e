"""Arrays changed in place: views, aliases, helpers, loops, lists of arrays."""

import functools

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


@program(normal(5, 4), normal(4))
def set_row(A, v):
    B = A.copy()
    B[1] = v * B[2]
    B[2] = B[1] ** 2
    return np.sum(B * B * B)


@program(normal(5, 4), normal(5))
def set_col(A, v):
    B = A * 2.0
    B[:, 1] = v * B[:, 2]
    B[:, 2] *= B[:, 1]
    return np.sum(B**2)


@program(normal(6))
def mask_store(x):
    y = x.copy()
    y[y < 0] = 0.0
    y[x > 0.5] *= 3.0
    return np.sum(y**2)


@program(normal(6), normal(6))
def mask_store_array(x, z):
    y = x * z
    m = y < 0
    y[m] = z[m] ** 2
    y[~m] -= x[~m]
    return np.sum(y**2)


@program(normal(6))
def fancy_store(x):
    y = x.copy()
    idx = np.array([0, 3, 5])
    y[idx] = x[[1, 2, 4]] ** 2
    y[[1, 2]] += y[idx[:2]]
    return y @ y


@program(normal(6), normal(6))
def out_kw(x, z):
    y = np.empty_like(x)
    np.multiply(x, z, out=y)
    np.add(y, x, out=y)
    np.exp(y, out=y)
    return np.sum(y)


@program(normal(6), normal(6))
def out_kw_row(x, z):
    A = np.zeros((3, 6))
    np.multiply(x, z, out=A[1])
    np.sin(A[1], out=A[2])
    return np.sum(A**2)


@program(normal(5), normal(4))
def add_at(x, u):
    y = x.copy()
    np.add.at(y, [0, 0, 3, 1], u)
    np.subtract.at(y, [0, 2], x[:2] ** 2)
    return np.sum(y**3)


@program(normal(5), 0.7)
def filled(x, a):
    y = np.zeros(5)
    y.fill(a)
    y[1:3] = x[1:3] * a
    w = y[2:]
    w.fill(a * 2)
    return y @ x


@program(normal(5), normal(5))
def sorted_in_place(x, w):
    y = x.copy()
    y.sort()
    z = y[::-1]
    return z @ w + y[0]


@program(normal(4, 3), normal(3))
def swap_rows(A, v):
    B = A.copy()
    B[[0, 2]] = B[[2, 0]]
    B[1], B[3] = B[3].copy(), B[1].copy()
    return np.sum((B @ v) * np.arange(4.0) ** 2) + B[0, 0] ** 2


@program(normal(8), 0.3, 6)
def double_buffer(u, k, n):
    v = u.copy()
    u = u.copy()
    for _ in range(n):
        v[1:-1] = u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2])
        u, v = v, u
    return np.sum(u**2) + v[3]


@program(normal(8), 0.3, 6)
def ping_pong_copy(u, k, n):
    u = u.copy()
    new = np.empty_like(u)
    for _ in range(n):
        new[:] = u
        new[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
        u[:] = new
    return np.sum(u**2)


def scale(a, s):
    a *= s


def scale_and_return(a, s):
    a *= s
    return a


@program(normal(5), 1.3)
def helper_mutates(x, s):
    y = x + 1
    scale(y, s)
    scale(y[1:], s)
    return np.sum(y**2)


@program(normal(5), 1.3)
def helper_returns_alias(x, s):
    y = x + 1
    z = scale_and_return(y, s)
    z[0] = s
    return np.sum(y**2) + z[1]


def relax(u, k):
    for i in range(1, len(u) - 1):
        u[i] = (1 - k) * u[i] + k * 0.5 * (u[i - 1] + u[i + 1])


@program(normal(7), 0.6, 4)
def helper_mutates_in_loop(u, k, n):
    u = u.copy()
    for _ in range(n):
        relax(u, k)
    return np.sum(u**2)


@program(normal(7), 0.6, 4)
def helper_mutates_view_in_loop(u, k, n):
    u = u.copy()
    for _ in range(n):
        relax(u[1:], k)
    return np.sum(u**2)


@program(normal(4, 4))
def view_of_view(A):
    B = A.copy()
    r = B[1:3]
    s = r[0]
    t = s[1:]
    t[0] = s[0] * 2
    s *= 2
    r[1, :] = s
    return np.sum(B**2) + t.sum()


@program(normal(4, 4))
def transpose_store(A):
    B = A.copy()
    B.T[0] = B[0] * 2
    C = B.T
    C[1, 2] = 3 * C[0, 0]
    return np.sum(B * C)


@program(normal(6))
def flip_store(x):
    y = x.copy()
    f = y[::-1]
    f[0] = f[1] * f[2]
    y[0] = f[-1] * 3 + f[0]
    g = np.flip(y)
    g[1] *= 2
    return np.sum(y**2 * np.arange(6.0))


@program(normal(3, 4))
def reshape_view(A):
    B = A.copy()
    f = B.reshape(-1)
    f[5] = f[0] * f[1]
    return np.sum(B**2)


@program(normal(12))
def reshape_and_store(x):
    y = x.copy()
    M = y.reshape(3, 4)
    M[1] = M[0] * M[2]
    M[:, 0] += 1
    return np.sum(y**2 * np.arange(12.0))


@program(normal(4, 5))
def view_across_loop(A):
    B = A.copy()
    row = B[0]
    for i in range(1, 4):
        row += B[i] * B[0, 0]
    return np.sum(B**2) + row[1]


@program(normal(4, 5))
def rows_iterated(A):
    B = A.copy()
    for row in B:
        row *= row[0]
    return np.sum(B**2)


@program(normal(4, 5))
def rows_enumerated(A):
    B = A.copy()
    for i, row in enumerate(B):
        row[i] = row[0] * i
    return np.sum(B**2)


@refused(normal(5), normal(5), 1)
def conditional_alias(x, y, k):
    a, b = x.copy(), y.copy()
    c = a if k > 0 else b
    c[0] = 3.0 * c[1]
    return np.sum(a * b)


@program(normal(5), normal(5))
def conditional_alias_float(x, y):
    a, b = x * 2, y * 2
    c = a if x[0] > y[0] else b
    c[0] = 3.0 * c[1]
    return np.sum(c**2)


@program(normal(5), normal(5))
def store_under_if(x, y):
    a = x * 2
    if a[0] > 0:
        a[1:] = y[1:] * a[0]
    elif a[1] > 0:
        a[2] *= y[0]
    else:
        a += y
    return np.sum(a**2)


@program(normal(9))
def store_under_while(x):
    a = x.copy()
    i = 0
    while i < len(a) - 1 and abs(a[i]) < 5:
        a[i + 1] = a[i] * a[i + 1] + a[0]
        i += 1
    return np.sum(a**2)


@program(normal(9))
def store_and_break(x):
    a = x.copy()
    for i in range(1, 9):
        a[i] += np.sin(a[i - 1])
        if a[i] > 1.0:
            a[0] *= a[i]
            break
        a[i] *= 2
    return np.sum(a**2)


@program(normal(9))
def store_and_return(x):
    a = x.copy()
    for i in range(1, 9):
        a[i] += np.sin(a[i - 1])
        if a[i] > 1.2:
            a[0] *= a[i]
            return np.sum(a**3)
    return np.sum(a**2)


@program(normal(6))
def continue_store(x):
    a = x.copy()
    for i in range(6):
        if a[i] < 0:
            continue
        a[i] = a[i] ** 2 + a[i - 1]
    return np.sum(a**3)


def bump(a, k):
    a[0] = a[0] * k
    return a


@program(normal(4), 1.5)
def flight_add(x, k):
    y = x.copy()
    return np.sum(y + bump(y, k) * y)


@program(normal(4), 1.5)
def flight_args(x, k):
    y = x.copy()

    def g(a, b):
        return np.sum(a * b)

    return g(y, bump(y, k)) + np.sum(np.stack([y, bump(y, 2.0)]))


@program(normal(4), 1.5)
def flight_tuple(x, k):
    y = x.copy()
    a, b = y, bump(y, k)
    c = [y[1:], bump(y[1:], k)]
    return np.sum(a * b) + np.sum(c[0] ** 2)


@program(normal(4))
def default_aliases(x):
    y = x.copy()

    def g(a=y):
        return np.sum(a**2)

    h = functools.partial(lambda a, s: np.sum(a) * s, y)
    y[0] = y[1] * 3
    return g() + h(2.0)


@program(normal(4))
def method_held(x):
    y = x.copy()
    total = y.sum
    y[0] = y[1] * 3
    return total() * y[2]


@program(normal(4), 3)
def history_alias(x, n):
    u = x.copy()
    hist = []
    for _i in range(n):
        hist.append(u)
        u = u * 1.5
    return sum([np.sum(h**2) for h in hist])


@refused(normal(4), 3)
def history_alias_in_place(x, n):
    u = x.copy()
    hist = []
    for _i in range(n):
        hist.append(u)
        u *= 1.5
    return sum([np.sum(h**2) for h in hist])


@program(normal(4), 3)
def history_copies(x, n):
    u = x.copy()
    hist = [u.copy()]
    for _i in range(n):
        u[1:] += 0.3 * u[:-1] ** 2
        hist.append(u.copy())
    H = np.array(hist)
    return np.sum(H**2) + hist[1][2]


@refused(normal(4), 3)
def list_same_twice(x, n):
    z = x.copy()
    rows = []
    for _i in range(n):
        rows.append(z)
    rows[0][1] = 7.0 * rows[1][0]
    return sum([np.sum(h**2) for h in rows])


@refused(normal(4), 3)
def list_repeated(x, n):
    rows = [x.copy()] * n
    rows[0][1] = 7.0 * rows[1][0]
    return sum([np.sum(h**2) for h in rows])


@refused(normal(4), 3)
def list_then_store_to_name(x, n):
    rows = []
    for i in range(n):
        z = x * i
        rows.append(z)
    z[0] = 5.0
    return sum([np.sum(h**2) for h in rows])


@program(normal(4), 3)
def list_items_updated(x, n):
    rows = [x * i for i in range(n)]
    for i in range(1, n):
        rows[i][1:] += rows[i - 1][:-1] ** 2
        rows[i] *= rows[i - 1]
    return sum([np.sum(h**2) for h in rows])


@program([normal(3), normal(3), normal(3)], 2)
def list_param_dynamic_store(xs, k):
    xs[k][0] = xs[k - 1][1] ** 2
    xs[k - 1] += xs[k]
    return sum([np.sum(h**2) for h in xs])


@program([normal(3), normal(3), normal(3)])
def list_param_loop_store(xs):
    for i in range(1, len(xs)):
        xs[i][0] += xs[i - 1][1] ** 2
        xs[i] *= 2
    return sum([np.sum(h**2) for h in xs])


def sgd(ws, gs, lr):
    for i in range(len(ws)):
        ws[i] -= lr * gs[i]


@program([normal(3), normal(2)], [normal(3), normal(2)], 0.1)
def sgd_helper(ws, gs, lr):
    sgd(ws, gs, lr)
    sgd(ws, ws, lr)
    return sum(np.sum(w**2) for w in ws)


class Model:
    def __init__(self, w):
        self.w = w.copy()
        self.m = np.zeros_like(w)

    def step(self, g, lr):
        self.m *= 0.9
        self.m += g
        self.w -= lr * self.m


@program(normal(3), 0.1, 4)
def momentum(w, lr, n):
    model = Model(w)
    for _ in range(n):
        model.step(2 * model.w, lr)
    return np.sum(model.w**2)


@program(normal(5), 1.2)
def alias_loop(x, k):
    y = x.copy()
    z = y
    for i in range(4):
        z[i + 1] += k * y[i]
    return np.sum(y * z)


@refused(normal(5), 3)
def alias_rebound_in_loop(x, n):
    y = x.copy()
    z = y
    for i in range(n):
        z[i] = z[i] * y[4]
        z = z.copy()
    return np.sum(y * z)


@program(normal(5), 3)
def prev_cur(x, n):
    prev = x.copy()
    cur = prev * 2
    for _i in range(n):
        nxt = cur * 0.5 + prev
        prev, cur = cur, nxt
        prev[0] = cur[1]
    return np.sum(prev * cur)


@program(normal(5), 3)
def rotate_three(x, n):
    a, b, c = x.copy(), x * 2, np.zeros(5)
    for _i in range(n):
        c[:] = a + b * a[0]
        a, b, c = b, c, a
    return np.sum(a * b) + np.sum(c)


@program(normal(4, 4))
def while_store_view(A):
    B = A.copy()
    k = 0
    while k < 3:
        piv = B[k]
        rest = B[k + 1 :]
        rest -= np.outer(rest[:, k] / (piv[k] + 3), piv)
        k += 1
    return np.sum(B**2)


@program(normal(4, 4) + 4 * np.eye(4), normal(4))
def gauss(A, b):
    A = A.copy()
    x = b.copy()
    n = len(b)
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            x[[k, p]] = x[[p, k]]
        for i in range(k + 1, n):
            m = A[i, k] / A[k, k]
            A[i, k:] -= m * A[k, k:]
            x[i] -= m * x[k]
    for k in range(n - 1, -1, -1):
        x[k] = (x[k] - A[k, k + 1 :] @ x[k + 1 :]) / A[k, k]
    return np.sum(x**2)


@program(normal(4, 4) + 4 * np.eye(4))
def lu_doolittle(A):
    n = A.shape[0]
    L = np.eye(n)
    U = np.zeros((n, n))
    for i in range(n):
        for j in range(i, n):
            U[i, j] = A[i, j] - L[i, :i] @ U[:i, j]
        for j in range(i + 1, n):
            L[j, i] = (A[j, i] - L[j, :i] @ U[:i, i]) / U[i, i]
    return np.sum(L) + np.sum(np.diag(U) ** 2)


@program(normal(5, 3))
def gram_schmidt(V):
    Q = np.zeros_like(V)
    for j in range(V.shape[1]):
        v = V[:, j].copy()
        for i in range(j):
            v -= (Q[:, i] @ V[:, j]) * Q[:, i]
        Q[:, j] = v / np.sqrt(v @ v)
    return np.sum(Q * np.arange(15.0).reshape(5, 3))


@program(normal(6), 0.4, 5)
def jacobi_relax(f, w, n):
    u = np.zeros(len(f) + 2)
    for _ in range(n):
        old = u.copy()
        for i in range(1, len(u) - 1):
            u[i] = (1 - w) * old[i] + w * 0.5 * (old[i - 1] + old[i + 1] + f[i - 1])
    return u @ u


@program(normal(6, 6), 4)
def life_like(A, n):
    for _ in range(n):
        B = np.zeros_like(A)
        B[1:-1, 1:-1] = 0.25 * (A[:-2, 1:-1] + A[2:, 1:-1] + A[1:-1, :-2] + A[1:-1, 2:])
        A = np.tanh(B)
    return np.sum(A)


@program(normal(3), normal(3))
def neg_step(x, y):
    z = np.zeros(6)
    z[::-2] = x
    z[::2] += y[::-1]
    z[-1:-3:-1] *= x[:2]
    return np.sum(z**2 * np.arange(6))


@program(normal(5))
def nested_index_alias(x):
    y = x.copy()
    y[1:4][1] = 9.0 * y[0]
    y[1:][::2] *= 2
    y[[0, 1]][0] = 100.0
    return np.sum(y**2)


@program(normal(5))
def bool_scalar_index(x):
    y = x.copy()
    y[y > 100] = 5
    y[np.array([1, 1])] += 1.0
    return np.sum(y**2)


@program(normal(3, 3))
def diag_fill(A):
    B = A.copy()
    B[np.arange(3), np.arange(3)] = 1.0
    B[np.diag_indices(3)] *= 2.0
    np.fill_diagonal(B, A[0])
    return np.sum(B**2)


@program(normal(3, 4), normal(4))
def copyto(A, v):
    B = np.zeros((3, 4))
    np.copyto(B, A)
    np.copyto(B[1], v)
    B[...] = B * 2
    B[:] += 1
    return np.sum(B**2)


@program(normal(4))
def early_return_store(x):
    y = x.copy()
    if y[0] > 100:
        y[1] = 0
        return np.sum(y)
    y[1] = y[0] ** 2
    if y[1] < 0:
        return 0.0
    y[2] *= y[1]
    return np.sum(y**2)


@program(normal(2, 3, 4))
def higher_rank(T):
    U = T.copy()
    U[0] = U[1] * 2
    U[:, 1] += U[:, 2]
    U[..., 0] = 1.0
    U[1, :, 2] *= U[0, :, 3]
    V = U.transpose(2, 0, 1)
    V[0] = V[1] ** 2
    return np.sum(U**2)
