"""Long functions that are called again and again are written once."""

import symdiff

TERM = "    total = total + {0}.0 * x ** {1} * math.exp(-{0} * y / 100)"
TERMS = [TERM.format(k, k % 7) for k in range(1, 41)]
POTENTIAL = "\n".join(["import math", "", "def potential(x, y):", "    total = 0.0", *TERMS,
                       "    return total", ""])  # fmt: skip


def program(tmp_path, calls, name):
    lines = [f"    out = out + potential(x + {k}.0, y * {k + 1})" for k in range(calls)]
    start = ["def energy(x, y):", "    out = 0.0"]
    text = "\n".join([POTENTIAL, *start, *lines, "    return out", ""])
    path = tmp_path / f"{name}.py"
    path.write_text(text)
    names = {}
    exec(compile(text, str(path), "exec"), names)
    return path, names["energy"]


def test_a_long_function_is_called_where_the_program_would_grow_long(tmp_path):
    _, energy = program(tmp_path, 60, "long")
    value, gradient = symdiff.value_and_grad(energy, (0, 1))(0.3, 0.7)
    assert value == energy(0.3, 0.7)
    text = symdiff.source(energy)
    assert text.count("potential_forward(") > 20 and len(text.splitlines()) < 2500
    for i, derivative in enumerate(gradient):
        moved = [[0.3, 0.7], [0.3, 0.7]]
        moved[0][i] += 1e-6
        moved[1][i] -= 1e-6
        slope = (energy(*moved[0]) - energy(*moved[1])) / 2e-6
        assert abs(derivative - slope) < 1e-6 * abs(slope)


def test_a_short_program_stays_as_it_is_written(tmp_path):
    _, energy = program(tmp_path, 2, "short")
    assert "def potential" not in symdiff.source(energy)
