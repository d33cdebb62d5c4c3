"""Make the guard's model file: `python tools/guard/train.py` writes the same bytes every time.

Needs LongMemEval S, GVD and StrategyQA train (all MIT) as files and the package stopwordsiso (MIT); reads the
messages of the Python that runs it (3.11 for the packaged file).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import payload_training
import wordlm_training
from arrays import benign_arrays
from benign_texts import Session, dialogues, facts, sessions, split_of
from program_texts import library_texts

from memsvc.guard.arrays_file import Array, write_arrays
from memsvc.guard.conformal import KindClass, LengthBucket, length_bucket
from memsvc.guard.model_file import PACKAGED, GuardModel, load_model

_LATIN = (
    "af bg ca cs da de eo es et eu fi fr ga gl hr hu id it la lt lv ms nl no pl"
    " pt ro sk sl so st sv sw tl tr vi yo zu"
)
_LONGEST_FUNCTION_WORD = 8
_ORDINARY_SESSIONS = 900
_CALIBRATION_TEXTS = 9_000


def main() -> int:
    """Train and calibrate; print what was written."""
    options = _options().parse_args()
    found = sessions(options.longmemeval)
    split: dict[str, list[Session]] = {"train": [], "calibrate": [], "test": []}
    for session in found:
        split[split_of(session.key)].append(session)
    known = [text for text in facts(options.strategyqa) if split_of(text) == "train"]
    spoken = dialogues(options.gvd)
    sources = [[content for _, content in session.turns] for session in split["train"]]
    arrays = wordlm_training.fit(
        [*sources, *library_texts(), *([text] for text in known), *_grouped(spoken)], _function_words()
    )
    picked = random.Random("sessions").sample(split["train"], min(_ORDINARY_SESSIONS, len(split["train"])))
    ordinary = [content for session in picked for _, content in session.turns] + known[:2000] + spoken
    arrays |= payload_training.fit(payload_training.attacks(), payload_training.hard_negatives(), ordinary)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_arrays(options.out, arrays)
    statements = [text for text in facts(options.strategyqa) if split_of(text) == "calibrate"]
    write_arrays(options.out, arrays | _calibration(load_model(options.out), split["calibrate"], statements))
    model = load_model(options.out)
    print(f"{options.out}: {options.out.stat().st_size} bytes, version {model.version}")
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


def _calibration(model: GuardModel, held_out: list[Session], statements: list[str]) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for kind, texts in _by_kind(held_out, statements).items():
        scores = {
            "wordlm": [(length_bucket(text), model.wordlm.examine(text).score) for text in texts],
            "payload": [(length_bucket(text), model.payload.examine(text).score) for text in texts],
        }
        for detector, found in scores.items():
            arrays |= benign_arrays(detector, kind, None, [score for _, score in found])
            for bucket in _BUCKETS:
                if chosen := [score for of, score in found if of == bucket]:
                    arrays |= benign_arrays(detector, kind, bucket, chosen)
    return arrays


_BUCKETS: tuple[LengthBucket, ...] = ("short", "medium", "long")


def _by_kind(held_out: list[Session], statements: list[str]) -> dict[KindClass, list[str]]:
    rng = random.Random("calibration")
    rounds = [text for session in held_out for text in session.rounds()]
    said = [text for session in held_out for text in session.users()]
    replies = [text for session in held_out for text in session.replies()]
    sentences = [line.strip() for text in replies for line in text.splitlines() if line.strip()]
    paragraphs = [part.strip() for text in replies for part in text.split("\n\n") if part.strip()]
    short_said = [text for text in said if length_bucket(text) != "long"]
    return {
        "round": _sampled(rng, rounds) + _sampled(rng, short_said),
        "statement": _sampled(rng, said) + _sampled(rng, sentences) + statements,
        "document": _sampled(rng, replies) + _sampled(rng, paragraphs),
    }


def _sampled(rng: random.Random, texts: list[str]) -> list[str]:
    return rng.sample(texts, min(_CALIBRATION_TEXTS, len(texts)))


if __name__ == "__main__":
    sys.exit(main())
