"""Multi-label classification: what can be said of a digit, one sigmoid for each label."""

from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

import symdiff

LABELS = {"even": "02468", "prime": "2357", "has a loop": "0689", "above four": "56789"}


def loss(params, X, Y, penalty):
    W = params.reshape(X.shape[1] + 1, Y.shape[1])
    p = expit(X @ W[1:] + W[0])
    fit = -np.sum(Y * np.log(p + 1e-12) + (1 - Y) * np.log(1 - p + 1e-12)) / len(X)
    return fit + penalty * np.sum(W[1:] ** 2)


def main():
    data = np.loadtxt(Path(__file__).parent / "data" / "digits.csv.gz", delimiter=",")
    X, digits = data[:, :-1] / 16, data[:, -1].astype(int)
    Y = np.array([[str(d) in having for having in LABELS.values()] for d in digits]) * 1.0

    data = X[:1400], Y[:1400], 1e-3
    best = minimize(symdiff.value_and_grad(loss), np.zeros(65 * len(LABELS)), data, jac=True)
    W = best.x.reshape(65, len(LABELS))
    is_right = (X[1400:] @ W[1:] + W[0] > 0) == (Y[1400:] > 0.5)
    for label, share in zip(LABELS, is_right.mean(axis=0)):
        print(f"{label:12}{'#' * round(40 * share):42}{share:.1%}")
    print(f"loss {best.fun:.4f}; {is_right.mean():.1%} of the labels of digits not seen before")


if __name__ == "__main__":
    main()
