"""Seven array programs as people write them, at three sizes each.

`np` and `special` are all the modules they use, so that a rival's can be put in their place; what
not all of these can do is written a second time for them.
"""

import numpy as np
from scipy import special


def logistic_regression(w, X, y):
    z = X @ w
    return np.sum(np.log1p(np.exp(-y * z))) / len(y) + 0.1 * (w @ w)


def perceptron(layers, X, labels):
    a = X
    for W, b in layers[:-1]:
        a = np.tanh(a @ W + b)
    W, b = layers[-1]
    scores = a @ W + b
    log_p = scores - special.logsumexp(scores, axis=1, keepdims=True)
    return -np.mean(log_p[np.arange(len(labels)), labels])


def lstm(params, xs):
    W, U, b = params
    n = len(b) // 4
    h, c = np.zeros(n), np.zeros(n)
    loss = 0.0
    for x in xs:
        z = W @ x + U @ h + b
        i, f, o = special.expit(z[:n]), special.expit(z[n : 2 * n]), special.expit(z[2 * n : 3 * n])
        c = f * c + i * np.tanh(z[3 * n :])
        h = o * np.tanh(c)
        loss = loss + np.sum(h**2)
    return loss


def heat_equation(u, k, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def gaussian_process(log_params, x, y):
    length, amplitude, noise = np.exp(log_params)
    d = (x[:, None] - x[None, :]) / length
    K = amplitude**2 * np.exp(-0.5 * d**2) + noise**2 * np.eye(len(x))
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * (y @ alpha) + np.sum(np.log(np.diag(L)))


def convolution(kernels, images):
    n, height, width = images.shape
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    out = 0.0
    for i in range(3):
        for j in range(3):
            patch = padded[:, i : i + height, j : j + width]
            out = out + kernels[:, i, j][:, None, None, None] * patch
    return np.sum(np.maximum(out, 0.0) ** 2)


def chain(x):
    a = np.sin(x) * np.exp(-(x**2))
    b = np.sqrt(1 + a**2) + np.tanh(x * a)
    c = np.log(b) / (1 + x**2) + np.cos(b) * a
    return np.sum(c * b)


def functional_heat_equation(u, k, steps):
    """Without updates in place, for those that have none."""
    for _ in range(steps):
        inner = u[1:-1] + k * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = np.concatenate((u[:1], inner, u[-1:]))
    return np.sum(u**2)


FUNCTIONAL = {"heat_equation": "functional_heat_equation"}


def _layers(rng, sizes):
    pairs = zip(sizes, sizes[1:], strict=False)
    return [(rng.normal(size=(m, n)) / np.sqrt(m), np.zeros(n)) for m, n in pairs]


def programs():
    """Name, size, function, arguments; the first is differentiated."""
    rng = np.random.default_rng(0)

    def normal(*shape):
        return rng.normal(size=shape)

    for n, d in ((10, 3), (1_000, 50), (100_000, 100)):
        yield logistic_regression, f"{n} x {d}", (normal(d), normal(n, d), np.sign(normal(n)))
    for n, sizes in ((8, [4, 5, 3]), (128, [64, 64, 64, 10]), (1024, [784, 512, 256, 10])):
        name = f"{n}, {'-'.join(map(str, sizes))}"
        labels = rng.integers(0, sizes[-1], n)
        yield perceptron, name, (_layers(rng, sizes), normal(n, sizes[0]), labels)
    for n, steps in ((3, 5), (32, 12), (256, 24)):
        params = (normal(4 * n, n) / n, normal(4 * n, n) / n, normal(4 * n))
        yield lstm, f"{n} cells, {steps} steps", (params, normal(steps, n))
    for n, steps in ((20, 10), (1_000, 100), (100_000, 100)):
        yield heat_equation, f"{n}, {steps} steps", (normal(n), 0.2, steps)
    for n in (5, 100, 800):
        yield gaussian_process, str(n), (np.zeros(3), np.sort(normal(n)), normal(n))
    for n, size, channels in ((1, 6, 2), (16, 28, 4), (64, 64, 8)):
        name = f"{n} of {size} x {size}, {channels} kernels"
        yield convolution, name, (normal(channels, 3, 3), normal(n, size, size))
    for n in (10, 10_000, 1_000_000):
        yield chain, str(n), (normal(n),)
