"""What is read in the place of functions of libraries, in files with the names of their modules:
none of it is ever run."""

from __future__ import annotations


def refuse(why: str) -> None:
    """The call can't be differentiated: the reader says so."""


def sequence(data):  # type: ignore[no-untyped-def]
    """A list or tuple as it is, and a list of anything else that is iterated over."""
