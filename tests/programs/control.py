"""Control flow as people write it: try, finally, with, generators, iterators, walrus, match."""

import contextlib
import itertools
import math


def safe_ratio(x, y):
    try:
        ratio = x / y
    except TypeError:
        return 0.0
    return ratio * x


def with_finally(x, y):
    depth = 1
    try:
        depth += 1
        value = math.log(x) * y
    finally:
        depth -= 1
    return value + depth


def returned_through_finally(x):
    steps = []
    try:
        steps.append(x)
        return x * math.sqrt(x)
    finally:
        steps.clear()


def in_a_loop(xs):
    total = 0.0
    for x in xs:
        try:
            term = math.sqrt(x)
        except KeyError:
            continue
        else:
            total += term * x
    return total


def nested(x):
    try:
        try:
            y = x * x
        finally:
            y = math.sin(x)
    except (TypeError, KeyError) as error:
        raise RuntimeError("bad") from error
    return y * x


def deleted(x, n: int):
    label = "steps"
    count = n + len(label)
    del label
    y = x**count
    del count, n
    return y


def countdown(n):
    while n > 0:
        yield n
        n -= 1


def fibonacci(a, b, count):
    for _ in range(count):
        yield a
        a, b = b, a + b


def generated(x):
    return sum(x / k for k in countdown(4))


def generated_in_a_loop(x):
    total = 0.0
    for k in countdown(5):
        if k == 2:
            break
        total = total * x + k
    return total


def from_fibonacci(x, y):
    return sum(t * t for t in itertools.islice(fibonacci(x, y, 9), 6))


def iterated_by_hand(x, y):
    values = iter([x, y, x * y])
    first = next(values)
    return first * sum(values)


def chunks(values, size):
    for i in range(0, len(values), size):
        yield values[i : i + size]


def chunked(a, b, c, d):
    return sum(math.prod(chunk) for chunk in chunks([a, b, c, d], 2))


class Samples:
    def __init__(self, *values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, i):
        return self.values[i]

    def __contains__(self, value):
        return value in self.values

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.values = ()


def own_sequence(x, y):
    samples = Samples(x, y, x - y)
    total = 0.0
    for value in samples:
        total += value**2
    for i in range(len(samples)):
        total *= samples[i]
    if x in samples:
        total += 1.0
    return total


def own_context(x, y):
    with Samples(x, y) as samples:
        total = samples[0] * samples[1]
    return total


def closed(x):
    with contextlib.nullcontext():
        y = x * x
    return y


def chained(a, b, c):
    if 0.0 < a < b <= c:
        return a * b * c
    return a + b + c


def walrus_loop(x):
    while (y := math.cos(x)) - x > 1e-3:
        x = 0.5 * (x + y)
    return x * y


def unpacked(a, b, c):
    head, *rest = a, b, c
    (p, q), r = rest, head
    total = 0.0
    for i, (u, (v, w)) in enumerate([(a, (b, c)), (c, (a, b))]):
        total += (u * v - w) * (i + 1)
    return total + p * q - r


def flags(x, verbose=False, *, scale=2.0, **options):
    if verbose:
        print("x", x)
    y = x * scale
    for name, value in options.items():
        y += value * len(name)
    return y


def flagged(x, s):
    return flags(x, scale=s, offset=x * s, bias=1.0)


def smallest_by(a, b, c):
    points = [(a, b), (b, c), (c, a)]
    near = min(points, key=lambda p: p[0] ** 2 + p[1] ** 2)
    far = max(points)
    first, second = min((a, "a"), (b, "b"))
    return near[0] * far[1] + first * len(second)


def any_all(xs, limit):
    if any(x > limit for x in xs) and not all(x > 0 for x in xs):
        return sum(x for x in xs if x > 0)
    return sum(xs) ** 2


def set_based(x):
    seen = set()
    total = 0.0
    for k in [1, 2, 2, 3, 1]:
        if k in seen:
            continue
        seen.add(k)
        total += x**k
    primes = {n for n in range(2, 10) if all(n % m for m in range(2, n))}
    return total + sum(x / p for p in sorted(primes))


def mixed_exits(x, n):
    for i in range(n):
        try:
            if i == 3:
                break
            x = x * 1.1
        finally:
            x += 0.01
    return x


PROGRAMS = [
    (safe_ratio, (1.3, 0.4)), (with_finally, (1.3, 0.4)), (returned_through_finally, (1.3,)),
    (in_a_loop, ([1.0, 2.0, 0.5],)), (nested, (1.3,)), (deleted, (1.3, 2)), (generated, (1.3,)),
    (generated_in_a_loop, (1.3,)), (from_fibonacci, (1.3, 0.4)), (iterated_by_hand, (1.3, 0.4)),
    (chunked, (1.3, 0.4, 2.0, 0.7)), (own_sequence, (1.3, 0.4)),
    (own_context, (1.3, 0.4)), (closed, (1.3,)), (chained, (1.3, 1.4, 2.0)), (walrus_loop, (0.2,)),
    (unpacked, (1.3, 1.4, 2.0)), (flagged, (1.3, 1.4)), (smallest_by, (1.3, 0.4, 2.0)),
    (any_all, ([1.0, -0.4, 3.0], 2.0)), (set_based, (1.3,)), (mixed_exits, (1.3, 6)),
]  # fmt: skip
