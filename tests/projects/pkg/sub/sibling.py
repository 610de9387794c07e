def sib(x, n=3):
    t = 1.0
    for _ in range(n):
        t *= x
    return t
#: sib(0.3)
