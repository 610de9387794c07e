"""Programs of colour and shape: branches at thresholds, tuples, recursion on points."""

import math


def linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def lab(rgb):
    """CIE L*a*b* of an sRGB colour."""
    r, g, b = map(linear, rgb)
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883

    def f(t):
        return t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116

    return 116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))


def colour_distance(r, g, b):
    """CIE94 from a given grey."""
    L1, a1, b1 = lab((0.5, 0.5, 0.45))
    L2, a2, b2 = lab((r, g, b))
    C1, C2 = math.hypot(a1, b1), math.hypot(a2, b2)
    dH2 = (a1 - a2) ** 2 + (b1 - b2) ** 2 - (C1 - C2) ** 2
    return math.sqrt(
        (L1 - L2) ** 2 + ((C1 - C2) / (1 + 0.045 * C1)) ** 2 + dH2 / (1 + 0.015 * C1) ** 2
    )


def hue(r, g, b):
    high, low = max(r, g, b), min(r, g, b)
    if high == low:
        return 0.0
    if high == r:
        h = (g - b) / (high - low) % 6
    elif high == g:
        h = (b - r) / (high - low) + 2
    else:
        h = (r - g) / (high - low) + 4
    return 60 * h


def casteljau(t, points):
    """A point of a Bezier curve, its distance from the origin."""
    while len(points) > 1:
        points = [
            ((1 - t) * x0 + t * x1, (1 - t) * y0 + t * y1)
            for (x0, y0), (x1, y1) in zip(points, points[1:])
        ]
    (x, y), = points
    return math.hypot(x, y)


def rotate(v, axis, angle):
    """Rodrigues' formula."""
    c, s = math.cos(angle), math.sin(angle)
    n = math.sqrt(sum(a * a for a in axis))
    k = [a / n for a in axis]
    cross = (k[1] * v[2] - k[2] * v[1], k[2] * v[0] - k[0] * v[2], k[0] * v[1] - k[1] * v[0])
    dot = sum(a * b for a, b in zip(k, v))
    return tuple(v[i] * c + cross[i] * s + k[i] * dot * (1 - c) for i in range(3))


def rotated_height(x, y, z, angle):
    return rotate((x, y, z), (1.0, 2.0, 0.5), angle)[2]


def shoelace(polygon):
    """Area of a polygon."""
    area = 0.0
    previous = polygon[-1]
    for point in polygon:
        area += previous[0] * point[1] - point[0] * previous[1]
        previous = point
    return abs(area) / 2


def march(x, y, z, dx, dy):
    """A ray that marches to a sphere by its distance field."""
    dz = math.sqrt(1 - dx * dx - dy * dy)
    travelled = 0.0
    for _ in range(64):
        px, py, pz = x + dx * travelled, y + dy * travelled, z + dz * travelled
        distance = math.sqrt(px**2 + py**2 + pz**2) - 1.0
        if distance < 1e-6:
            return travelled
        travelled += distance
    return -1.0


def smoothstep(edge0, edge1, x):
    t = max(0.0, min(1.0, (x - edge0) / (edge1 - edge0)))
    return t * t * (3 - 2 * t)


def koch_length(side, factor, depth):
    if depth == 0:
        return side
    return sum(koch_length(side * factor, factor, depth - 1) for _ in range(4))


def bilinear(table, u, v):
    i, j = int(u), int(v)
    s, t = u - i, v - j
    top = table[i][j] * (1 - t) + table[i][j + 1] * t
    bottom = table[i + 1][j] * (1 - t) + table[i + 1][j + 1] * t
    return top * (1 - s) + bottom * s


PROGRAMS = [
    (lab, ((0.2, 0.6, 0.9),)),
    (colour_distance, (0.3, 0.55, 0.02)),
    (hue, (0.3, 0.55, 0.02)),
    (hue, (0.8, 0.1, 0.4)),
    (casteljau, (0.3, [(0.0, 0.5), (1.0, 2.0), (2.0, -1.0), (3.0, 0.5)])),
    (rotated_height, (0.3, -0.5, 1.2, 0.8)),
    (shoelace, ([(0.0, 0.0), (2.0, 0.3), (1.5, 2.0), (-0.2, 1.0)],)),
    (march, (0.1, -0.2, -3.0, 0.05, 0.02)),
    (smoothstep, (0.2, 0.9, 0.5)),
    (koch_length, (1.0, 0.4, 3)),
    (bilinear, ([[1.0, 2.0, 4.0], [0.5, 3.0, 1.0]], 0.3, 1.6)),
]
