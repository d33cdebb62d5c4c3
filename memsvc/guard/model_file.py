"""The guard's model: one file of the package, or another of the same format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from memsvc.errors import GuardModelError
from memsvc.guard.arrays_file import FORMAT_VERSION, Array, read_arrays
from memsvc.guard.coherence import SHAPES, Head
from memsvc.guard.conformal import BenignScores, KindClass, LengthBucket
from memsvc.guard.payload import PayloadModel
from memsvc.guard.payload_features import FEATURES
from memsvc.guard.runs import RareRuns
from memsvc.guard.wordlm import WordLm
from memsvc.guard.words import CLASSES

__all__ = ["PACKAGED", "GuardModel", "benign_name", "load_model"]

PACKAGED = Path(__file__).parent / "model" / "guard.bin"

_DTYPES = {
    "wordlm/words": "uint8",
    "wordlm/foreign": "uint8",
    "wordlm/unigrams": "uint8",
    "wordlm/backoffs": "uint8",
    "wordlm/pair_steps": "uint32",
    "wordlm/pair_bits": "uint8",
    "payload/weights": "int8",
    "payload/scale": "float32",
    **dict.fromkeys(SHAPES, "float32"),
}


@dataclass(frozen=True, slots=True)
class GuardModel:
    """What the detectors have learnt, and benign scores to calibrate any of them."""

    version: str
    wordlm: WordLm
    payload: PayloadModel
    runs: RareRuns
    head: Head
    arrays: Mapping[str, Array]
    path: Path

    def benign(self, detector: str, kind: KindClass, bucket: LengthBucket) -> BenignScores | None:
        """Return a detector's benign scores for a sort of note, else of all lengths, else of all kinds."""
        for names in ((kind, bucket), (kind, "any"), ("any", bucket), ("any", "any")):
            values = self.arrays.get(benign_name(detector, *names, "values"))
            below = self.arrays.get(benign_name(detector, *names, "below"))
            if values is not None and below is not None:
                return BenignScores(values, below)
        return None

    def array(self, name: str) -> Array:
        """Return a further array of the file.

        Raises:
            GuardModelError: the file has none of this name.
        """
        try:
            return self.arrays[name]
        except KeyError:
            raise _wrong(self.path, f"has no array {name!r}") from None


def benign_name(detector: str, kind: str, bucket: str, part: str) -> str:
    """Return the name of an array of benign scores: `part` is values or below, any sort may be `any`."""
    return f"benign/{detector}/{kind}/{bucket}/{part}"


def load_model(path: Path | None = None) -> GuardModel:
    """Return the model of a file, or the packaged one; a tenth of a second, so load it once.

    Raises:
        GuardModelError: the file is missing, damaged, or not what this version reads.
    """
    place = PACKAGED if path is None else path
    digest, arrays = read_arrays(place)
    for name, dtype in _DTYPES.items():
        if name not in arrays:
            raise _wrong(place, f"has no array {name!r}")
        if arrays[name].dtype.name != dtype:
            raise _wrong(place, f"has {arrays[name].dtype.name} in {name!r} where {dtype} belongs")
    wordlm = _wordlm(arrays, place)
    weights, scale = arrays["payload/weights"], arrays["payload/scale"]
    if weights.shape != (FEATURES,) or scale.shape != (2,):
        raise _wrong(place, f"has {weights.size} weights for sentences; this memsvc has {FEATURES} features")
    payload = PayloadModel(weights.astype(np.float32) * scale[0], float(scale[1]))
    for name, shape in SHAPES.items():
        if arrays[name].shape != shape:
            raise _wrong(place, f"has shape {arrays[name].shape} in {name!r} where {shape} belongs")
    _check_benign(arrays, place)
    version = f"{FORMAT_VERSION}-{digest[:12]}"
    return GuardModel(version, wordlm, payload, RareRuns(wordlm), Head.of(arrays), arrays, place)


def _wordlm(arrays: Mapping[str, Array], path: Path) -> WordLm:
    words = _unpacked(arrays["wordlm/words"], path)
    size = len(words) + len(CLASSES)
    steps, pair_bits = arrays["wordlm/pair_steps"], arrays["wordlm/pair_bits"]
    if arrays["wordlm/unigrams"].shape != (size,) or arrays["wordlm/backoffs"].shape != (size,):
        raise _wrong(path, f"has {len(words)} words, but not as many probabilities")
    if steps.shape != pair_bits.shape or not steps.size:
        raise _wrong(path, f"has {steps.size} pairs of words, but {pair_bits.size} probabilities of them")
    return WordLm(
        words={word: place for place, word in enumerate(words, len(CLASSES))},
        foreign=frozenset(_unpacked(arrays["wordlm/foreign"], path)),
        unigrams=arrays["wordlm/unigrams"],
        backoffs=arrays["wordlm/backoffs"],
        pairs=np.cumsum(steps, dtype=np.uint64),
        pair_bits=pair_bits,
    )


def _unpacked(packed: Array, path: Path) -> list[str]:
    try:
        return packed.tobytes().decode().split("\n")
    except UnicodeDecodeError as error:
        raise _wrong(path, "has words that are no text") from error


def _check_benign(arrays: Mapping[str, Array], path: Path) -> None:
    for name, values in arrays.items():
        if not name.startswith("benign/") or not name.endswith("/values"):
            continue
        below = arrays.get(name.removesuffix("values") + "below")
        if below is None or below.shape != values.shape or not values.size:
            raise _wrong(path, f"has values without counts in {name!r}")
        if (values.dtype.name, below.dtype.name) != ("float32", "uint32"):
            raise _wrong(path, f"has other than float32 values and uint32 counts in {name!r}")
        if not (
            np.isfinite(values).all() and (np.diff(values) >= 0).all() and (np.diff(below.astype(int)) > 0).all()
        ):
            raise _wrong(path, f"has values or counts that do not rise in {name!r}")


def _wrong(path: Path, what: str) -> GuardModelError:
    remedy = "reinstall memsvc, or let MEMSVC_GUARD__MODEL name a file made by tools/guard/train.py"
    return GuardModelError(f"the guard model {path.name} {what}; {remedy}", place=str(path))
