"""What is read in the place of functions of libraries, in files with the names of their modules:
none of it is ever run."""

from __future__ import annotations


def refuse(why: str) -> None:
    """The call can't be differentiated: the reader says so."""
