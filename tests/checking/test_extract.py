import pytest

from checking.running import Laboratory
from symdiff.checking.extract import Extractor
from symdiff.checking.number import number


@pytest.fixture
def extract(tmp_path):
    lab = Laboratory()

    def names(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        return Extractor(lab.world).file(tmp_path / "main.py")

    names.lab = lab
    return names


def test_nothing_of_the_file_is_executed(extract, tmp_path):
    marker = tmp_path / "ran"
    found = extract(
        main=f"open({str(marker)!r}, 'w')\nLIMIT = open({str(marker)!r}, 'w')\n"
        f"def f(x, y=open({str(marker)!r}, 'w')):\n    return x\n"
        f"class C:\n    open({str(marker)!r}, 'w')\n"
        "def g(x):\n    return x * 2\n"
    )
    assert found["g"](3) == 6
    assert not marker.exists()
    assert not {"LIMIT", "f", "C"} & set(found)


def test_constants_functions_classes_and_imports_are_taken(extract):
    found = extract(
        main="import math as m\nfrom math import sqrt\nfrom functools import reduce\n"
        "HALF = 0.5\nROOT = sqrt(2.0) * m.pi\nTABLE = {'a': [1.0, -2]}\nTYPED: float = HALF * 2\n"
        "class Spring:\n    k = 2.0\n    def energy(self, x):\n        return self.k * x ** 2\n"
        "@decorated\ndef f(x):\n    return Spring().energy(x) * HALF + reduce(max, [x, ROOT])\n"
    )
    assert number(found["TYPED"]) == number(1.0)
    assert found["TABLE"]["a"][1] == -2
    assert float(found["f"](number(10.0)).value) == 110.0


def test_neighbouring_files_are_extracted(extract, tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "deep.py").write_text(
        "from helpers import twice\ndef f(x):\n    return twice(x) + 1\n"
    )
    found = extract(
        main="import helpers\nfrom helpers import twice as double\nfrom parts.deep import f\n"
        "import parts.deep\nimport sympy\n"
        "def g(x):\n    return double(x) + helpers.twice(x) + f(x) + parts.deep.f(x)\n",
        helpers="raise SystemExit\ndef twice(x):\n    return 2 * x\n",
    )
    assert found["g"](1) == 10
    assert "sympy" not in found


def test_a_circle_of_imports_ends(extract):
    found = extract(
        main="from other import g\ndef f(x):\n    return g(x)\n",
        other="from main import f\ndef g(x):\n    return x\n",
    )
    assert found["f"](1) == 1


def test_a_checkpoint_is_what_it_is_given(extract):
    found = extract(
        main="import symdiff as sd\nfrom symdiff import checkpoint\n"
        "def f(x):\n    for i in checkpoint(range(3)):\n        x = sd.checkpoint(g)(x)\n"
        "    return x\n"
        "def g(x):\n    return x * 2\n"
    )
    assert found["f"](3) == 24
