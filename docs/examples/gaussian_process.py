"""A Gaussian process whose length scale, amplitude and noise SciPy fits to data."""

import numpy as np
from scipy.optimize import minimize

import symdiff


def kernel(a, b, length, amplitude):
    return amplitude**2 * np.exp(-0.5 * ((a[:, None] - b[None, :]) / length) ** 2)


def negative_log_likelihood(log_params, x, y):
    length, amplitude, noise = np.exp(log_params)
    K = kernel(x, x, length, amplitude) + noise**2 * np.eye(len(x))
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ alpha + np.sum(np.log(np.diag(L))) + 0.5 * len(y) * np.log(2 * np.pi)


def main():
    rng = np.random.default_rng(1)
    x = np.sort(rng.uniform(0, 10, 40))
    y = np.sin(x) + 0.1 * x + 0.15 * rng.normal(size=40)

    fit = minimize(
        negative_log_likelihood, np.zeros(3), (x, y), jac=symdiff.grad(negative_log_likelihood)
    )
    length, amplitude, noise = np.exp(fit.x)

    grid = np.linspace(0, 10, 21)
    K = kernel(x, x, length, amplitude) + noise**2 * np.eye(40)
    across = kernel(grid, x, length, amplitude)
    mean = across @ np.linalg.solve(K, y)
    variance = amplitude**2 - np.sum(across * np.linalg.solve(K, across.T).T, axis=1)
    for at, m, s in zip(grid, mean, np.sqrt(np.maximum(variance, 0) + noise**2)):
        line = [" "] * 61
        low, middle, high = (round(15 * (v + 1.5)) for v in (m - 2 * s, m, m + 2 * s))
        line[max(low, 0) : high + 1] = "." * (high - max(low, 0) + 1)
        line[middle] = "o"
        print(f"{at:5.1f} {''.join(line)}")
    print(f"length {length:.3f}, amplitude {amplitude:.3f}, noise {noise:.3f}", end="; ")
    print(f"log likelihood {-fit.fun:.3f} after {fit.nit} iterations")


if __name__ == "__main__":
    main()
