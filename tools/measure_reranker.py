"""Time a cross-encoder of the size of MiniLM-L6 with random weights: what a recall pays for reranking.

    PYTHONPATH=.:agents python tools/measure_reranker.py --pairs 30 --tokens 256

What the weights are does not matter to the time; needs the extra `local`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

from memsvc_agents.embed.onnx import PACKAGED_MODEL
from memsvc_agents.rerank.cross_encoder import CrossEncoderReranker

QUESTION = "Which restaurant did I tell you that I went to with my sister last month?"
WORDS = "we went to the new place near the harbour and my sister liked the soup more than I did "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--tokens", type=int, default=256, help="most tokens of a pair; texts are longer")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        reranker = CrossEncoderReranker(
            _model(Path(directory) / "random-minilm"), threads=options.threads, max_tokens=options.tokens
        )
    texts = [f"{number} {WORDS * (options.tokens // 10)}" for number in range(options.pairs)]
    reranker.score(QUESTION, texts[:2])
    runs = [_timed(reranker, texts) for _ in range(options.runs)]
    wall, cpu = (median(times) for times in zip(*runs, strict=True))
    print(
        f"{options.pairs} pairs of {options.tokens} tokens, {options.threads} thread(s), "
        f"median of {options.runs} runs: {wall:.2f} s, {cpu:.2f} CPU-seconds"
    )


def _timed(reranker: CrossEncoderReranker, texts: list[str]) -> tuple[float, float]:
    """Return the seconds and the CPU-seconds of all threads that the texts take."""
    wall, cpu = time.perf_counter(), time.process_time()
    reranker.score(QUESTION, texts)
    return time.perf_counter() - wall, time.process_time() - cpu


def _model(directory: Path) -> Path:
    """Save a BERT of 6 layers, 384 wide, with one output (the sizes of ms-marco-MiniLM-L6)."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    sizes = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}
    BertForSequenceClassification(BertConfig(**sizes, num_labels=1)).save_pretrained(directory)
    BertTokenizerFast(vocab=str(PACKAGED_MODEL / "vocab.txt")).save_pretrained(directory)
    return directory


if __name__ == "__main__":
    main()
