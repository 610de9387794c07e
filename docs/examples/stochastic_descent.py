"""Stochastic gradient descent on a loss with many minima: the frequency of a noisy oscillation."""

import numpy as np

import symdiff


def loss(p, t, y):
    frequency, phase, decay = p
    model = np.exp(-decay * t) * np.sin(frequency * t + phase)
    return np.mean((model - y) ** 2)


def main():
    rng = np.random.default_rng(3)
    t = np.sort(rng.uniform(0, 6, 400))
    y = np.exp(-0.1 * t) * np.sin(3.0 * t + 0.5) + 0.1 * rng.normal(size=400)

    gradient = symdiff.grad(loss)
    ends = []
    for start in np.linspace(1.0, 6.0, 9):
        p = np.array([start, 0.0, 0.0])
        for i in range(3000):
            batch = rng.integers(0, 400, 20)
            p -= 0.1 / (1 + i / 300) * gradient(p, t[batch], y[batch])
        ends.append(p)
        print(f"from frequency {start:.2f} to {p[0]:.3f}: loss {loss(p, t, y):.4f}")

    best = min(ends, key=lambda p: loss(p, t, y))
    print("\nloss along the frequency; o: where the descents end")
    frequencies = np.linspace(0.0, 6.5, 66)
    losses = np.array([loss(np.array([w, best[1], best[2]]), t, y) for w in frequencies])
    for level in np.linspace(losses.max(), 0, 8):
        print("".join("#" if value >= level else " " for value in losses))
    print("".join("o" if any(abs(p[0] - w) < 0.05 for p in ends) else "-" for w in frequencies))
    print(f"frequency {best[0]:.3f}, phase {best[1]:.3f}, decay {best[2]:.3f}")


if __name__ == "__main__":
    main()
