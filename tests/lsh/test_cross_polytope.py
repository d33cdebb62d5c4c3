"""The hash against the paper's definition and the golden values of reference/memory-algorithms.md, 3.2."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.errors import DimensionMismatch, InvalidInput
from memsvc.ports.hashing import Epoch, LshParameters
from memsvc_stores.lsh import CrossPolytope
from tests.lsh.epochs import epoch_of, random_epoch

HASHING = CrossPolytope()
PLANE = epoch_of(np.eye(2))


def code(epoch: Epoch, vector: object) -> int:
    return int(HASHING.codes(epoch, np.asarray(vector)[None])[0, 0])


def of_the_paper(matrix: np.ndarray, vector: np.ndarray) -> int:
    entries = [float(vector @ column) for column in matrix.T]
    both = entries + [-entry for entry in entries]
    return both.index(max(both))


@pytest.mark.parametrize(
    ("vector", "group"), [((3, 1), 0), ((1, 3), 1), ((-3, 1), 2), ((1, -3), 3), ((1, 1), 0), ((-1, -1), 2)]
)
def test_the_group_is_the_first_largest_entry(vector: tuple[int, int], group: int) -> None:
    assert code(PLANE, vector) == group


def test_entries_that_float32_cannot_tell_apart_are_told_apart() -> None:
    assert code(PLANE, (1.0, 1.0 + 1e-9)) == 1


@pytest.mark.parametrize(
    ("dimension", "groups", "golden"), [(8, 8, [3, 4, 0, 6, 4, 0]), (384, 64, [14, 62, 56, 13, 39, 54])]
)
def test_golden_codes(dimension: int, groups: int, golden: list[int]) -> None:
    epoch = random_epoch(LshParameters(dimension, groups))
    points = np.random.default_rng(1).standard_normal((6, dimension))

    assert HASHING.codes(epoch, points)[:, 0].tolist() == golden


def test_golden_codes_of_the_opposites() -> None:
    epoch = random_epoch(LshParameters(384, 64))
    points = np.random.default_rng(1).standard_normal((6, 384))

    assert HASHING.codes(epoch, -points)[:, 0].tolist() == [46, 30, 24, 45, 7, 22]


@given(seed=st.integers(0, 2**32 - 1), dimension=st.integers(1, 40), half=st.integers(1, 20))
def test_equals_the_definition(seed: int, dimension: int, half: int) -> None:
    random = np.random.default_rng(seed)
    matrix, vector = random.standard_normal((dimension, half)), random.standard_normal(dimension)

    assert code(epoch_of(matrix), vector) == of_the_paper(matrix, vector)


@given(seed=st.integers(0, 2**32 - 1), power=st.integers(-20, 20))
def test_length_does_not_matter(seed: int, power: int) -> None:
    epoch = random_epoch(LshParameters(16, 32))
    vector = np.random.default_rng(seed).standard_normal(16)

    assert code(epoch, vector * 2.0**power) == code(epoch, vector)


@given(seed=st.integers(0, 2**32 - 1))
def test_the_opposite_is_half_way_round(seed: int) -> None:
    epoch = random_epoch(LshParameters(16, 32))
    vector = np.random.default_rng(seed).standard_normal(16)

    assert code(epoch, -vector) == (code(epoch, vector) + 16) % 32


@given(seed=st.integers(0, 2**32 - 1))
def test_columns_in_another_order_rename_the_groups(seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix, vector, order = random.standard_normal((16, 8)), random.standard_normal(16), random.permutation(8)
    sign, column = divmod(code(epoch_of(matrix[:, order]), vector), 8)

    assert code(epoch_of(matrix), vector) == 8 * sign + order[column]


def test_a_batch_gives_what_single_rows_give() -> None:
    epoch = random_epoch(LshParameters(64, 64, hashes=2, tables=4))
    points = np.random.default_rng(1).standard_normal((500, 64)).astype(np.float32)
    single = np.concatenate([HASHING.codes(epoch, row[None]) for row in points])

    assert (HASHING.codes(epoch, points) == single).all()


def test_a_batch_over_the_block_gives_what_its_parts_give() -> None:
    epoch = random_epoch(LshParameters(2, 4096, tables=64))
    points = np.random.default_rng(1).standard_normal((40, 2))
    parts = np.concatenate([HASHING.codes(epoch, points[:7]), HASHING.codes(epoch, points[7:])])

    assert (HASHING.codes(epoch, points) == parts).all()


def test_several_hashes_are_the_digits_of_a_code() -> None:
    epoch = random_epoch(LshParameters(8, 6, hashes=3, tables=2))
    points = np.random.default_rng(1).standard_normal((50, 8))
    digits = [
        [HASHING.codes(epoch_of(epoch.projections[table, k]), points)[:, 0] for k in range(3)] for table in (0, 1)
    ]
    read = np.stack([(36 * first + 6 * second + third) for first, second, third in digits], axis=1)

    assert (HASHING.codes(epoch, points) == read).all()


def test_another_process_gives_the_same_codes() -> None:
    script = (
        "import numpy as np; from memsvc.ports.hashing import LshParameters;"
        "from memsvc_stores.lsh import CrossPolytope; from tests.lsh.epochs import random_epoch;"
        "points = np.random.default_rng(5).standard_normal((50, 32));"
        "print(CrossPolytope().codes(random_epoch(LshParameters(32, 64, 2, 8, seed=3)), points).tolist())"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    points = np.random.default_rng(5).standard_normal((50, 32))

    assert elsewhere.stdout.strip() == str(
        HASHING.codes(random_epoch(LshParameters(32, 64, 2, 8, seed=3)), points).tolist()
    )


def test_no_vectors_have_no_codes() -> None:
    assert HASHING.codes(PLANE, np.empty((0, 2))).shape == (0, 1)


@pytest.mark.parametrize(
    ("vector", "word"), [((0.0, 0.0), "zero"), ((np.nan, 1.0), "finite"), ((np.inf, 1), "finite")]
)
def test_what_has_no_direction_is_refused(vector: tuple[float, float], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        code(PLANE, vector)


def test_vectors_of_another_dimension_are_refused() -> None:
    with pytest.raises(DimensionMismatch, match=r"\(1, 3\).*\(n, 2\)"):
        code(PLANE, (1, 2, 3))


def test_projections_of_another_shape_are_refused() -> None:
    broken = Epoch(1, PLANE.purpose, LshParameters(2, 8), "m", PLANE.projections)

    with pytest.raises(DimensionMismatch, match="projections have the shape"):
        code(broken, (1, 2))


@pytest.mark.parametrize("groups", [0, 1, 3, 15, -2])
def test_an_odd_or_missing_number_of_groups_is_refused(groups: int) -> None:
    with pytest.raises(InvalidInput, match="even"):
        LshParameters(4, groups)


def test_codes_over_63_bits_are_refused() -> None:
    with pytest.raises(InvalidInput, match="63 bits"):
        LshParameters(4, 4096, hashes=6)
