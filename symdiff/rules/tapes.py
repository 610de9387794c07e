"""The functions that generated code has for its tapes: arrays that are filled from the left."""

from __future__ import annotations

from symdiff.stages import GlobalValue, Helper, Var

LONGER = '''\
def longer_tape(tape, used):
    """A tape that has so much room, and begins with what is on this one."""
    if used <= len(tape):
        return tape
    longer = np.empty(max(used, 2 * len(tape)), tape.dtype)
    longer[: len(tape)] = tape
    return longer
'''
WRITE = '''\
def on_tape(tape, at, x):
    """Write an array on a tape, if it fits; the place behind it."""
    end = at + x.size
    if end <= len(tape):
        tape[at:end] = x.ravel()
    return end
'''
_NUMPY = {"np": GlobalValue("import numpy as np")}
HELPERS = {
    name: Helper(name, text, (), Var("out"), (), _NUMPY)
    for name, text in (("longer_tape", LONGER), ("on_tape", WRITE))
}
