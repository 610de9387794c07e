"""How far a ball flies against the drag of the air: a simulation with a branch in a loop."""

import math


def distance(angle, speed, drag):
    vx = speed * math.cos(angle)
    vy = speed * math.sin(angle)
    x = 0.0
    y = 1.0
    for _ in range(40):
        if y > 0:
            v = math.hypot(vx, vy)
            vx = vx - 0.1 * drag * v * vx
            vy = vy - 0.1 * (drag * v * vy + 9.81)
            x = x + 0.1 * vx
            y = y + 0.1 * vy
    return x
