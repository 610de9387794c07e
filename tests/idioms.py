"""Short pieces of everyday Python, with holes that the strategies fill.

In an idiom E is an expression, T a test, U a real that is read, P and Q reals that may be assigned
again, N a small integer from 0, I an integer; A, B, C, D are new names, and F, G new functions.
The first word of the first line, a comment, lists the new names that are reals afterwards.
"""

from __future__ import annotations

IDIOMS = [
    """
# A
A = None
for B in (E, E, E):
    if A is None or B > A:
        A = B
""".strip("\n"),
    """
# A
A = 0.0
for B, C in zip([E, E], [E, E]):
    A += B * C
""".strip("\n"),
    """
#
for B, C in enumerate([E, E], start=1):
    P = P * 0.5 + C * B
""".strip("\n"),
    """
#
for B in [[E, E], [E, E]]:
    P += B[0] * B[1]
""".strip("\n"),
    """
#
for B, C in [(E, E), (E, E)]:
    P, Q = Q + B, P - C
""".strip("\n"),
    """
# A
B = {"k": E, "m": E}
A = 0.0
for C, D in B.items():
    A += D * (2.0 if C == "k" else U)
""".strip("\n"),
    """
# A
B = [[U * C + D for C in range(3)] for D in range(2)]
A = sum(sum(C) for C in B)
""".strip("\n"),
    """
# A
B = [[0.0] * 2 for C in range(2)]
B[0][1] = E
B[1][0] += B[0][1] * U
A = B[1][0] + B[0][1]
""".strip("\n"),
    """
# A
B = [[E, E], [E, E]]
C = [list(D) for D in zip(*B)]
A = C[0][1] * C[1][0]
""".strip("\n"),
    """
# A
F = lambda B: B * U
A = F(E) + F(U)
""".strip("\n"),
    """
# A
def F(B, *C):
    return B + sum(C) * U
A = F(E, E, U) - F(U)
""".strip("\n"),
    """
# A
def F(B, **C):
    return B * C["k"] - C["m"]
A = F(E, k=E, m=U)
""".strip("\n"),
    """
# A
def F(B):
    def G(C):
        return B * C + U
    return G
A = F(E)(U) + F(U)(E)
""".strip("\n"),
    """
# A
def F(B, C):
    return B(C) * 0.5
A = F(math.sin, U) + F(lambda D: D * U, E)
""".strip("\n"),
    """
# A
def F(B):
    B[0] = B[0] * U
    B.append(U)
C = [E, E]
F(C)
A = C[0] - C[-1]
""".strip("\n"),
    """
# A
B = []
for C in range(N):
    B.append(E)
    if T:
        B.append(U * C)
A = sum(B)
""".strip("\n"),
    """
# A
B = [E]
for C in range(N):
    B.append(B[-1] * 0.7 + U)
A = B[N % len(B)]
""".strip("\n"),
    """
# A
B = [E, E, E]
while len(B) > 1:
    C = B.pop()
    B[-1] = B[-1] * 0.5 + C
A = B[0]
""".strip("\n"),
    """
# A
B = [E, E, E]
while B:
    P = P * 0.3 + B.pop()
A = P
""".strip("\n"),
    """
# A
B = [0.0] * 4
for C in range(1, 4):
    B[C] = B[C - 1] * 0.5 + E
A = B[3]
""".strip("\n"),
    """
# A
B = [E, E, E]
for C in range(len(B) - 1, 0, -1):
    B[C - 1] -= B[C] * 0.25
A = B[0] * B[1]
""".strip("\n"),
    """
# A
B = [E, E, E]
for C in range(2):
    B[0], B[1], B[2] = B[1], B[2], B[0] * U
A = B[0] - B[2]
""".strip("\n"),
    """
# A
A = 1.0
for B in range(3):
    for C in range(B + 1):
        if C == N:
            break
        A = A * 0.9 + U * C
    else:
        A -= E * 0.1
""".strip("\n"),
    """
# A
A = E
for B in range(4):
    if T:
        continue
    if B == N:
        A = A + U
        break
    A *= 0.5
else:
    A = -A
""".strip("\n"),
    """
# A
A, B = E, 0
while abs(A) > 0.3 and B < 5:
    A = A * 0.6 - 0.01 * U
    B += 1
""".strip("\n"),
    """
# A
B = 0
while (A := U * 0.7 ** B) > 0.4:
    B += 1
    if B > 4:
        break
""".strip("\n"),
    """
# A
A = (B := E) + B * (C := U * B) - C
""".strip("\n"),
    """
# A
A = B = C = E
B += U
C *= A
A -= B * C
""".strip("\n"),
    """
# A
(A, B), *C = (E, E), E, E
A += sum(C) * B
""".strip("\n"),
    """
# A
A, *B, C = [E, E, U, E]
A = A * C + len(B) - B[0]
""".strip("\n"),
    """
# A
B = sorted([E, E, U])
A = B[0] * 2.0 - B[2]
""".strip("\n"),
    """
# A
B = sorted([E, E, E], key=lambda C: -C)
A = B[0] + B[1] * 0.3
""".strip("\n"),
    """
# A
B = [E, E, E]
B.sort(reverse=True)
A = B[0] - B[-1] * U
""".strip("\n"),
    """
# A
B = [E, E, E, E]
A = sum(B[1:3]) - max(B[::2]) + min(B[-2:])
""".strip("\n"),
    """
# A
B = [E, E, E]
A = sum(C * D for C, D in zip(B, B[1:]))
""".strip("\n"),
    """
# A
A = sum(B * C for B in (E, U) for C in (U, E) if B != C)
""".strip("\n"),
    """
# A
A = max((E, U), key=lambda B: math.sin(B))
""".strip("\n"),
    """
# A
B, C = divmod(E, 0.7)
A = C + B * U
""".strip("\n"),
    """
# A
B = [C for C in (E, E, U) if C > 0.4]
A = sum(B) / len(B) if B else U
""".strip("\n"),
    """
# A
B = any(C > 0.5 for C in (E, U))
A = E if B else U
""".strip("\n"),
    """
# A
B = all([T, T])
A = E
if B:
    A = A * U
""".strip("\n"),
    """
# A
B = {C: E for C in ("k", "m")}
B["n"] = B["k"] * U
A = sum(B.values())
""".strip("\n"),
    """
# A
B = {"k": E}
B.update(m=U)
A = B.get("k", 1.0) * B.get("z", U) + B.pop("m")
""".strip("\n"),
    """
# A
assert U < 1e9, "too large"
if U > 1e9:
    raise ValueError(f"too large: {U}")
A = E
""".strip("\n"),
    """
# A
A = E
if T:
    def F(B):
        return B * U
else:
    def F(B):
        return B - U
A = F(A)
""".strip("\n"),
    """
# A
B = U
F = lambda: B * U
B = E
A = F()
""".strip("\n"),
    """
# A
B = [E]
C = B
C.append(U)
C[0] *= U
A = sum(B) - B[0]
""".strip("\n"),
    """
# A
B = [E, E]
C = B[:]
C[0] = U
B += C
A = B[0] * B[2] + len(B)
""".strip("\n"),
    """
# A
B = (E, E)
for C in range(N):
    B = (B[1], B[0] * 0.5 + U)
A = B[0] - B[1]
""".strip("\n"),
    """
# A
B = {"k": E, "m": E}
for C in range(N):
    B["k"] = B["k"] * 0.5 + B["m"]
    if T:
        B["m"] -= U
A = B["k"] * B["m"]
""".strip("\n"),
    """
# A
A = 0
for B in range(5):
    A += U if B % 2 else E
    if A > 2.0:
        A = A - 1.5
""".strip("\n"),
    """
# A
A = U
for B in "+*-":
    A = A + E if B == "+" else A * U if B == "*" else A - U
""".strip("\n"),
    """
# A
A = E
for B in reversed(range(3)):
    A = A * 0.4 + U * B
""".strip("\n"),
    """
# A
A = [E, U][I % 2]
""".strip("\n"),
    """
# A
B = ((E, U), (U, E))
A = B[I % 2][0] if T else B[0][1]
""".strip("\n"),
    """
# A
A = E
def F(B):
    nonlocal A
    A += B * U
    return A
C = F(U) * A
A = C + F(E)
""".strip("\n"),
    """
# A
def F(B, C=0.5, *, D=2.0):
    return (B - C) * D
A = F(E) + F(U, D=E) - F(C=U, B=1.0)
""".strip("\n"),
    """
# A
A = sum(map(lambda B: B * U, [E, E])) - sum(filter(lambda B: B > 0.3, [U, E]))
""".strip("\n"),
    """
# A
A = functools.reduce(lambda B, C: B * 0.5 + C, [E, E, U])
""".strip("\n"),
    """
# A
A = functools.partial(lambda B, C: B * C, U)(E)
""".strip("\n"),
    """
# A
A = sum(itertools.chain([E], [U, E]))
""".strip("\n"),
    """
# A
A = E
with contextlib.nullcontext():
    A = A * U
""".strip("\n"),
    """
# A
A = Counter(E).add(U).add(U * 2).total * 0.5
""".strip("\n"),
    """
# A
B = Counter(U)
for C in range(N):
    B.add(E)
A = B.total - B.count
""".strip("\n"),
    """
# A
B = Pair(E, U)
C = B._replace(left=B.right)
A = C.left * B.left + C.right
""".strip("\n"),
    """
# A
A = SCALE * E + TABLE[N] * U
""".strip("\n"),
    """
# A
B, C = E, U
while True:
    B, C = (B + C) / 2, math.sqrt(abs(B * C) + 0.1)
    if abs(B - C) < 0.2 or B > 5.0:
        break
A = B
""".strip("\n"),
    """
# A
A = U
for B in range(3):
    def F(C, D=B):
        return C * D + A * 0.1
    A = F(U) + B
""".strip("\n"),
    """
# A
A = E
for B in range(2):
    C = [A, U]
    for D in C:
        A = A * 0.5 + D
A = A + C[-1]
""".strip("\n"),
    """
# A
A = E if T else None
if A is None:
    A = U
""".strip("\n"),
    """
#
if T:
    A = E
else:
    A = [E, U]
    A = A[0] * A[1]
P = P + A
""".strip("\n"),
    """
# A
A = U
if T and (B := E) > 0.5:
    A = B * U
""".strip("\n"),
    """
# A
A = E
if A > 0.5:
    A = A * U
elif A > 0.2:
    pass
elif (B := A * U) > 0.1:
    A = B
else:
    A = -A
""".strip("\n"),
    """
# A
A = 1
for B in [E, U]:
    A = A * B
""".strip("\n"),
    """
# A
A = E
B = 3
while B:
    B -= 1
    if T:
        continue
    A = A * 0.8 + U
""".strip("\n"),
    """
# A
A = math.hypot(*[E, U, 1.5]) + math.dist([E, U], [U, 3.0])
""".strip("\n"),
    """
# A
A = E // 0.3 * U + E % 0.6 + round(U) + int(U * 3)
""".strip("\n"),
    """
# A
A = E * (T) + U * (not T)
""".strip("\n"),
    """
# A
A = U ** 2 ** 2 - -U ** 2 + (U - 1) ** -2 * 0.001 if abs(U - 1) > 0.2 else U
""".strip("\n"),
]

PREAMBLE = """
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

""".lstrip("\n")
