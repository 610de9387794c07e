import math


def comprehension_grad(x, n):
    """Value of comprehension and its derivative with respect to x.

    Written by symdiff 0.1.0 from comprehension.py:6.
    """
    # forward
    items = []
    for k in range(1, n):
        if k % 3:
            items.append(math.sin(x * k) / k)
    sum_items = sum(items)                         # 1 (*)
    items_0 = items[0]                             # 2 (*)
    value = sum_items * items_0
    # backward
    ditems = [0.0] * len(items)                    # 2
    ditems[0] += sum_items
    ditems = [a + b for a, b in zip(ditems, [items_0] * len(items))]  # 1
    dx = 0.0
    for k in reversed(range(1, n)):
        if k % 3:
            ditems_item = ditems.pop()
            dx += ditems_item / k * math.cos(x * k) * k
    return value, (dx,)
