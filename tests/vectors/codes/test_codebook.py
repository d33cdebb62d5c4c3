"""The shipped codebook is the one that codes were made with, or is refused."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from memsvc_stores.vectors.codes import train
from memsvc_stores.vectors.codes.codebook import FILE, CodebookChanged, centroids_for, parse, shipped


def content() -> bytes:
    return resources.files("memsvc_stores.vectors.codes").joinpath(FILE).read_bytes()


def test_it_has_128_sub_quantisers_of_16_centroids() -> None:
    assert shipped().shape == (128, 16, 3)
    assert len(content()) == 24_576


@pytest.mark.parametrize("place", [0, 12_000, 24_575])
def test_a_flipped_bit_is_refused(place: int) -> None:
    damaged = bytearray(content())
    damaged[place] ^= 1
    with pytest.raises(CodebookChanged, match="hash"):
        parse(bytes(damaged))


def test_a_file_cut_short_is_refused() -> None:
    with pytest.raises(CodebookChanged, match="100 bytes"):
        parse(content()[:100])


def test_another_dimension_repeats_and_scales_the_sub_quantisers() -> None:
    larger = centroids_for(768)
    assert larger.shape == (256, 16, 3)
    np.testing.assert_array_equal(larger[:128], larger[128:])
    np.testing.assert_allclose(larger[:128], shipped() / np.sqrt(2.0), rtol=1e-6)


@pytest.mark.slow
def test_training_makes_as_good_a_codebook() -> None:
    again = train.train(5_000)
    assert again.shape == shipped().shape
    assert np.square(again).mean() == pytest.approx(np.square(shipped()).mean(), rel=0.05)


def test_training_overwrites_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "train", shipped)
    target = tmp_path / "codebook.bin"
    assert train.main([str(target)]) == 0
    assert target.read_bytes() == content()
    with pytest.raises(FileExistsError):
        train.main([str(target)])
