"""What tests of rules share."""

from __future__ import annotations

import numpy as np
import pytest

from rules.arrays import samples


@pytest.fixture(autouse=True)
def same_numbers():
    """At other numbers LAPACK may change the sign of a vector within a difference."""
    samples.RNG.bit_generator.state = np.random.default_rng(0).bit_generator.state
