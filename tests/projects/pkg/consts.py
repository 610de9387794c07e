import math
TWO_PI = 2 * math.pi
SCALE = 3.0
OFFSET = SCALE - 1
_HIDDEN = 5.0
LAWS = {"sin": math.sin}
