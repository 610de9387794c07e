"""Programs of surveyors and astronomers: angles, iterations that converge, remainders."""

import math

WGS84_A = 6378137.0
WGS84_F = 1 / 298.257223563


def vincenty(lat1, lon1, lat2, lon2):
    """Length of the geodesic between two points on the ellipsoid (Vincenty 1975)."""
    b = (1 - WGS84_F) * WGS84_A
    L = math.radians(lon2 - lon1)
    U1 = math.atan((1 - WGS84_F) * math.tan(math.radians(lat1)))
    U2 = math.atan((1 - WGS84_F) * math.tan(math.radians(lat2)))
    sinU1, cosU1 = math.sin(U1), math.cos(U1)
    sinU2, cosU2 = math.sin(U2), math.cos(U2)
    lam = L
    for _ in range(100):
        sinlam, coslam = math.sin(lam), math.cos(lam)
        sin_sigma = math.sqrt(
            (cosU2 * sinlam) ** 2 + (cosU1 * sinU2 - sinU1 * cosU2 * coslam) ** 2
        )
        if sin_sigma == 0:
            return 0.0
        cos_sigma = sinU1 * sinU2 + cosU1 * cosU2 * coslam
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = cosU1 * cosU2 * sinlam / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        cos_2m = cos_sigma - 2 * sinU1 * sinU2 / cos2_alpha if cos2_alpha != 0 else 0
        C = WGS84_F / 16 * cos2_alpha * (4 + WGS84_F * (4 - 3 * cos2_alpha))
        previous = lam
        lam = L + (1 - C) * WGS84_F * sin_alpha * (
            sigma + C * sin_sigma * (cos_2m + C * cos_sigma * (-1 + 2 * cos_2m**2))
        )
        if abs(lam - previous) < 1e-12:
            break
    else:
        raise ValueError("the points are nearly antipodal")
    u2 = cos2_alpha * (WGS84_A**2 - b**2) / b**2
    A = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    B = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
    delta = B * sin_sigma * (
        cos_2m
        + B / 4 * (
            cos_sigma * (-1 + 2 * cos_2m**2)
            - B / 6 * cos_2m * (-3 + 4 * sin_sigma**2) * (-3 + 4 * cos_2m**2)
        )
    )
    return b * A * (sigma - delta)


def sun_elevation(day, latitude, longitude):
    """Elevation of the sun by the almanac's short formula; `day` counts from J2000."""
    mean_longitude = (280.460 + 0.9856474 * day) % 360
    g = math.radians((357.528 + 0.9856003 * day) % 360)
    ecliptic = math.radians(
        mean_longitude + 1.915 * math.sin(g) + 0.020 * math.sin(2 * g)
    )
    obliquity = math.radians(23.439 - 0.0000004 * day)
    right_ascension = math.atan2(math.cos(obliquity) * math.sin(ecliptic), math.cos(ecliptic))
    declination = math.asin(math.sin(obliquity) * math.sin(ecliptic))
    gmst = (18.697374558 + 24.06570982441908 * day) % 24
    hour_angle = math.radians(gmst * 15 + longitude) - right_ascension
    phi = math.radians(latitude)
    sine = math.sin(phi) * math.sin(declination)
    sine += math.cos(phi) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(sine))


def geodetic_to_cartesian(lat, lon, height):
    phi, lam = math.radians(lat), math.radians(lon)
    e2 = WGS84_F * (2 - WGS84_F)
    N = WGS84_A / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    x = (N + height) * math.cos(phi) * math.cos(lam)
    y = (N + height) * math.cos(phi) * math.sin(lam)
    z = (N * (1 - e2) + height) * math.sin(phi)
    return x, y, z


def there_and_back(lat, lon, height):
    """To Cartesian coordinates, and back by Bowring's iteration."""
    x, y, z = geodetic_to_cartesian(lat, lon, height)
    e2 = WGS84_F * (2 - WGS84_F)
    p = math.hypot(x, y)
    phi = math.atan2(z, p * (1 - e2))
    while True:
        N = WGS84_A / math.sqrt(1 - e2 * math.sin(phi) ** 2)
        h = p / math.cos(phi) - N
        nxt = math.atan2(z, p * (1 - e2 * N / (N + h)))
        if abs(nxt - phi) < 1e-13:
            break
        phi = nxt
    return math.degrees(phi) + math.degrees(math.atan2(y, x)) + h / 1000


def lambert_projection(lat, lon, *, parallels=(33.0, 45.0), origin=(23.0, -96.0)):
    """Lambert's conformal conic projection (Snyder 1987), on the sphere."""

    def isometric(degrees):
        return math.tan(math.pi / 4 + math.radians(degrees) / 2)

    first, second = (math.radians(p) for p in parallels)
    n = math.log(math.cos(first) / math.cos(second))
    n /= math.log(isometric(parallels[1]) / isometric(parallels[0]))
    F = math.cos(first) * isometric(parallels[0]) ** n / n
    rho = F / isometric(lat) ** n
    rho0 = F / isometric(origin[0]) ** n
    theta = n * math.radians(lon - origin[1])
    return rho * math.sin(theta) + 2 * (rho0 - rho * math.cos(theta))


def kepler_position(a, e, mean_anomaly):
    """Position on an ellipse, by Halley's method."""
    E = mean_anomaly if e < 0.8 else math.pi
    delta = 1.0
    rounds = 0
    while abs(delta) > 1e-14 and rounds < 50:
        s, c = e * math.sin(E), e * math.cos(E)
        f = E - s - mean_anomaly
        delta = f / (1 - c - f * s / (2 * (1 - c)))
        E -= delta
        rounds += 1
    x = a * (math.cos(E) - e)
    y = a * math.sqrt(1 - e * e) * math.sin(E)
    return x * x + 3 * y


PROGRAMS = [
    (vincenty, (52.52, 13.405, -33.8688, 151.2093)),
    (sun_elevation, (8123.3, 47.37, 8.54)),
    (geodetic_to_cartesian, (47.0, 8.5, 408.0)),
    (there_and_back, (47.0, 8.5, 408.0)),
    (lambert_projection, (35.0, -75.0)),
    (kepler_position, (1.5, 0.3, 0.9)),
    (kepler_position, (1.5, 0.9, 0.2)),
]
