def smooth_grad(u, k, steps):
    """Value of smooth and its gradient with respect to (u, k).

    Written by symdiff 0.1.0 from in_place.py:4.
    """
    u = list(u)
    # forward
    total_kept = []
    len_u_minus_1_kept = []
    for _ in range(steps):
        len_u_minus_1 = len(u) - 1
        len_u_minus_1_kept.append(len_u_minus_1)
        for i in range(1, len_u_minus_1):
            total = u[i + 1] - 2 * u[i] + u[i - 1]
            total_kept.append(total)
            u[i] = u[i] + k * total
    len_u = len(u)
    items = []
    for i in range(len_u):
        x = u[i]
        items.append(x * x)
    value = sum(items)
    # backward
    du = [0.0] * len(u)
    ditems = [1.0] * len(items)
    for i in reversed(range(len_u)):
        x = u[i]
        ditems_item = ditems.pop()
        du[i] += 2.0 * ditems_item * x
    dk = 0.0
    for len_u_minus_1 in reversed(len_u_minus_1_kept):
        for i in reversed(range(1, len_u_minus_1)):
            total = total_kept.pop()
            du_i = du[i]
            du[i] = 0.0
            dk += du_i * total
            du_i_times_k = du_i * k
            du[i - 1] += du_i_times_k
            du[i] -= 2.0 * du_i_times_k
            du[i + 1] += du_i_times_k
            du[i] += du_i
    return value, (du, dk)
