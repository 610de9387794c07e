from .core.pricing import price, Item
from .core import *
__version__ = "1"
