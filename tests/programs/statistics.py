"""Programs of statisticians and machine learners, in plain Python lists."""

import math
import operator


def neuron(weights, inputs, bias):
    return math.tanh(sum(w * x for w, x in zip(weights, inputs)) + bias)


def network(hidden, output, x):
    """Two layers, by comprehensions."""
    layer = [neuron(row[:-1], x, row[-1]) for row in hidden]
    return neuron(output, layer, 0.1) ** 2


def kalman(q, r, readings):
    """Log-likelihood of a local level model."""
    mean, variance, total = 0.0, 10.0, 0.0
    for z in readings:
        variance += q
        innovation = z - mean
        s = variance + r
        total -= 0.5 * (math.log(2 * math.pi * s) + innovation**2 / s)
        gain = variance / s
        mean += gain * innovation
        variance *= 1 - gain
    return total


def hidden_markov(stay, hit, seen):
    """Likelihood of a two-state chain, by the forward algorithm."""
    transition = [[stay, 1 - stay], [0.3, 0.7]]
    emission = [[hit, 1 - hit], [0.2, 0.8]]
    alpha = [0.5 * emission[s][seen[0]] for s in range(2)]
    for symbol in seen[1:]:
        alpha = [
            emission[s][symbol] * sum(alpha[p] * transition[p][s] for p in range(2))
            for s in range(2)
        ]
    return math.log(sum(alpha))


def log_sum_exp(values):
    top = max(values)
    return top + math.log(sum(math.exp(v - top) for v in values))


def softmax_loss(scores, label):
    return log_sum_exp(scores) - scores[label]


def gini(incomes):
    ordered = sorted(incomes)
    n = len(ordered)
    weighted = sum((i + 1) * x for i, x in enumerate(ordered))
    return 2 * weighted / (n * sum(ordered)) - (n + 1) / n


def time_warping(a, b):
    """Distance by dynamic time warping."""
    rows, columns = len(a) + 1, len(b) + 1
    cost = [[math.inf] * columns for _ in range(rows)]
    cost[0][0] = 0.0
    for i in range(1, rows):
        for j in range(1, columns):
            step = min(cost[i - 1][j], cost[i][j - 1], cost[i - 1][j - 1])
            cost[i][j] = (a[i - 1] - b[j - 1]) ** 2 + step
    return cost[-1][-1]


def exponential_smoothing(alpha, beta, series):
    """Holt's linear method: the sum of squared forecast errors."""
    level, trend = series[0], series[1] - series[0]
    errors = []
    for value in series[2:]:
        forecast = level + trend
        errors.append((value - forecast) ** 2)
        previous = level
        level = alpha * value + (1 - alpha) * forecast
        trend = beta * (level - previous) + (1 - beta) * trend
    return sum(errors) / len(errors)


def regression(xs, ys):
    """Slope and intercept of the least-squares line."""
    n = len(xs)
    mx, my = sum(xs) / n, sum(ys) / n
    sxy = sum((x - mx) * (y - my) for x, y in zip(xs, ys))
    sxx = sum((x - mx) ** 2 for x in xs)
    slope = sxy / sxx
    return slope, my - slope * mx


def huber(residuals, delta):
    total = 0.0
    for r in residuals:
        if abs(r) <= delta:
            total += 0.5 * r * r
        else:
            total += delta * (abs(r) - 0.5 * delta)
    return total


def weiszfeld(points, rounds):
    """Geometric median of points in the plane: its distance from the origin."""
    x = sum(p[0] for p in points) / len(points)
    y = sum(p[1] for p in points) / len(points)
    for _ in range(rounds):
        weights = [1 / math.hypot(x - px, y - py) for px, py in points]
        total = sum(weights)
        x = sum(w * px for w, (px, _) in zip(weights, points)) / total
        y = sum(w * py for w, (_, py) in zip(weights, points)) / total
    return math.hypot(x, y)


def polynomial_fit_error(parameters, samples):
    """Parameters in a dict, as fitting code likes them."""
    model = {"slope": lambda x: parameters["a"] * x, "curve": lambda x: parameters["b"] * x * x}
    return sum((sum(term(x) for term in model.values()) - y) ** 2 for x, y in samples)


def moving_median_energy(series, width):
    energy = 0.0
    for i in range(len(series) - width + 1):
        window = sorted(series[i : i + width])
        energy += operator.mul(window[width // 2], window[width // 2])
    return energy


PROGRAMS = [
    (neuron, ([0.5, -0.3], [1.0, 2.0], 0.4)),
    (network, ([[0.1, 0.4, -0.2], [0.7, -0.5, 0.3]], [0.6, -0.8], [0.9, -1.1])),
    (kalman, (0.1, 0.5, [0.3, 0.5, 0.2, 0.9])),
    (hidden_markov, (0.8, 0.6, [0, 1, 1, 0])),
    (softmax_loss, ([0.1, 2.0, -0.4], 2)),
    (gini, ([3.0, 1.0, 7.0, 2.5],)),
    (time_warping, ([0.0, 1.0, 2.5], [0.2, 0.9, 1.1, 2.2])),
    (exponential_smoothing, (0.4, 0.2, [1.0, 1.3, 1.1, 1.9, 2.4])),
    (regression, ([1.0, 2.0, 4.0], [0.9, 2.3, 3.7])),
    (huber, ([0.3, -2.0, 0.9], 1.0)),
    (weiszfeld, ([(0.0, 1.0), (2.0, 0.5), (1.5, 3.0)], 4)),
    (polynomial_fit_error, ({"a": 0.5, "b": -0.2}, [(1.0, 0.4), (2.0, -0.3)])),
    (moving_median_energy, ([3.0, 1.0, 2.0, 5.0, 4.0], 3)),
]
