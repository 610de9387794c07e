"""The worked example of backpropagation notes: a quotient of sums of sigmoids."""

import math


def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))


def f(x, y):
    sigma_y = sigmoid(y)
    g = x + sigma_y
    sigma_x = sigmoid(x)
    p = x + y
    s = p**2
    h = sigma_x + s
    k = 1 / h
    f = g * k
    return f


if __name__ == "__main__":
    import symdiff

    value, (dx, dy) = symdiff.value_and_grad(f, argnums=(0, 1))(3.0, -4.0)
    print(f"f(3, -4) = {value}\ndf/dx = {dx}\ndf/dy = {dy}")
