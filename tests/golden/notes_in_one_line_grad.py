import math


def sigmoid(t):
    return 1.0 / (1.0 + math.exp(-t))


def f_grad(x, y):
    """Value of f and its gradient with respect to (x, y).

    Written by symdiff 0.1.0 from notes_in_one_line.py:10.
    """
    # forward
    sigmoid_y = sigmoid(y)                         # 1
    sigmoid_x = sigmoid(x)                         # 2
    total = sigmoid_x + (x + y) ** 2               # 3 (*)
    value = (x + sigmoid_y) / total                # 4 (*)
    # backward
    inverse_total = 1.0 / total                    # 4
    product = -inverse_total * value
    dx = 2.0 * product * (x + y)                   # 3 (*)
    dy = dx
    dx += product * (1.0 - sigmoid_x) * sigmoid_x  # 2 (*)
    dx += inverse_total                            # 4 (*)
    dy += inverse_total * (1.0 - sigmoid_y) * sigmoid_y  # 1 (*)
    return value, (dx, dy)
