"""Compare embedding models by speed, by fidelity to the first one, and by recall on LongMemEval's labels.

    python tools/export_minilm.py --precision fp32 --out /tmp/minilm-fp32
    python tools/measure_embedder.py longmemeval_s_dev.json --models /tmp/minilm-fp32 packaged --questions 60

Dense retrieval alone: the keys are the user turns, a session scores as its best key, abstention left out, gold =
answer_session_ids. Three ways with a turn over the token limit are scored from the same vectors: one key per
window, one key that is the mean of the windows, and the first window only. With --cache, vectors are kept between
runs as float16, and the speed says nothing.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from memsvc.ports.embedding import Embedder, Matrix
from memsvc_agents.embed.cache_file import FileEmbeddingCache
from memsvc_agents.embed.cached import CachedEmbedder
from memsvc_agents.embed.onnx import OnnxEmbedder

POLICIES = ("windows", "mean", "first")


@dataclass(frozen=True, slots=True)
class Measured:
    """One model's vectors: per user turn the vectors of its windows, per question one."""

    turns: Mapping[str, Matrix]
    questions: Matrix
    texts_per_second: float
    query_ms: float
    texts: int


def user_turns(session: Sequence[Mapping[str, str]]) -> list[str]:
    return [turn["content"] for turn in session if turn["role"] == "user" and turn["content"]]


def measure(embedder: Embedder, questions: Sequence[Mapping[str, Any]]) -> Measured:
    turns = sorted({t for q in questions for s in q["haystack_sessions"] for t in user_turns(s)})
    ranges = {turn: embedder.windows(turn) for turn in turns}
    texts = [turn[start:end] for turn in turns for start, end in ranges[turn]]
    began = time.process_time()
    vectors = embedder.embed(texts)
    seconds = time.process_time() - began
    found, place = {}, 0
    for turn in turns:
        found[turn] = vectors[place : place + len(ranges[turn])]
        place += len(ranges[turn])
    asked, times = [], []
    for question in questions:
        began = time.process_time()
        asked.append(embedder.embed_query(question["question"]))
        times.append(time.process_time() - began)
    query_ms = 1000 * float(np.median(times))
    return Measured(found, np.stack(asked), len(texts) / seconds, query_ms, len(texts))


def keys_of(windows: Matrix, policy: str) -> Matrix:
    if policy == "first":
        return windows[:1]
    if policy == "mean":
        mean = windows.mean(axis=0, keepdims=True)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)
    return windows


def recall(measured: Measured, questions: Sequence[Mapping[str, Any]], policy: str, k: int) -> tuple[float, float]:
    """Return the shares of questions with any, and with all, evidence sessions among the first k."""
    hits = []
    for question, asked in zip(questions, measured.questions, strict=True):
        scores = [
            max((float((keys_of(measured.turns[t], policy) @ asked).max()) for t in user_turns(s)), default=-1.0)
            for s in question["haystack_sessions"]
        ]
        order = np.argsort(scores, kind="stable")[::-1][:k]
        top = {question["haystack_session_ids"][n] for n in order}
        gold = set(question["answer_session_ids"])
        hits.append((bool(gold & top), gold <= top))
    any_hit, all_hit = np.mean(hits, axis=0)
    return float(any_hit), float(all_hit)


def overlap(measured: Measured, reference: Measured, questions: Sequence[Mapping[str, Any]], k: int) -> float:
    """Return the mean share of common turns among the k nearest of each question's own haystack."""
    shares = []
    for number, question in enumerate(questions):
        turns = sorted({t for s in question["haystack_sessions"] for t in user_turns(s)})
        tops = [
            set(np.argsort([-(m.turns[t] @ m.questions[number]).max() for t in turns], kind="stable")[:k])
            for m in (measured, reference)
        ]
        shares.append(len(tops[0] & tops[1]) / k)
    return float(np.mean(shares))


def report(name: str, measured: Measured, reference: Measured, questions: Sequence[Mapping[str, Any]]) -> None:
    cosines = np.concatenate([(measured.turns[t] * reference.turns[t]).sum(axis=1) for t in reference.turns])
    print(
        f"{name}: {measured.texts_per_second:.1f} texts per CPU-second (n={measured.texts}), "
        f"question p50 {measured.query_ms:.1f} CPU-ms, "
        f"cosine to the first min {cosines.min():.4f} mean {cosines.mean():.5f}, "
        f"top-10 overlap {overlap(measured, reference, questions, 10):.3f}"
    )
    for policy in POLICIES:
        figures = [
            f"@{k} any {a:.3f} all {b:.3f}" for k in (5, 10) for a, b in [recall(measured, questions, policy, k)]
        ]
        print(f"  long turns as {policy}: session recall {', '.join(figures)} (n={len(questions)})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--models", nargs="+", default=["packaged"], help="model directories, or `packaged`")
    parser.add_argument("--questions", type=int, default=60, help="evenly spaced over the file")
    parser.add_argument("--cache", type=Path, help="SQLite file")
    arguments = parser.parse_args()
    every = json.loads(arguments.file.read_text(encoding="utf-8"))
    asked = [q for q in every if not q["question_id"].endswith("_abs")]
    picks = np.linspace(0, len(asked) - 1, min(arguments.questions, len(asked))).astype(int)
    questions = [asked[n] for n in picks]
    reference = None
    for name in arguments.models:
        embedder: Embedder = OnnxEmbedder(None if name == "packaged" else Path(name))
        if arguments.cache:
            embedder = CachedEmbedder(embedder, FileEmbeddingCache(arguments.cache))
        measured = measure(embedder, questions)
        reference = reference or measured
        report(name, measured, reference, questions)


if __name__ == "__main__":
    main()
