"""A heat equation fitted to data: the conductivity along a rod, told from three thermometers."""

import numpy as np
from scipy.optimize import minimize

import symdiff

SENSORS = np.array([8, 20, 32])
SEGMENTS = np.arange(40) // 10


def readings(log_k, steps):
    """What the thermometers show, every twentieth step, on a rod that is heated at its left end."""
    k = np.exp(log_k)[SEGMENTS]
    u = np.zeros(len(k) + 1)
    shown = np.empty((steps // 20, len(SENSORS)))
    for step in range(steps):
        flow = k * (u[1:] - u[:-1])
        u[1:-1] += flow[1:] - flow[:-1]
        u[0] = 1.0
        u[-1] = u[-2]
        if step % 20 == 0:
            shown[step // 20] = u[SENSORS]
    return shown


def misfit(log_k, data):
    return np.sum((readings(log_k, 20 * len(data)) - data) ** 2)


def main():
    rng = np.random.default_rng(0)
    k = np.array([0.45, 0.1, 0.3, 0.2])
    data = readings(np.log(k), 2000)
    data += 0.002 * rng.normal(size=data.shape)

    fit = minimize(symdiff.value_and_grad(misfit), np.log(np.full(4, 0.25)), (data,), jac=True)
    for place, (found, true) in enumerate(zip(np.exp(fit.x), k)):
        print(f"segment {place + 1} {'#' * round(100 * found):48} {found:.4f}, really {true}")
    print(f"misfit {fit.fun:.6f} after {fit.nfev} simulations of 2000 steps")


if __name__ == "__main__":
    main()
