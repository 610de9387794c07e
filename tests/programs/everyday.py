"""Everyday code: containers, dicts, counters, strings and small helpers around a few numbers."""

import functools
import itertools
import math
import operator
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque

RATES = {"eur": 1.0, "usd": 1.08, "gbp": 0.86}
BRACKETS = [(10_000, 0.1), (30_000, 0.2), (70_000, 0.35)]


def income_tax(income, allowance):
    """Progressive tax: each bracket taxes what lies in it."""
    taxable = max(0.0, income - allowance)
    tax, lower = 0.0, 0.0
    for upper, rate in BRACKETS:
        if taxable > upper:
            tax += (upper - lower) * rate
            lower = upper
        else:
            tax += (taxable - lower) * rate
            break
    else:
        tax += (taxable - lower) * 0.45
    return tax


def basket(price, discount):
    """A shopping basket by category."""
    totals = defaultdict(float)
    for category, factor in [("food", 1.0), ("books", 2.5), ("food", 0.5), ("toys", 3.0)]:
        totals[category] += price * factor
    totals["books"] *= 1 - discount
    return sum(totals.values()) - 0.1 * max(totals.values())


def grouped_mean(a, b, c):
    groups = {}
    for key, value in zip("xyxyx", (a, b, c, a * b, b * c)):
        groups.setdefault(key, []).append(value)
    means = {key: sum(values) / len(values) for key, values in groups.items()}
    return means["x"] * means["y"]


def moving_average(xs, width):
    """The largest mean over a sliding window."""
    window = deque(maxlen=width)
    best = -math.inf
    for x in xs:
        window.append(x)
        if len(window) == width:
            best = max(best, sum(window) / width)
    return best


def round_robin(a, b, c):
    queue = deque([a, b, c])
    total = 0.0
    for k in range(7):
        queue.rotate(1)
        head = queue.popleft()
        total += head * 0.9**k
        queue.append(head * 0.5 + 0.1)
    return total


def convert(amount, fee):
    """Through three currencies, each with a fee."""
    for source, target in itertools.pairwise(["eur", "usd", "gbp", "eur"]):
        amount = amount / RATES[source] * RATES[target] * (1 - fee)
    return amount


def polynomial_table(x):
    powers = {k: x**k for k in range(5)}
    powers[2] -= powers.pop(4)
    powers.update({5: math.sin(x)})
    factors = [(0, 1.0), (1, -2.0), (2, 0.5), (4, 9.0), (5, 3.0)]
    return sum(c * powers.get(k, 0.0) for k, c in factors)


def letter_frequencies(weight):
    counts = Counter("mississippi")
    return sum(weight**n / n for n in counts.values())


def pairwise_distances(xs):
    return sum(abs(a - b) ** 1.5 for a, b in itertools.combinations(xs, 2))


def determinant_by_permutations(a, b, c, d):
    rows = ((a, b, 1.0), (c, d, a), (2.0, b, d))
    total = 0.0
    for p in itertools.permutations(range(3)):
        inversions = sum(1 for i, j in itertools.combinations(range(3), 2) if p[i] > p[j])
        total += (-1) ** inversions * math.prod(rows[i][p[i]] for i in range(3))
    return total


def settings(gain, offset):
    defaults = {"gain": 1.0, "offset": 0.0, "clip": 5.0}
    options = ChainMap({"gain": gain}, {"offset": offset, "gain": 7.0}, defaults)
    return min(options["clip"], options["gain"] * 2.0 + options["offset"])


def ledger(deposit, rate):
    """An ordered account book: the first entry is forgotten, the last doubled."""
    book = OrderedDict(jan=deposit, feb=deposit * rate, mar=deposit * rate**2)
    book.move_to_end("jan")
    book.popitem(last=False)
    book["jan"] *= 2
    return functools.reduce(lambda total, entry: total * 0.9 + entry, book.values(), 1.0)


def first_above(xs, threshold):
    """The first of the squares that exceeds a threshold."""
    return next(x * x for x in xs if x * x > threshold)


def first_or_default(xs):
    found = next((x for x in xs if x > 100.0), None)
    return sum(xs) if found is None else found


def spread(values, low=0.1):
    smallest, *middle, largest = sorted(values)
    return (largest - smallest) * (1 + low) - sum(middle) / len(middle)


def report(price, quantity):
    """Text is made along the way, and doesn't matter."""
    lines = []
    total = 0.0
    for name, share in {"vat": 0.19, "tip": 0.1}.items():
        part = price * quantity * share
        total += part
        lines.append(f"{name:>10}: {part}".rstrip())
    assert "\n".join(lines), "something to print"
    return total


def matrix_by_zip(a, b, c, d):
    m = [[a, b], [c, d]]
    t = [list(column) for column in zip(*m)]
    product = [[sum(map(operator.mul, row, column)) for column in zip(*t)] for row in m]
    return product[0][0] * product[1][1] - product[0][1] * product[1][0] + product[0][1]


def window_store(x, y):
    xs = [x, y, x * y, x + y, 1.0]
    xs[1:3] = [y, x, x - y]
    del xs[0]
    xs[::2] = [v * 2 for v in xs[::2]]
    xs[-1:] = []
    xs.reverse()
    return sum(v * w for v, w in zip(xs, itertools.count(1)))


def interleaved(a, b, c):
    out = 0.0
    for k, (u, v) in enumerate(itertools.zip_longest([a, b, c], [b, a], fillvalue=1.0)):
        out += u * v / (k + 1)
    for u, sign in zip([a, b, c], itertools.cycle([1, -1])):
        out += sign * u * u
    return out + sum(itertools.starmap(operator.mul, [(a, b), (b, c)]))


def running(a, b, c):
    totals = list(itertools.accumulate([a, b, c, a], initial=0.5))
    products = itertools.accumulate((a, b, c), operator.mul)
    return totals[-1] * totals[2] + sum(products) + max(itertools.accumulate([a, c], max))


def taken(xs, limit):
    small = list(itertools.takewhile(lambda v: v < limit, xs))
    large = itertools.dropwhile(lambda v: v < limit, xs)
    head = itertools.islice(xs, 1, None, 2)
    return sum(small) + 2 * sum(v * v for v in large) + 3 * sum(head)


def batches(xs, size):
    total = 0.0
    for start in range(0, len(xs), size):
        batch = xs[start : start + size]
        total += math.sqrt(sum(v * v for v in batch)) / len(batch)
    return total


def search(x, y):
    names = ["base", "height", "depth"]
    values = (x, y, x * y)
    table = dict(zip(names, values))
    at = names.index("height")
    if "depth" in table and names.count("base") == 1:
        return values[at] * table["depth"]
    return 0.0


def merged(x, y):
    first = {"a": x, "b": y}
    second = {"b": x * y, "c": 2.0}
    both = first | second
    both |= {"d": x}
    return sum(v * k for k, v in enumerate(both.values())) + {**first, "a": 1.0}["a"] * first["b"]


def keyed_by_index(x, y):
    grid = {}
    for i in range(3):
        for j in range(3):
            grid[i, j] = x * i + y * j + grid.get((i - 1, j), 0.0)
    return sum(v * v for v in grid.values()) + grid[2, 1]


def memoised(x, n):
    memo = {0: 1.0, 1: x}
    for k in range(2, 6):
        memo[k] = 2 * x * memo[k - 1] - memo[k - 2]
    return memo[5] + memo[n]


def fromkeys(x):
    table = dict.fromkeys(["a", "b"], 0.5)
    table["a"] += x
    key, value = table.popitem()
    return table["a"] * value * len(key)


PROGRAMS = [
    (income_tax, (45_000.0, 9_000.0)), (income_tax, (99_000.0, 9_000.0)), (basket, (3.0, 0.2)),
    (grouped_mean, (1.0, 2.0, 0.5)), (moving_average, ([1.0, 3.0, 2.0, 5.0, 0.5], 3)),
    (round_robin, (1.0, 2.0, 3.0)), (convert, (100.0, 0.02)), (polynomial_table, (0.7,)),
    (letter_frequencies, (1.1,)), (pairwise_distances, ([1.0, 2.5, 0.3, 4.0],)),
    (determinant_by_permutations, (1.0, 2.0, 0.5, 3.0)), (settings, (1.5, 0.3)),
    (ledger, (10.0, 1.1)),
    (first_above, ([0.5, 1.5, 3.0], 1.0)), (first_or_default, ([0.5, 1.5, 3.0],)),
    (spread, ([3.0, 1.0, 2.0, 5.0],)), (report, (10.0, 3.0)), (matrix_by_zip, (1.0, 2.0, 0.5, 3.0)),
    (window_store, (1.5, 0.7)), (interleaved, (1.0, 2.0, 0.5)), (running, (1.0, 2.0, 0.5)),
    (taken, ([0.5, 1.5, 3.0, 0.7], 2.0)), (batches, ([0.5, 1.5, 3.0, 0.7, 2.0], 2)),
    (search, (1.5, 0.7)), (merged, (1.5, 0.7)), (keyed_by_index, (1.5, 0.7)),
    (memoised, (0.3, 4)), (fromkeys, (0.4,)),
]  # fmt: skip
