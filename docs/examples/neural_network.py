"""A feed-forward network that reads digits: f is the loss, the other variables are W and b of
each layer."""

from pathlib import Path

import numpy as np
from scipy.special import logsumexp

import symdiff


def scores(layers, X):
    a = X
    for W, b in layers[:-1]:
        a = np.tanh(a @ W + b)
    W, b = layers[-1]
    return a @ W + b


def loss(layers, X, labels):
    s = scores(layers, X)
    log_p = s - logsumexp(s, axis=1, keepdims=True)
    return -np.mean(log_p[np.arange(len(labels)), labels])


def digits():
    """Images of 8 x 8 pixels, and the digits they show."""
    data = np.loadtxt(Path(__file__).parent / "data" / "digits.csv.gz", delimiter=",")
    return data[:, :-1] / 16, data[:, -1].astype(int)


def main():
    rng = np.random.default_rng(0)
    X, labels = digits()
    X_train, labels_train, X_test, labels_test = X[:1400], labels[:1400], X[1400:], labels[1400:]

    sizes = [64, 32, 24, 10]
    layers = [(rng.normal(size=(m, n)) / np.sqrt(m), np.zeros(n)) for m, n in zip(sizes, sizes[1:])]
    grad = symdiff.grad(loss)
    for epoch in range(40):
        for batch in rng.permutation(1400).reshape(-1, 50):
            step = grad(layers, X_train[batch], labels_train[batch])
            layers = [(W - 0.3 * dW, b - 0.3 * db) for (W, b), (dW, db) in zip(layers, step)]
        if epoch % 10 == 9:
            print(f"after {epoch + 1} epochs: loss {loss(layers, X_train, labels_train):.4f}")

    for image in X_test[0].reshape(8, 8):
        print("".join(" .:*#"[round(4 * pixel)] * 2 for pixel in image))
    print("is read as", np.argmax(scores(layers, X_test[:1])))
    right = np.argmax(scores(layers, X_test), axis=1) == labels_test
    print(f"{np.mean(right):.1%} of {len(right)} digits not seen before are read correctly")


if __name__ == "__main__":
    main()
