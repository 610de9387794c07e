import math


def comprehension_grad(x, n):
    """Value of comprehension and its derivative with respect to x.

    Written by symdiff 0.1.0 from comprehension.py:6.
    """
    # forward
    terms = []
    for k in range(1, n):
        if k % 3:
            terms.append(math.sin(x * k) / k)
    sum_terms = sum(terms)                         # 1 (*)
    terms_0 = terms[0]                             # 2 (*)
    value = sum_terms * terms_0
    # backward
    dterms = [0.0] * len(terms)                    # 2
    dterms[0] += sum_terms
    dterms = [a + b for a, b in zip(dterms, [terms_0] * len(terms))]  # 1
    dx = 0.0
    for k in reversed(range(1, n)):
        if k % 3:
            dterms_item = dterms.pop()
            dx += dterms_item / k * math.cos(x * k) * k
    return value, (dx,)
