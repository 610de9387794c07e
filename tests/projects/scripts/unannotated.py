import math
def grid_sum(grid, i, j, x):
    return grid[i][j] * x + grid[0][0]
#: grid_sum([[1.0, 2.0], [3.0, 4.0]], 1, 0, 0.5)

def grid_all(grid, x):
    s = 0.0
    for i in range(len(grid)):
        for j in range(len(grid[0])):
            s += grid[i][j] ** 2 * x
    return s
#: grid_all([[1.0, 2.0], [3.0, 4.0]], 0.5)

def listed(ys, x):
    p = list(ys)
    p[0] = p[0] * x
    return sum(p)
#: listed([1.0, 2.0], 0.5)

def filtered(xs):
    return sum(filter(lambda v: v > 0, xs))
#: filtered([1.0, -2.0, 3.0])

def mapped(xs):
    return max(map(abs, xs))
#: mapped([1.0, -2.0, -3.0])

def starred(x, v):
    w = (0.0, *v)
    return sum(a * x for a in w)
#: starred(0.5, [1.0, 2.0])

def pairs_loop(pairs, x):
    t = 0.0
    for a, b in pairs:
        t += a * math.sin(b * x)
    return t
#: pairs_loop([(1.0, 2.0), (3.0, 4.0)], 0.5)
#: pairs_loop([[1.0, 2.0], [3.0, 4.0]], 0.5)

def pairs_gen(pairs, x):
    return sum(a * math.sin(b * x) for a, b in pairs)
#: pairs_gen([(1.0, 2.0), (3.0, 4.0)], 0.5)

def smallest(xs, y):
    return min(xs) * y + max(xs)
#: smallest([1.0, 2.0], 0.5)

def smallest_two(x, y):
    return min(x, y) * max(x, 0.0)
#: smallest_two(0.4, 0.5)

def helper(vs, k):
    return sum(v * k for v in vs)

def passes(vs, k):
    return helper(vs, k) + helper(vs[1:], 2.0)
#: passes([1.0, 2.0], 0.5)

def helper_n(n, x):
    t = 0.0
    for _ in range(n):
        t += x
    return t
def passes_n(x, n):
    return helper_n(n, x)
#: passes_n(0.5, 3)

def passes_kw(x, k):
    return helper_n(x=x, n=k)
#: passes_kw(0.5, 3)

def norm(v):
    return math.sqrt(sum(c * c for c in v))
#: norm([3.0, 4.0])

def dot(u, v):
    return sum(a * b for a, b in zip(u, v))
#: dot([1.0, 2.0], [3.0, 4.0])

def matvec(M, v):
    return [dot(row, v) for row in M]
def energy(M, v):
    return dot(v, matvec(M, v))
#: energy([[1.0, 2.0], [2.0, 5.0]], [0.5, 0.7])

def rows(M):
    total = 0.0
    for row in M:
        total += norm(row)
    return total
#: rows([[1.0, 2.0], [2.0, 5.0]])

def sumrows(M):
    return sum(sum(row) for row in M)
#: sumrows([[1.0, 2.0], [2.0, 5.0]])

def flat(M):
    return math.prod(x for row in M for x in row)
#: flat([[1.0, 2.0], [2.0, 5.0]])

def first_last(xs):
    a, *rest = xs
    return a * sum(rest)
#: first_last([1.0, 2.0, 5.0])

def unpacked(p):
    x, y, z = p
    return x * y + z
#: unpacked([1.0, 2.0, 5.0])
#: unpacked((1.0, 2.0, 5.0))

def indexed_twice(state, dt):
    x, v = state[0], state[1]
    return x + v * dt
#: indexed_twice([1.0, 2.0], 0.1)
#: indexed_twice((1.0, 2.0), 0.1)

def mortgage(loan, rate, years):
    months = years * 12
    balance = loan
    for m in range(months):
        balance = balance * (1 + rate / 12) - 10.0
    return balance
#: mortgage(1000.0, 0.05, 2)

def sliced(ys):
    zs = ys[:]
    zs[0] *= 2.0
    return sum(zs)
#: sliced([1.0, 2.0])

def while_stack(xs):
    t = 0.0
    k = 0
    while k < len(xs):
        t += xs[k]
        k += 2
    return t
#: while_stack([1.0, 2.0, 4.0])

def truth(xs, y):
    if not xs:
        return y
    return y * xs[0]
#: truth([2.0], 3.0)

def fsum_of(xs):
    return math.fsum(xs) / len(xs)
#: fsum_of([2.0, 5.0])

def dist_of(p, q):
    return math.dist(p, q)
#: dist_of([2.0, 5.0], [1.0, 3.0])

def sorted_mid(xs):
    s = sorted(xs)
    return s[len(s) // 2]
#: sorted_mid([2.0, 5.0, 1.0])

def enum_idx(xs, x):
    return sum(c * x ** i for i, c in enumerate(xs))
#: enum_idx([2.0, 5.0, 1.0], 0.3)

def callme(f, x):
    return f(x) * x

def get_opts(opts, x):
    scale = opts.get("scale", 2.0)
    if "shift" in opts:
        x = x + opts["shift"]
    return x * scale
#:wrt=x get_opts({"scale": 3.0, "shift": 1.0}, 0.3)

def items_of(opts, x):
    t = 0.0
    for k, v in opts.items():
        t += v * x
    return t
#:wrt=x items_of({"scale": 3.0, "shift": 1.0}, 0.3)

def nested_dict(p, x):
    return p["a"]["b"] * x + p["c"][0] * p["c"][1]
#: nested_dict({"a": {"b": 3.0}, "c": [1.0, 2.0]}, 0.3)

def dict_pairs(weights, x):
    for w, b in weights["hidden"]:
        x = math.tanh(w * x + b)
    return x
#: dict_pairs({"hidden": [(1.0, 2.0), (0.4, 0.3)]}, 0.3)

def attr_self(p, x):
    return p.a * x
class _P:
    a = 3.0
#:wrt=x attr_self(_P(), 0.3)

def strings(kind, x):
    if kind == "sq":
        return x * x
    return x
#:wrt=x strings("sq", 0.3)

def method_list(xs):
    ys = xs.copy()
    ys.append(1.0)
    return sum(y * y for y in ys)
#: method_list([2.0, 5.0])

def extends(xs, y):
    out = [y]
    out.extend(xs)
    out += xs
    return sum(out)
#: extends([2.0, 5.0], 3.0)

def comp(xs, k):
    ys = [x * k for x in xs if x > 0]
    return ys[0] + len(ys)
#: comp([2.0, -5.0], 3.0)

def star_args(x, *coeffs):
    return sum(c * x ** i for i, c in enumerate(coeffs))
#: star_args(2.0, 3.0, 4.0)

def kw(x, **params):
    return x * params["a"] + params["b"]
#:wrt=x kw(2.0, a=3.0, b=4.0)

def index_by(xs, i):
    return xs[i] * 2.0 + xs[-1]
#: index_by([2.0, 5.0], 1)

def in_helper(f, df, x0):
    x = x0
    for _ in range(3):
        x = x - f(x) / df(x)
    return x
def newton(a, x0):
    return in_helper(lambda x: x * x - a, lambda x: 2 * x, x0)
#: newton(2.0, 1.0)

def triple(pts):
    return sum(x * y * z for x, y, z in pts)
#: triple([(1.0, 2.0, 3.0), (2.0, 1.0, 4.0)])

def enum_pairs(pts):
    return sum(i * x * y for i, (x, y) in enumerate(pts))
#: enum_pairs([(1.0, 2.0), (2.0, 1.0)])

def poly_pts(pts):
    n = len(pts)
    return sum(pts[i][0] * pts[(i + 1) % n][1] for i in range(n))
#: poly_pts([(1.0, 2.0), (2.0, 1.0), (4.0, 3.0)])

def bool_flag(x, flag):
    return x * x if flag else x
#:wrt=x bool_flag(2.0, True)

def count(x, n):
    out = 1.0
    while n > 0:
        out *= x
        n -= 1
    return out
#:wrt=x count(2.0, 3)

def pops_rows(rows, x):
    todo = list(rows)
    t = 0.0
    while todo:
        a, b = todo.pop()
        t += a * b * x
    return t
#: pops_rows([[1.0, 2.0], [3.0, 4.0]], 2.0)

def rest_rows(rows, x):
    first, *rest = rows
    return sum(r[0] * x for r in rest) * first[1] + rest[-1][1]
#: rest_rows([[1.0, 2.0], [3.0, 4.0], [5.0, 2.0]], 2.0)
