"""The forward pass, with mean pooling and normalisation inside.

Activations stay flat, (batch * length, width), except inside attention. onnxruntime's own operators
(`com.microsoft`) are used where they are faster, so the graph runs on onnxruntime only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper

from minilm.builder import MICROSOFT, Floats, GraphBuilder
from minilm.precision import Precision

__all__ = ["MAX_TOKENS", "NAME", "WIDTH", "build"]

NAME = "all-MiniLM-L6-v2"
LAYERS, HEADS, WIDTH, MAX_TOKENS = 6, 12, 384, 256
HEAD_WIDTH = WIDTH // HEADS
EPSILON = 1e-12
MASKED = -1e4


class Forward:
    """Writes the layers of the network into a graph."""

    def __init__(self, weights: Mapping[str, Floats], precision: Precision) -> None:
        self.weights = weights
        self.precision = precision
        self.graph = GraphBuilder()
        self.op = self.graph.op

    def parameter(self, name: str) -> str:
        return self.precision.parameter(self.graph, name, self.weights[name])

    def linear(self, rows: str, name: str) -> str:
        """Multiply by a layer's matrix and add its bias."""
        product = self.precision.linear(self.graph, rows, self.weights[f"{name}.weight"].T, name)
        return self.op("Add", [product, self.parameter(f"{name}.bias")], f"{name}.biased")

    def norm(self, rows: str, part: str) -> str:
        inputs = [rows, *(self.parameter(f"{part}.LayerNorm.{role}") for role in ("weight", "bias"))]
        return self.op("LayerNormalization", inputs, f"{part}.norm", axis=-1, epsilon=EPSILON)

    def shapes(self) -> None:
        """Add what depends on the batch's shape alone."""
        shape = self.op("Shape", ["input_ids"], "shape")
        length = self.op("Slice", [shape, *(self.graph.integers(n) for n in (1, 2, 0))], "length")
        some = self.graph.integers(-1)
        self.op("Concat", [some, length, self.graph.integers(WIDTH)], "cube_shape", axis=0)
        self.op("Concat", [some, length, self.graph.integers(3, HEADS, HEAD_WIDTH)], "heads_shape", axis=0)
        floats = self.op("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
        missing = self.op("Sub", [floats, self.graph.constant("one", np.float32(1))], "missing")
        penalty = self.op("Mul", [missing, self.graph.constant("masked", np.float32(-MASKED))], "penalty")
        self.op("Unsqueeze", [penalty, self.graph.integers(1, 2)], "mask_bias")

    def embeddings(self) -> str:
        """Sum word and position vectors; the single token type is folded into the positions."""
        ids = self.op("Reshape", ["input_ids", self.graph.integers(-1)], "ids")
        words = self.precision.words(self.graph, ids, self.weights["embeddings.word_embeddings.weight"])
        table = self.weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        table = table + self.weights["embeddings.token_type_embeddings.weight"][0]
        places = self.precision.parameter(self.graph, "places", table)
        zero = self.graph.integers(0)
        used = self.op("Slice", [places, zero, "length", zero], "used_places")
        cube = self.op("Add", [self.op("Reshape", [words, "cube_shape"], "word_cube"), used], "summed")
        rows = self.op("Reshape", [cube, self.graph.integers(-1, WIDTH)], "summed_rows")
        return self.norm(rows, "embeddings")

    def attention(self, rows: str, part: str) -> str:
        """Mix each token's values by softmax(query . key), all heads at once."""
        roles = [f"{part}.self.{role}" for role in ("query", "key", "value")]
        matrix = np.concatenate([self.weights[f"{role}.weight"].T for role in roles], axis=1)
        bias = np.concatenate([self.weights[f"{role}.bias"] for role in roles])
        product = self.precision.linear(self.graph, rows, matrix, f"{part}.joint")
        shift = self.precision.parameter(self.graph, f"{part}.joint.bias", bias)
        joint = self.op("Add", [product, shift], f"{part}.joint.biased")
        heads = self.op("Reshape", [joint, "heads_shape"], f"{part}.heads")
        heads = self.op("Transpose", [heads], f"{part}.by_role", perm=[2, 0, 3, 1, 4])
        query, key, value = (
            self.op("Gather", [heads, self.graph.constant(f"role_{n}", np.int64(n))], role, axis=0)
            for n, role in enumerate(roles)
        )
        scale = 1 / HEAD_WIDTH**0.5
        scores = self.op("FusedMatMul", [query, key], f"{part}.scores", domain=MICROSOFT, transB=1, alpha=scale)
        masked = self.op("Add", [scores, "mask_bias"], f"{part}.masked")
        shares = self.op("Softmax", [masked], f"{part}.shares", axis=-1)
        mixed = self.op("MatMul", [shares, value], f"{part}.mixed")
        mixed = self.op("Transpose", [mixed], f"{part}.by_token", perm=[0, 2, 1, 3])
        return self.op("Reshape", [mixed, self.graph.integers(-1, WIDTH)], f"{part}.rows")

    def layer(self, rows: str, part: str) -> str:
        mixed = self.linear(self.attention(rows, f"{part}.attention"), f"{part}.attention.output.dense")
        summed = self.op("Add", [mixed, rows], f"{part}.attention.residual")
        attended = self.norm(summed, f"{part}.attention.output")
        inner = f"{part}.intermediate.dense"
        wide = self.precision.linear(self.graph, attended, self.weights[f"{inner}.weight"].T, inner)
        bias = self.parameter(f"{inner}.bias")
        active = self.op("BiasGelu", [wide, bias], f"{inner}.gelu", domain=MICROSOFT)
        summed = self.op("Add", [self.linear(active, f"{part}.output.dense"), attended], f"{part}.residual")
        return self.norm(summed, f"{part}.output")

    def pooled(self, rows: str) -> str:
        """Average over the real tokens and scale to length one; that removes the mean's divisor, so none is."""
        cube = self.op("Reshape", [rows, "cube_shape"], "token_vectors")
        mask = self.op("Unsqueeze", ["mask", self.graph.integers(1)], "mask_row")
        total = self.op("MatMul", [mask, cube], "total")
        total = self.op("Squeeze", [total, self.graph.integers(1)], "sum")
        length = self.op("ReduceL2", [total, self.graph.integers(1)], "sum_length", keepdims=1)
        safe = self.op("Max", [length, self.graph.constant("tiny", np.float32(1e-12))], "safe_length")
        return self.op("Div", [total, safe], "embedding")


def build(weights: Mapping[str, Floats], precision: Precision) -> onnx.ModelProto:
    """Return the model: input_ids and attention_mask, int64 (batch, length), to embedding, (batch, WIDTH)."""
    forward = Forward(weights, precision)
    forward.shapes()
    rows = forward.embeddings()
    for number in range(LAYERS):
        rows = forward.layer(rows, f"encoder.layer.{number}")
    forward.pooled(rows)
    names = ("input_ids", "attention_mask")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in names]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH])]
    return forward.graph.model(NAME, inputs=inputs, outputs=outputs)
