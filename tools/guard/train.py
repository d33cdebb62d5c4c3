"""Make the guard's model file: `python tools/guard/train.py` writes the same bytes every time.

Needs the packages of the extra (`pip install -e ".[train-guard]"`) and, as files, LongMemEval S, GVD and
StrategyQA train, all MIT; reads the messages of the Python that runs it (3.11 for the packaged file). The head
that train_coherence.py trains by the word model of this file, and the scores of the transplant probe, which
tools/guard/measure_probe.py writes, are kept.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import payload_training
import wordlm_training
from benign_texts import Session, dialogues, sessions, split_of, stored_questions
from calibration import prior
from program_texts import library_texts

from memsvc.guard.arrays_file import Array, read_arrays, write_arrays
from memsvc.guard.coherence import SHAPES
from memsvc.guard.model_file import PACKAGED, load_model

_LATIN = (
    "af bg ca cs da de eo es et eu fi fr ga gl hr hu id it la lt lv ms nl no pl"
    " pt ro sk sl so st sv sw tl tr vi yo zu"
)
_LONGEST_FUNCTION_WORD = 8
_ORDINARY_SESSIONS = 900


def main() -> int:
    """Train and calibrate; print what was written."""
    options = _options().parse_args()
    split: dict[str, list[Session]] = {"train": [], "calibrate": [], "test": []}
    for session in sessions(options.longmemeval):
        split[split_of(session.key)].append(session)
    known = stored_questions(options.strategyqa, "train")
    spoken = dialogues(options.gvd)
    sources = [[content for _, content in session.turns] for session in split["train"]]
    kept = _others(options.out)
    arrays = wordlm_training.fit([*sources, *library_texts(), *known, *_grouped(spoken)], _function_words())
    picked = random.Random("sessions").sample(split["train"], min(_ORDINARY_SESSIONS, len(split["train"])))
    ordinary = [content for session in picked for _, content in session.turns] + spoken
    ordinary += [text for pair in known for text in pair]
    classifier = payload_training.Fitting(ordinary)
    arrays |= classifier.fit(payload_training.attacks(), payload_training.hard_negatives())
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "guard.bin"
        write_arrays(draft, kept | arrays)
        model = load_model(draft)
    stored = stored_questions(options.strategyqa, "calibrate")
    arrays |= prior(model, split["calibrate"], stored, classifier.unseen_negatives())
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_arrays(options.out, kept | arrays)
    print(f"{options.out}: {options.out.stat().st_size} bytes, version {load_model(options.out).version}")
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--longmemeval", type=Path, required=True, help="longmemeval_s file (JSON)")
    parser.add_argument("--gvd", type=Path, required=True, help="memory_bank_en.json")
    parser.add_argument("--strategyqa", type=Path, required=True, help="strategyqa_train.json")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="the model file to write")
    return parser


def _function_words() -> list[str]:
    from stopwordsiso import stopwords

    words = {word.lower() for language in _LATIN.split() for word in stopwords(language)}
    return sorted(word for word in words if word.isalpha() and 2 <= len(word) <= _LONGEST_FUNCTION_WORD)


def _grouped(texts: list[str], size: int = 20) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def _others(out: Path) -> dict[str, Array]:
    """Return what else is in the file that is to be replaced, of detectors that are not trained here.

    Where there is no file it is a head that finds nothing, for train_coherence.py to train.
    """
    if not out.exists():
        return {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    own = ("wordlm/", "payload/", "benign/wordlm/", "benign/payload/", "benign/runs/")
    return {name: array for name, array in read_arrays(out)[1].items() if not name.startswith(own)}


if __name__ == "__main__":
    sys.exit(main())
