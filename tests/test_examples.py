"""The examples of the documentation run, and end where they should."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy")
pytest.importorskip("scipy", reason="the examples use scipy.optimize and scipy.special")

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"

# what is read from the end of the output, and between which numbers it lies
ENDS = {
    "notes": (r"df/dy = (\S+)", 1.592232, 1.592233),
    "neural_network": (r"([\d.]+)% of 397 digits", 90, 100),
    "one_versus_all": (r"([\d.]+)% of the labels", 87, 100),
    "convolution": (r"([\d.]+)% of 397 digits", 88, 100),
    "stochastic_descent": (r"^frequency ([\d.]+), phase", 2.98, 3.02),
    "heat_equation": (r"segment 2 .* ([\d.]+), really 0.1", 0.098, 0.102),
    "gaussian_process": (r"noise ([\d.]+); log likelihood", 0.10, 0.20),
    "kalman_filter": (r"radar errs by ([\d.]+)", 0.7, 0.9),
}


def test_every_example_is_run():
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == sorted(ENDS)


@pytest.mark.parametrize("name", ENDS)
def test_the_example_ends_where_it_should(name):
    pattern, low, high = ENDS[name]
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = re.search(pattern, done.stdout, re.MULTILINE)
    assert found, done.stdout
    assert low <= float(found[1].rstrip(".")) <= high
