from __future__ import annotations

import pytest

from memsvc_evals.figures import percentile_ms


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 2000.0), (51, 3000.0), (95, 4000.0), (0, 1000.0), (100, 4000.0)]
)
def test_percentile_is_the_least_value_that_so_many_do_not_exceed(percent: float, expected: float) -> None:
    assert percentile_ms([4.0, 2.0, 1.0, 3.0], percent) == expected


def test_percentile_of_nothing_is_zero() -> None:
    assert percentile_ms([], 50) == 0.0
