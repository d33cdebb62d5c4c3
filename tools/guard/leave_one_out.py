"""Measure the payload classifier on each family of attacks that it has not learnt: one fit a family."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import numpy as np
import payload_training
from benign_texts import sessions, split_of

from memsvc.guard.model_file import load_model

_SESSIONS = 400
_TEXTS = 300


def main() -> int:
    """Print, by family, the share of its texts over the packaged model's threshold for benign statements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--longmemeval", type=Path, required=True, help="longmemeval_s file (JSON)")
    parser.add_argument("--alpha", type=float, default=0.005, help="share of benign texts that may be over it")
    options = parser.parse_args()
    benign = load_model().benign("payload", "statement", "medium")
    if benign is None:
        raise SystemExit("the packaged model has no benign scores of the payload classifier")
    threshold = benign.threshold(options.alpha)
    known = [session for session in sessions(options.longmemeval) if split_of(session.key) == "train"]
    picked = random.Random("sessions").sample(known, min(_SESSIONS, len(known)))
    fitting = payload_training.Fitting([content for session in picked for _, content in session.turns])
    unseen = payload_training.attacks(count=_TEXTS, seed="left out")
    for family, texts in unseen.items():
        arrays = fitting.fit(payload_training.attacks(without=family), payload_training.hard_negatives())
        scores = [payload_training.classifier_of(arrays).examine(text).score for text in texts]
        print(f"{family:14s} {np.mean(np.array(scores) > threshold):.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
