"""Makes the live pages of the gallery, with `symdiff page`.

    python docs/make_gallery.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from symdiff.cli import main

HERE = Path(__file__).parent
PROGRAMS = {
    "notes": ("examples/notes.py:f", "x=3.0, y=-4.0"),
    "neuron": ("gallery/neuron.py:xor_loss", "w1=2.0, w2=-1.0, b=0.5, v=1.5, c=-1.0"),
    "black_scholes": (
        "gallery/black_scholes.py:call",
        "spot=100.0, strike=105.0, years=1.0, rate=0.03, volatility=0.2",
    ),
    "kepler": ("gallery/kepler.py:kepler", "mean=0.8, e=0.6"),
    "throw": ("gallery/throw.py:distance", "angle=0.7, speed=20.0, drag=0.01"),
    "regression": (
        "gallery/regression.py:loss",
        "w=[0.5, -1.0], X=[[1.0, 2.0], [2.0, 1.0], [0.0, 1.0], [3.0, -1.0], [1.0, 1.0]], "
        "y=[-1.0, 1.0, -1.0, 1.0, -1.0]",
    ),
}


def make(folder: Path) -> None:
    """Write a page for each program. Raises SystemExit where one can't be made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (target, at) in PROGRAMS.items():
        to = folder / f"{name}.html"
        status = main(["page", str(HERE / target), "--at", at, "-o", str(to)])
        if status:
            raise SystemExit(f"no page of {target}: exit status {status}")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "_build" / "gallery")
