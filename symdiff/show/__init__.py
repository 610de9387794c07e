"""Views of a staged computation: the table of forward and backward stages."""

from symdiff.show.table import BackwardStages, Stages

__all__ = ["BackwardStages", "Stages"]
