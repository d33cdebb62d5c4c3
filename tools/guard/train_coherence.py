"""Put the head that knows planted words into the guard's model file: `python tools/guard/train_coherence.py`.

Needs the packages of the extra (`pip install -e ".[train-guard]"`) and, as files, LongMemEval S, GVD and
StrategyQA train, all MIT; of these only the half that train.py learns from. All else in the file is kept. Scores
of the transplant probe are to be measured anew afterwards (tools/guard/measure_probe.py). Takes a quarter of an
hour.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import coherence_training
import payload_training
from arrays import add_arrays
from benign_texts import dialogues, sessions, split_of, stored_questions
from planted_words import Marked, PlantedWords, excerpt
from program_texts import library_texts

from memsvc.guard.model_file import PACKAGED, load_model
from memsvc_agents.embed.onnx import OnnxEmbedder
from memsvc_agents.embed.token_reader import packaged_token_reader

_SAID, _ANSWERED, _PROGRAMS, _HARD = 14_000, 12_000, 3_000, 3_000
_QUESTIONS_TIMES, _SPOKEN_TIMES = 3, 2
_LOWERED = 0.15


def main() -> int:
    """Train and print how well it does."""
    options = _options().parse_args()
    rng = random.Random("coherence")
    said, answered = _turns(options.longmemeval)
    questions = stored_questions(options.strategyqa, "train")
    stored = [text for pair in questions for text in pair] + [question for question, _ in questions]
    hard = [text for texts in payload_training.hard_negatives().values() for text in texts]
    library = [text for texts in library_texts() for text in texts]
    for texts in (said, answered, hard, library):
        rng.shuffle(texts)
    wordlm = load_model(options.out).wordlm
    sentences = said[:4_000] + [question for question, _ in questions]
    planting = PlantedWords(wordlm, OnnxEmbedder(), sentences, rng)
    ordinary = said[:_SAID] + answered[:_ANSWERED] + library[:_PROGRAMS] + hard[:_HARD]
    ordinary += stored * _QUESTIONS_TIMES + dialogues(options.gvd) * _SPOKEN_TIMES
    marked = list(_marked(ordinary, planting, rng))
    rng.shuffle(marked)
    arrays = coherence_training.fit(marked, packaged_token_reader())
    add_arrays(options.out, arrays)
    print(f"{options.out}: {options.out.stat().st_size} bytes, version {load_model(options.out).version}")
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--longmemeval", type=Path, required=True, help="longmemeval_s file (JSON)")
    parser.add_argument("--gvd", type=Path, required=True, help="memory_bank_en.json")
    parser.add_argument("--strategyqa", type=Path, required=True, help="strategyqa_train.json")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="the model file to write into")
    return parser


def _turns(longmemeval: Path) -> tuple[list[str], list[str]]:
    """Return what users said and what was answered, of the sessions to learn from."""
    learned = [session for session in sessions(longmemeval) if split_of(session.key) == "train"]
    return (
        [text for session in learned for text in session.users()],
        [text for session in learned for text in session.replies()],
    )


def _marked(texts: Iterable[str], planting: PlantedWords, rng: random.Random) -> Iterator[Marked]:
    """Yield an excerpt of each text as it is, and with words planted in it."""
    for text in texts:
        part = excerpt(text, rng)
        if part.strip():
            part = part.strip(" .!?").lower() if rng.random() < _LOWERED else part
            yield Marked(part)
            yield planting.planted(part)


if __name__ == "__main__":
    sys.exit(main())
