"""Rows of lists of lists are objects with names of their own: right under each, or refused."""

import math

import pytest

import symdiff


def row_named_before(xs):
    N = len(xs)
    M = [[0.0] * N for _ in range(N)]
    row = M[1]
    M[1][0] = xs[0] * xs[1]
    return row[0] * xs[1]


def row_named_in_the_loop(xs):
    N = len(xs)
    M = [[0.0] * N for _ in range(N)]
    t = 0.0
    for i in range(N):
        row = M[i]
        M[i][0] = xs[0] * xs[1]
        t += row[0] * xs[1]
    return t


def row_that_grows(xs):
    N = len(xs)
    M = [[0.0] * N for _ in range(N)]
    row = M[1]
    M[1].append(xs[0] * xs[1])
    return row[-1] * xs[1]


def row_added_to(xs):
    N = len(xs)
    M = [[0.0] * N for _ in range(N)]
    row = M[1]
    M[1][0] += xs[0] * xs[1]
    return row[0] * xs[1]


def shallow_copy(xs):
    N = len(xs)
    M = [[x] * N for x in xs]
    K = M[:]
    M[1][0] = xs[0] * xs[1]
    return K[1][0] * xs[1]


def row_looped_over(xs):
    N = len(xs)
    M = [[x] * N for x in xs]
    t = 0.0
    for row in M:
        M[0][1] = xs[0] * xs[1]
        t += row[1]
    return t


def row_of_the_round_before(xs):
    N = len(xs)
    M = [[x] * N for x in xs]
    row = [0.0] * N
    t = 0.0
    for i in range(N):
        M[0][1] = xs[0] * xs[1] * i
        t += row[1] * xs[1]
        row = M[0]
    return t


def row_changed_by_a_helper(xs):
    N = len(xs)
    M = [[x] * N for x in xs]

    def sh(m):
        for i in range(len(m)):
            m[i][0] = m[i][1] * m[i][1]

    row = M[1]
    sh(M)
    return row[0] + M[2][0]


def rows_listed_again(xs):
    M = [[x] * 3 for x in xs]
    K = [row for row in M]
    M[0][1] = xs[0] * xs[1]
    return K[0][1]


def row_stored_elsewhere(xs):
    M = [[x, x] for x in xs]
    a = M[0]
    b = M[1]
    M[0] = b
    M[0][1] = xs[2] * xs[2]
    return b[1] * xs[0] + a[1]


def one_row_many_times(xs):
    N = len(xs)
    r = [0.0] * N
    M = [r for _ in range(N)]
    M[0][1] = xs[0] ** 2
    return M[2][1] * xs[1]


def row_appended_twice(xs):
    N = len(xs)
    M = []
    for _i in range(N):
        r = [0.0] * N
        M.append(r)
        M.append(r)
    M[0][1] = xs[0] ** 2
    return M[1][1] * xs[1]


def list_added_to_itself(xs):
    N = len(xs)
    M = [[0.0] * 3 for _ in range(N)]
    M = M + M
    M[0][1] = xs[0] ** 2
    return M[N][1] * xs[1]


def row_of_the_row_before(xs):
    N = len(xs)
    M = [[x] * 3 for x in xs]
    for i in range(1, N):
        M[i] = M[i - 1]
        M[i][1] = xs[i] ** 2
    return M[0][1] * xs[1]


def cholesky(xs):
    N = len(xs)
    A = [[x * (i + 1) + j * j for j, x in enumerate(xs)] for i in range(N)]
    L = [[0.0] * N for _ in range(N)]
    for j in range(N):
        s = 0.0
        for k in range(j):
            s += L[j][k] ** 2
        L[j][j] = math.sqrt(abs(A[j][j] + 10 - s))
        for i in range(j + 1, N):
            s = 0.0
            for k in range(j):
                s += L[i][k] * L[j][k]
            L[i][j] = (A[i][j] - s) / L[j][j]
    return sum(L[i][i] for i in range(N)) + L[N - 1][0]


def exchanged_and_read(xs):
    N = len(xs)
    M = [[x] * N for x in xs]
    r0 = M[0]
    for i in range(N):
        M[i], M[0] = M[0], M[i]
    return M[0][0] + M[1][0] * xs[1] + r0[1]


def copy_of_a_row(xs):
    N = len(xs)
    M = [[x] * N for x in xs]
    row = [y * 2 for y in M[0]]
    for i in range(1, N):
        M[i][0] = row[1] * M[i][1]
    return M[2][0] + row[0]


def elimination_with_pivoting(xs):
    n = len(xs)
    A = [[x * (i + 1) + math.cos(3 * i * j) for j, x in enumerate(xs)] for i in range(n)]
    b = [x * x for x in xs]
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(A[i][k]) > abs(A[p][k]):
                p = i
        A[k], A[p] = A[p], A[k]
        b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            f = A[i][k] / A[k][k]
            for j in range(k, n):
                A[i][j] -= f * A[k][j]
            b[i] -= f * b[k]
    x = [0.0] * n
    for i in range(n - 1, -1, -1):
        s = b[i]
        for j in range(i + 1, n):
            s -= A[i][j] * x[j]
        x[i] = s / A[i][i]
    return sum(v * v for v in x)


def rows_exchanged_by_hand(xs):
    n = len(xs)
    A = [[x * (i + 1) + math.cos(3 * i * j) for j, x in enumerate(xs)] for i in range(n)]
    for k in range(n - 1):
        if abs(A[k + 1][k]) > abs(A[k][k]):
            tmp = A[k]
            A[k] = A[k + 1]
            A[k + 1] = tmp
        for i in range(k + 1, n):
            f = A[i][k] / A[k][k]
            for j in range(k, n):
                A[i][j] -= f * A[k][j]
    return A[n - 1][n - 1]


def rows_built_and_copied(xs):
    n = len(xs)
    M = []
    for i in range(n):
        row = []
        for j in range(n):
            row.append(xs[i] * xs[j])
        M.append(row)
    for i in range(n):
        M[i][i] += 1.0
    K = [r[:] for r in M]
    for i in range(n):
        for j in range(n):
            K[i][j] *= M[j][i]
    return sum(sum(r) for r in K)


def edit_distance(xs):
    n = len(xs)
    D = [[0.0] * (n + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        D[i][0] = i * 1.0
    for i in range(1, n + 1):
        for j in range(1, n + 1):
            D[i][j] = abs(xs[i - 1] - xs[j - 1]) + min(D[i - 1][j], D[i][j - 1], D[i - 1][j - 1])
    return D[n][n] + D[n][0] * xs[0]


def history(xs):
    n = len(xs)
    prev = [0.0] * n
    hist = []
    for i in range(n):
        cur = prev[:]
        cur[i] = xs[i] * xs[0]
        hist.append(cur)
        prev = cur
    hist[0][1] = xs[1]
    return hist[-1][0] + hist[0][1]


def stencil_into_new_lists(xs):
    n = len(xs)
    grid = [[x * j for j in range(4)] for x in xs]
    for _step in range(3):
        new = [[0.0] * 4 for _ in range(n)]
        for i in range(n):
            for j in range(4):
                new[i][j] = 0.5 * grid[i][j] + 0.25 * grid[i - 1][j] + 0.25 * grid[(i + 1) % n][j]
        grid = new
    return grid[0][1] + grid[1][2]


def two_buffers_exchanged(xs):
    n = len(xs)
    a = [[x, x] for x in xs]
    b = [[0.0, 0.0] for x in xs]
    for _step in range(3):
        for i in range(n):
            b[i][0] = a[i][1] * a[i - 1][0]
            b[i][1] = a[i][0]
        a, b = b, a
    return a[0][0] + b[1][1]


def buckets(xs):
    n = len(xs)
    buckets = [[] for _ in range(3)]
    for i in range(n):
        buckets[i % 3].append(xs[i] * xs[i])
    buckets[0].append(xs[1])
    t = 0.0
    for b in buckets:
        if len(b) > 0:
            t += sum(b) / len(b)
    return t


def rows_that_grow(xs):
    N = len(xs)
    M = [[x] * 3 for x in xs]
    for i in range(1, N):
        M[i][1] = xs[i] ** 2
        M[0].append(xs[i])
        M[0].extend([xs[i]])
        M[1].insert(0, xs[0])
        t = 1.0
        M[2] += [xs[0]]
    return M[0][4] * xs[1] * t + M[1][0] + M[2][0]


def rows_appended(xs):
    n = len(xs)
    M = []
    for i in range(n):
        row = []
        for j in range(n):
            row.append(xs[i] * xs[j])
        M.append(row)
    M[1][1] += 1.0
    return M[1][1]


REFUSED = [
    row_named_before,
    row_named_in_the_loop,
    row_that_grows,
    row_added_to,
    shallow_copy,
    row_looped_over,
    row_of_the_round_before,
    row_changed_by_a_helper,
    rows_listed_again,
    row_stored_elsewhere,
    one_row_many_times,
    row_appended_twice,
    list_added_to_itself,
    row_of_the_row_before,
]
RIGHT = [
    cholesky,
    exchanged_and_read,
    copy_of_a_row,
    elimination_with_pivoting,
    rows_exchanged_by_hand,
    rows_built_and_copied,
    edit_distance,
    history,
    stencil_into_new_lists,
    two_buffers_exchanged,
    buckets,
    rows_that_grow,
    rows_appended,
]


@pytest.mark.parametrize("function", REFUSED)
def test_another_name_of_a_row_that_has_changed_is_not_read(function):
    with pytest.raises(symdiff.SymdiffError, match="row"):
        symdiff.grad(function)([1.0, 2.0, 3.0])


@pytest.mark.parametrize("function", RIGHT)
def test_rows_that_are_objects_of_their_own_are_changed(function):
    xs = [1.0, 2.5, 3.0]
    value, gradient = symdiff.value_and_grad(function)(xs)
    assert value == function(xs)
    for i, derivative in enumerate(gradient):
        h = 1e-6
        up, down = ([*xs[:i], xs[i] + s, *xs[i + 1 :]] for s in (h, -h))
        slope = (function(up) - function(down)) / (2 * h)
        assert derivative == pytest.approx(slope, rel=1e-6, abs=1e-7)
