"""The page of a function, on which values flow down the forward column and gradients come back."""

from symdiff.show.page.making import page

__all__ = ["page"]
