"""Short pieces of everyday Python, with holes that the strategies fill.

In an idiom E is an expression, T a test, U a real that is read, P and Q reals that may be assigned
again, N a small integer from 0, I an integer; A, B, C, D are new names, and F, G new functions.
The first word of the first line, a comment, lists the new names that are reals afterwards.
"""

from __future__ import annotations

IDIOMS = [text.strip("\n") for text in ['\n# A\nA = None\nfor B in (E, E, E):\n    if A is None or B > A:\n        A = B', '# A\nA = 0.0\nfor B, C in zip([E, E], [E, E]):\n    A += B * C', '#\nfor B, C in enumerate([E, E], start=1):\n    P = P * 0.5 + C * B', '#\nfor B in [[E, E], [E, E]]:\n    P += B[0] * B[1]', '#\nfor B, C in [(E, E), (E, E)]:\n    P, Q = Q + B, P - C', '# A\nB = {"k": E, "m": E}\nA = 0.0\nfor C, D in B.items():\n    A += D * (2.0 if C == "k" else U)', '# A\nB = [[U * C + D for C in range(3)] for D in range(2)]\nA = sum(sum(C) for C in B)', '# A\nB = [[0.0] * 2 for C in range(2)]\nB[0][1] = E\nB[1][0] += B[0][1] * U\nA = B[1][0] + B[0][1]', '# A\nB = [[E, E], [E, E]]\nC = [list(D) for D in zip(*B)]\nA = C[0][1] * C[1][0]', '# A\nF = lambda B: B * U\nA = F(E) + F(U)', '# A\ndef F(B, *C):\n    return B + sum(C) * U\nA = F(E, E, U) - F(U)', '# A\ndef F(B, **C):\n    return B * C["k"] - C["m"]\nA = F(E, k=E, m=U)', '# A\ndef F(B):\n    def G(C):\n        return B * C + U\n    return G\nA = F(E)(U) + F(U)(E)', '# A\ndef F(B, C):\n    return B(C) * 0.5\nA = F(math.sin, U) + F(lambda D: D * U, E)', '# A\ndef F(B):\n    B[0] = B[0] * U\n    B.append(U)\nC = [E, E]\nF(C)\nA = C[0] - C[-1]', '# A\nB = []\nfor C in range(N):\n    B.append(E)\n    if T:\n        B.append(U * C)\nA = sum(B)', '# A\nB = [E]\nfor C in range(N):\n    B.append(B[-1] * 0.7 + U)\nA = B[N % len(B)]', '# A\nB = [E, E, E]\nwhile len(B) > 1:\n    C = B.pop()\n    B[-1] = B[-1] * 0.5 + C\nA = B[0]', '# A\nB = [E, E, E]\nwhile B:\n    P = P * 0.3 + B.pop()\nA = P', '# A\nB = [0.0] * 4\nfor C in range(1, 4):\n    B[C] = B[C - 1] * 0.5 + E\nA = B[3]', '# A\nB = [E, E, E]\nfor C in range(len(B) - 1, 0, -1):\n    B[C - 1] -= B[C] * 0.25\nA = B[0] * B[1]', '# A\nB = [E, E, E]\nfor C in range(2):\n    B[0], B[1], B[2] = B[1], B[2], B[0] * U\nA = B[0] - B[2]', '# A\nA = 1.0\nfor B in range(3):\n    for C in range(B + 1):\n        if C == N:\n            break\n        A = A * 0.9 + U * C\n    else:\n        A -= E * 0.1', '# A\nA = E\nfor B in range(4):\n    if T:\n        continue\n    if B == N:\n        A = A + U\n        break\n    A *= 0.5\nelse:\n    A = -A', '# A\nA, B = E, 0\nwhile abs(A) > 0.3 and B < 5:\n    A = A * 0.6 - 0.01 * U\n    B += 1', '# A\nB = 0\nwhile (A := U * 0.7 ** B) > 0.4:\n    B += 1\n    if B > 4:\n        break', '# A\nA = (B := E) + B * (C := U * B) - C', '# A\nA = B = C = E\nB += U\nC *= A\nA -= B * C', '# A\n(A, B), *C = (E, E), E, E\nA += sum(C) * B', '# A\nA, *B, C = [E, E, U, E]\nA = A * C + len(B) - B[0]', '# A\nB = sorted([E, E, U])\nA = B[0] * 2.0 - B[2]', '# A\nB = sorted([E, E, E], key=lambda C: -C)\nA = B[0] + B[1] * 0.3', '# A\nB = [E, E, E]\nB.sort(reverse=True)\nA = B[0] - B[-1] * U', '# A\nB = [E, E, E, E]\nA = sum(B[1:3]) - max(B[::2]) + min(B[-2:])', '# A\nB = [E, E, E]\nA = sum(C * D for C, D in zip(B, B[1:]))', '# A\nA = sum(B * C for B in (E, U) for C in (U, E) if B != C)', '# A\nA = max((E, U), key=lambda B: math.sin(B))', '# A\nB, C = divmod(E, 0.7)\nA = C + B * U', '# A\nB = [C for C in (E, E, U) if C > 0.4]\nA = sum(B) / len(B) if B else U', '# A\nB = any(C > 0.5 for C in (E, U))\nA = E if B else U', '# A\nB = all([T, T])\nA = E\nif B:\n    A = A * U', '# A\nB = {C: E for C in ("k", "m")}\nB["n"] = B["k"] * U\nA = sum(B.values())', '# A\nB = {"k": E}\nB.update(m=U)\nA = B.get("k", 1.0) * B.get("z", U) + B.pop("m")', '# A\nassert U < 1e9, "too large"\nif U > 1e9:\n    raise ValueError(f"too large: {U}")\nA = E', '# A\nA = E\nif T:\n    def F(B):\n        return B * U\nelse:\n    def F(B):\n        return B - U\nA = F(A)', '# A\nB = U\nF = lambda: B * U\nB = E\nA = F()', '# A\nB = [E]\nC = B\nC.append(U)\nC[0] *= U\nA = sum(B) - B[0]', '# A\nB = [E, E]\nC = B[:]\nC[0] = U\nB += C\nA = B[0] * B[2] + len(B)', '# A\nB = (E, E)\nfor C in range(N):\n    B = (B[1], B[0] * 0.5 + U)\nA = B[0] - B[1]', '# A\nB = {"k": E, "m": E}\nfor C in range(N):\n    B["k"] = B["k"] * 0.5 + B["m"]\n    if T:\n        B["m"] -= U\nA = B["k"] * B["m"]', '# A\nA = 0\nfor B in range(5):\n    A += U if B % 2 else E\n    if A > 2.0:\n        A = A - 1.5', '# A\nA = U\nfor B in "+*-":\n    A = A + E if B == "+" else A * U if B == "*" else A - U', '# A\nA = E\nfor B in reversed(range(3)):\n    A = A * 0.4 + U * B', '# A\nA = [E, U][I % 2]', '# A\nB = ((E, U), (U, E))\nA = B[I % 2][0] if T else B[0][1]', '# A\nA = E\ndef F(B):\n    nonlocal A\n    A += B * U\n    return A\nC = F(U) * A\nA = C + F(E)', '# A\ndef F(B, C=0.5, *, D=2.0):\n    return (B - C) * D\nA = F(E) + F(U, D=E) - F(C=U, B=1.0)', '# A\nA = sum(map(lambda B: B * U, [E, E])) - sum(filter(lambda B: B > 0.3, [U, E]))', '# A\nA = functools.reduce(lambda B, C: B * 0.5 + C, [E, E, U])', '# A\nA = functools.partial(lambda B, C: B * C, U)(E)', '# A\nA = sum(itertools.chain([E], [U, E]))', '# A\nA = E\nwith contextlib.nullcontext():\n    A = A * U', '# A\nA = Counter(E).add(U).add(U * 2).total * 0.5', '# A\nB = Counter(U)\nfor C in range(N):\n    B.add(E)\nA = B.total - B.count', '# A\nB = Pair(E, U)\nC = B._replace(left=B.right)\nA = C.left * B.left + C.right', '# A\nA = SCALE * E + TABLE[N] * U', '# A\nB, C = E, U\nwhile True:\n    B, C = (B + C) / 2, math.sqrt(abs(B * C) + 0.1)\n    if abs(B - C) < 0.2 or B > 5.0:\n        break\nA = B', '# A\nA = U\nfor B in range(3):\n    def F(C, D=B):\n        return C * D + A * 0.1\n    A = F(U) + B', '# A\nA = E\nfor B in range(2):\n    C = [A, U]\n    for D in C:\n        A = A * 0.5 + D\nA = A + C[-1]', '# A\nA = E if T else None\nif A is None:\n    A = U', '#\nif T:\n    A = E\nelse:\n    A = [E, U]\n    A = A[0] * A[1]\nP = P + A', '# A\nA = U\nif T and (B := E) > 0.5:\n    A = B * U', '# A\nA = E\nif A > 0.5:\n    A = A * U\nelif A > 0.2:\n    pass\nelif (B := A * U) > 0.1:\n    A = B\nelse:\n    A = -A', '# A\nA = 1\nfor B in [E, U]:\n    A = A * B', '# A\nA = E\nB = 3\nwhile B:\n    B -= 1\n    if T:\n        continue\n    A = A * 0.8 + U', '# A\nA = math.hypot(*[E, U, 1.5]) + math.dist([E, U], [U, 3.0])', '# A\nA = E // 0.3 * U + E % 0.6 + round(U) + int(U * 3)', '# A\nA = E * (T) + U * (not T)', '# A\nA = U ** 2 ** 2 - -U ** 2 + (U - 1) ** -2 * 0.001 if abs(U - 1) > 0.2 else U\n']]  # fmt: skip

PREAMBLE = '''
import contextlib
import functools
import itertools
import math
from typing import NamedTuple

SCALE = 0.73
TABLE = [0.4, 1.9, -0.8, 0.3, 1.1]


class Pair(NamedTuple):
    left: float
    right: float


class Counter:
    def __init__(self, start, count=0):
        self.total = start
        self.count = count

    def add(self, value):
        self.total = self.total + value
        self.count += 1
        return self

'''.lstrip("\n")
