GRAVITY: float = 9.81
_C = 0.3
class Spring:
    def __init__(self, k): self.k = k
    def force(self, x): return -self.k * x
    def energy(self, x): return 0.5 * self.k * x ** 2
def drag(v): return _C * v * abs(v)
#: drag(2.0)
