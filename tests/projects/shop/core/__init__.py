__all__ = ["tax", "RATES"]
from .tax import tax
from ._rates import RATES
