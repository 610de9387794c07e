"""A Kalman filter whose noise is fitted: how much a ship wanders, how good its radar is."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

import symdiff


@dataclass
class Belief:
    x: np.ndarray
    P: np.ndarray


def predict(belief, F, Q):
    return Belief(F @ belief.x, F @ belief.P @ F.T + Q)


def update(belief, z, H, R):
    """The belief after a measurement, and the measurement's log likelihood."""
    residual = z - H @ belief.x
    S = H @ belief.P @ H.T + R
    gain = belief.P @ H.T @ np.linalg.inv(S)
    _, logdet = np.linalg.slogdet(2 * np.pi * S)
    log_p = -0.5 * (residual @ np.linalg.solve(S, residual) + logdet)
    return Belief(belief.x + gain @ residual, belief.P - gain @ H @ belief.P), log_p


def model(log_noise):
    """Position and velocity in the plane; random accelerations; positions are measured."""
    wander, radar = np.exp(log_noise)
    F = np.kron(np.array([[1.0, 1.0], [0.0, 1.0]]), np.eye(2))
    Q = wander**2 * np.kron(np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(2))
    return F, Q, np.eye(2, 4), radar**2 * np.eye(2)


def negative_log_likelihood(log_noise, track):
    F, Q, H, R = model(log_noise)
    belief = Belief(np.zeros(4), 10.0 * np.eye(4))
    total = 0.0
    for z in track:
        belief, log_p = update(predict(belief, F, Q), z, H, R)
        total -= log_p
    return total


def simulate(log_noise, steps, rng):
    F, Q, H, R = model(log_noise)
    state, track = np.zeros(4), []
    for _ in range(steps):
        state = F @ state + rng.multivariate_normal(np.zeros(4), Q)
        track.append(H @ state + rng.multivariate_normal(np.zeros(2), R))
    return np.array(track)


def main():
    track = simulate(np.log([0.1, 0.8]), 200, np.random.default_rng(5))
    value_and_grad = symdiff.value_and_grad(negative_log_likelihood)
    fit = minimize(value_and_grad, np.zeros(2), (track,), jac=True)

    plane = np.full((16, 64), " ")
    low, high = track.min(axis=0), track.max(axis=0)
    for x, y in (track - low) / (high - low):
        plane[round(15 * (1 - y)), round(63 * x)] = "."
    print("\n".join("".join(row) for row in plane))
    wander, radar = np.exp(fit.x)
    print(
        f"the ship wanders by {wander:.3f} (really 0.1), its radar errs by {radar:.3f} (really 0.8)"
    )


if __name__ == "__main__":
    main()
