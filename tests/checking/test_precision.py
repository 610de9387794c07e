from symdiff.checking.number import number
from symdiff.checking.precision import DIGITS, cached, field, precision


def test_numbers_made_within_have_more_digits():
    with precision(300):
        third = number(0.3333333333333333).value
        assert abs(3 * third - 1) < field().mpf(10) ** -299
    assert field().dps == DIGITS


def test_what_was_cached_at_another_precision_is_made_anew():
    calls = []

    @cached
    def third():
        calls.append(field().dps)
        return field().mpf(1) / 3

    third(), third()
    with precision(200):
        third(), third()
    third()
    assert calls == [DIGITS, 200, DIGITS]
