"""A convolutional network with zero padding: convolution, relu, pooling, and a linear layer."""

from pathlib import Path

import numpy as np
from scipy.special import logsumexp

import symdiff


def convolve(images, kernels):
    """The images' correlation with each kernel of 3 x 3, as large as the images themselves."""
    n, height, width = images.shape
    padded = np.zeros((n, height + 2, width + 2))
    padded[:, 1:-1, 1:-1] = images
    out = np.zeros((len(kernels), n, height, width))
    for i in range(3):
        for j in range(3):
            patch = padded[:, i : i + height, j : j + width]
            out += kernels[:, i, j, None, None, None] * patch
    return out


def scores(params, images):
    channels, (n, height, width) = len(params["kernels"]), images.shape
    out = convolve(images, params["kernels"]) + params["bias"][:, None, None, None]
    blocks = np.maximum(out, 0.0).reshape(channels, n, height // 2, 2, width // 2, 2)
    pooled = blocks.max(axis=(3, 5))
    return pooled.transpose(1, 0, 2, 3).reshape(n, -1) @ params["W"] + params["b"]


def loss(params, images, labels):
    s = scores(params, images)
    log_p = s - logsumexp(s, axis=1, keepdims=True)
    return -np.mean(log_p[np.arange(len(labels)), labels])


def main():
    rng = np.random.default_rng(0)
    data = np.loadtxt(Path(__file__).parent / "data" / "digits.csv.gz", delimiter=",")
    images, labels = data[:, :-1].reshape(-1, 8, 8) / 16, data[:, -1].astype(int)

    params = {
        "kernels": rng.normal(size=(6, 3, 3)) * 0.4,
        "bias": np.zeros(6),
        "W": rng.normal(size=(6 * 16, 10)) * 0.1,
        "b": np.zeros(10),
    }
    step = symdiff.value_and_grad(loss)
    for epoch in range(12):
        for batch in rng.permutation(1400).reshape(-1, 50):
            value, gradient = step(params, images[batch], labels[batch])
            params = {name: p - 0.3 * gradient[name] for name, p in params.items()}
        if epoch % 4 == 3:
            print(f"after {epoch + 1} epochs: loss {value:.4f}")

    right = np.argmax(scores(params, images[1400:]), axis=1) == labels[1400:]
    print(f"{np.mean(right):.1%} of {len(right)} digits not seen before are read correctly")


if __name__ == "__main__":
    main()
