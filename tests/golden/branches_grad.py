import math


def branches_grad(x, y):
    """Value of branches and its gradient with respect to (x, y).

    Written by symdiff 0.1.0 from branches.py:6.
    """
    # forward
    if x > 1:
        z = x * y                                  # 1
    elif y > 1 and not x < 0:
        sin_x = math.sin(x)                        # 2
        z = sin_x * y ** 2                         # 3
    else:
        z = x - y                                  # 4
    value = z * x                                  # 5 (*)
    # backward
    dz = x                                         # 5 (*)
    dx = z
    if x > 1:
        dx += dz * y                               # 1 (*)
        dy = dz * x
    elif y > 1 and not x < 0:
        dy = 2.0 * dz * sin_x * y                  # 3
        dx += dz * y * y * math.cos(x)             # 2 (*)
    else:
        dx += dz                                   # 4 (*)
        dy = -dz
    return value, (dx, dy)
