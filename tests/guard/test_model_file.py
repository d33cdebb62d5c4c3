"""A model file is read as it was written, and refused, with a reason, when anything is wrong with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from memsvc.errors import GuardModelError
from memsvc.guard.arrays_file import Array, read_arrays, write_arrays
from memsvc.guard.conformal import LENGTH_BUCKETS
from memsvc.guard.model_file import PACKAGED, GuardModel, load_model


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    place = tmp_path / "copy.bin"
    place.write_bytes(PACKAGED.read_bytes())
    return place


def _with(copy: Path, **changed: Array | None) -> Path:
    arrays = {**read_arrays(copy)[1], **{name.replace("__", "/"): array for name, array in changed.items()}}
    write_arrays(copy, {name: array for name, array in arrays.items() if array is not None})
    return copy


def test_the_packaged_model_is_small_and_has_benign_scores_of_all_sorts(guard_model: GuardModel) -> None:
    assert PACKAGED.stat().st_size < 1_700_000
    for detector in ("wordlm", "payload", "runs"):
        for kind in ("round", "statement", "document"):
            for bucket in LENGTH_BUCKETS:
                scores = guard_model.benign(detector, kind, bucket)
                assert scores is not None
                assert scores.count >= 500


def test_arrays_are_read_as_written_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    arrays = {
        "a/bytes": np.arange(7, dtype=np.uint8),
        "b/square": np.array([[1, -2], [300, 70_000]], dtype=np.int32),
        "c/floats": np.array([0.5, -1e30], dtype=np.float32),
        "d/none": np.zeros(0, dtype=np.uint64),
    }
    write_arrays(tmp_path / "one", arrays)
    write_arrays(tmp_path / "two", dict(reversed(arrays.items())))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    _, found = read_arrays(tmp_path / "one")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].tolist()) == (array.dtype, array.tolist())


def test_writing_the_models_arrays_again_gives_its_bytes(copy: Path) -> None:
    write_arrays(copy, read_arrays(PACKAGED)[1])
    assert copy.read_bytes() == PACKAGED.read_bytes()


def test_an_array_of_another_type_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="complex128"):
        write_arrays(tmp_path / "x", {"a": np.zeros(1, complex)})
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GuardModelError, match=r"absent\.bin cannot be read: No such file") as caught:
        load_model(tmp_path / "absent.bin")
    assert caught.value.place == str(tmp_path / "absent.bin")
    assert "MEMSVC_GUARD__MODEL" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: b"", "0 bytes, too few"),
        (lambda data: b"PK" + data[2:], "is no guard model"),
        (lambda data: data[:8] + b"\x09" + data[9:], "format version 9"),
        (lambda data: data[:-1], "is damaged"),
        (lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:], "is damaged"),
    ],
    ids=["empty", "magic", "version", "cut", "flipped"],
)
def test_a_wrong_file_is_refused(copy: Path, change: object, why: str) -> None:
    assert callable(change)
    copy.write_bytes(change(copy.read_bytes()))
    with pytest.raises(GuardModelError, match=why):
        load_model(copy)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"payload__weights": None}, "has no array 'payload/weights'"),
        ({"payload__weights": np.zeros(5, np.int8)}, "5 weights"),
        ({"payload__weights": np.zeros(5, np.float32)}, "float32 in 'payload/weights' where int8 belongs"),
        ({"wordlm__unigrams": np.zeros(3, np.uint8)}, "not as many probabilities"),
        ({"wordlm__pair_bits": np.zeros(3, np.uint8)}, "3 probabilities"),
        ({"wordlm__words": np.array([255, 254], np.uint8)}, "no text"),
        ({"coherence__first": np.zeros((2, 3), np.float32)}, r"shape \(2, 3\) in 'coherence/first'"),
        ({"benign__new__any__any__values": np.ones(2, np.float32)}, "values without counts"),
        (
            {
                "benign__new__any__any__values": np.array([2, 1], np.float32),
                "benign__new__any__any__below": np.array([1, 2], np.uint32),
            },
            "do not rise",
        ),
    ],
    ids=["absent", "size", "dtype", "unigrams", "pairs", "words", "head", "half", "order"],
)
def test_inconsistent_arrays_are_refused(copy: Path, changed: dict[str, Array | None], why: str) -> None:
    with pytest.raises(GuardModelError, match=why):
        load_model(_with(copy, **changed))


def test_further_arrays_are_found_by_name(copy: Path) -> None:
    model = load_model(_with(copy, probe__bias=np.array([3], np.uint8)))
    assert model.array("probe/bias").tolist() == [3]
    with pytest.raises(GuardModelError, match="no array 'probe/other'"):
        model.array("probe/other")


def test_scores_of_any_kind_stand_in_for_those_of_a_kind(copy: Path) -> None:
    values, below = np.array([0.1, 0.9], np.float32), np.array([1, 2], np.uint32)
    model = load_model(_with(copy, benign__hub__any__any__values=values, benign__hub__any__any__below=below))
    scores = model.benign("hub", "round", "short")
    assert scores is not None
    assert scores.p_value(1.0) == pytest.approx(1 / 3)
    assert model.benign("unknown", "round", "short") is None


def test_scores_of_any_kind_are_taken_by_length_where_there_are_such(copy: Path) -> None:
    few, many = np.array([1], np.uint32), np.array([7], np.uint32)
    one = np.array([0.5], np.float32)
    pooled = {"benign__hub__any__any__values": one, "benign__hub__any__any__below": many}
    short = {"benign__hub__any__short__values": one, "benign__hub__any__short__below": few}
    model = load_model(_with(copy, **pooled, **short))
    found = [model.benign("hub", "round", length) for length in ("short", "long")]
    assert [each.count for each in found if each is not None] == [1, 7]
