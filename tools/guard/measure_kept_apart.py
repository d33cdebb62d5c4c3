"""Print how many stored questions the word model of the guard would flag, by split.

`python tools/guard/measure_kept_apart.py FILE`: FILE is StrategyQA train, of which half made the model, a quarter
its calibration, and a quarter neither.
"""

from __future__ import annotations

import sys
from math import ceil
from pathlib import Path

from benign_texts import stored_questions

from memsvc.guard.conformal import BenignScores, length_bucket
from memsvc.guard.decide import SHARES
from memsvc.guard.model_file import GuardModel, load_model

_ALPHA = 0.01


def main(arguments: list[str]) -> int:
    """Print the share of questions, and of questions with their facts, for each split."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python tools/guard/measure_kept_apart.py strategyqa_train.json\n")
        return 2
    model = load_model()
    for split in ("train", "calibrate", "test"):
        pairs = stored_questions(Path(arguments[0]), split)
        alone = sum(_flagged(model, question) for question, _ in pairs) / len(pairs)
        told = sum(_flagged(model, f"{question}\n{facts}") for question, facts in pairs) / len(pairs)
        print(f"{split}: {len(pairs)} questions, {alone:.4f} flagged; with facts {told:.4f}")
    return 0


def _flagged(model: GuardModel, text: str) -> bool:
    share = _ALPHA * SHARES["wordlm"]
    scores = model.benign("wordlm", "round", length_bucket(text))
    if scores is None or scores.count < ceil(1 / share):
        scores = BenignScores(*(model.array(f"benign/wordlm/round/any/{part}") for part in ("values", "below")))
    return scores.p_value(model.wordlm.examine(text).score) <= share


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
