"""The forward pass of all-MiniLM-L6-v2 as one ONNX graph, pooling and normalisation inside.

`int8` keeps three things that the stock dynamic quantisation of onnxruntime does not:

* one activation scale per token, so that a text's vector does not depend on its batch;
* weights of 7 bits with one scale per output, so that the 16-bit sums of CPUs without VNNI cannot saturate
  (2 * 255 * 63 < 2**15);
* no float weights beside the quantised ones: the word table is int8 as well, one scale per word.

The graph uses onnxruntime's own operators (`com.microsoft`), so only onnxruntime runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

__all__ = ["MAX_TOKENS", "Precision", "build"]

Precision = Literal["fp32", "fp16", "int8"]
Weights = Mapping[str, NDArray[np.float32]]

LAYERS, HEADS, WIDTH, MAX_TOKENS = 6, 12, 384, 256
EPSILON = 1e-12
WEIGHT_LEVELS, TABLE_LEVELS, ACTIVATION_LEVELS, ACTIVATION_ZERO = 63, 127, 127, 128
MICROSOFT = "com.microsoft"


def quantise(matrix: NDArray[np.float32], *, axis: int, levels: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return the matrix as int8 within +-levels and the scales; `axis` is the one that shares a scale."""
    scale = (np.abs(matrix).max(axis=axis, keepdims=True) / np.float32(levels)).astype(np.float32)
    scale = np.maximum(scale, np.finfo(np.float32).tiny)
    return np.rint(matrix / scale).astype(np.int8), scale


class GraphBuilder:
    """Collects nodes and initialisers; every value is named after the part that makes it."""

    def __init__(self, weights: Weights, precision: Precision) -> None:
        self.weights = weights
        self.precision = precision
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.shared: set[str] = set()

    def constant(self, name: str, array: NDArray[np.generic]) -> str:
        if name not in self.shared:
            self.shared.add(name)
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def parameter(self, name: str, array: NDArray[np.float32]) -> str:
        """Add float weights, stored as float16 where the precision says so."""
        if self.precision != "fp16":
            return self.constant(name, array)
        half = self.constant(f"{name}.half", array.astype(np.float16))
        return self.op("Cast", [half], name, to=TensorProto.FLOAT)

    def op(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def linear(self, tokens: str, matrix: NDArray[np.float32], name: str) -> str:
        """Multiply (tokens, in) by an (in, out) matrix; the bias is left to the fused operator that follows."""
        if self.precision != "int8":
            return self.op("MatMul", [tokens, self.parameter(f"{name}.weight", matrix)], name)
        quantised, scales = quantise(matrix, axis=0, levels=WEIGHT_LEVELS)
        codes, row_scale = self.quantised_rows(tokens, name)
        product = self.op(
            "MatMulIntegerToFloat",
            [
                codes,
                self.constant(f"{name}.weight", quantised),
                self.constant("one", np.float32(1)),
                self.constant(f"{name}.scale", scales[0]),
                self.constant("zero_point", np.uint8(ACTIVATION_ZERO)),
            ],
            f"{name}.product",
            domain=MICROSOFT,
        )
        return self.op("Mul", [product, row_scale], name)

    def quantised_rows(self, tokens: str, name: str) -> tuple[str, str]:
        """Return uint8 codes of each row by its own scale, and the scales as a column."""
        last = self.constant("last_axis", np.array([1], np.int64))
        size = self.op("Abs", [tokens], f"{name}.abs")
        peak = self.op("ReduceMax", [size, last], f"{name}.peak", keepdims=1)
        raw = self.op("Mul", [peak, self.constant("step", np.float32(1 / ACTIVATION_LEVELS))], f"{name}.raw_step")
        column = self.op("Max", [raw, self.constant("least_step", np.float32(1e-12))], f"{name}.step")
        flat = self.op("Squeeze", [column, last], f"{name}.flat_step")
        codes = self.op("QuantizeLinear", [tokens, flat, "zero_points"], f"{name}.codes", axis=0)
        return codes, column

    def norm(self, tokens: str, skip: str, part: str, bias: str) -> str:
        """Add bias and residual, then normalise."""
        gamma = self.parameter(f"{part}.gamma", self.weights[f"{part}.LayerNorm.weight"])
        beta = self.parameter(f"{part}.beta", self.weights[f"{part}.LayerNorm.bias"])
        biased = self.op("Add", [tokens, self.parameter(f"{part}.bias", self.weights[bias])], f"{part}.biased")
        summed = self.op("Add", [biased, skip], f"{part}.residual")
        return self.op("LayerNormalization", [summed, gamma, beta], f"{part}.norm", axis=-1, epsilon=EPSILON)

    def embeddings(self) -> str:
        """Sum word and position vectors, (tokens, WIDTH); the one token type is folded into the positions."""
        weights, part = self.weights, "embeddings"
        self.op("Shape", ["input_ids"], "shape")
        ids = self.op("Reshape", ["input_ids", self.constant("flat", np.array([-1], np.int64))], "ids")
        words = self.word_vectors(ids, weights[f"{part}.word_embeddings.weight"])
        places = weights[f"{part}.position_embeddings.weight"][:MAX_TOKENS]
        places = places + weights[f"{part}.token_type_embeddings.weight"][0]
        length = self.op("Gather", ["shape", self.constant("second", np.array([1], np.int64))], "length")
        start = self.constant("start", np.array([0], np.int64))
        table = self.op("Slice", [self.parameter("places", places), start, length, start], "used_places")
        cube = self.constant("token_cube", np.array([-1, 0, WIDTH], np.int64))
        self.op("Concat", [self.constant("any", np.array([-1], np.int64)), length, self.constant("width", np.array([WIDTH], np.int64))], "cube_shape", axis=0)
        del cube
        summed = self.op("Add", [self.op("Reshape", [words, "cube_shape"], "word_cube"), table], "summed")
        flat = self.op("Reshape", [summed, self.constant("rows", np.array([-1, WIDTH], np.int64))], "summed_rows")
        gamma = self.parameter(f"{part}.gamma", weights[f"{part}.LayerNorm.weight"])
        beta = self.parameter(f"{part}.beta", weights[f"{part}.LayerNorm.bias"])
        return self.op("LayerNormalization", [flat, gamma, beta], f"{part}.norm", axis=-1, epsilon=EPSILON)

    def word_vectors(self, ids: str, table: NDArray[np.float32]) -> str:
        if self.precision == "fp32":
            return self.op("Gather", [self.constant("words", table), ids], "word_vectors")
        if self.precision == "fp16":
            rows = self.op("Gather", [self.constant("words", table.astype(np.float16)), ids], "word_halves")
            return self.op("Cast", [rows], "word_vectors", to=TensorProto.FLOAT)
        codes, scales = quantise(table, axis=1, levels=TABLE_LEVELS)
        rows = self.op("Gather", [self.constant("words", codes), ids], "word_codes")
        scale = self.op("Gather", [self.constant("word_scales", scales), ids], "word_scale")
        floats = self.op("Cast", [rows], "word_floats", to=TensorProto.FLOAT)
        return self.op("Mul", [floats, scale], "word_vectors")

    def layer(self, tokens: str, part: str) -> str:
        weights, attention = self.weights, f"{part}.attention"
        names = [f"{attention}.self.{role}" for role in ("query", "key", "value")]
        stacked = np.concatenate([weights[f"{name}.weight"].T for name in names], axis=1)
        biases = np.concatenate([weights[f"{name}.bias"] for name in names])
        joint = self.op("Reshape", [self.linear(tokens, stacked, f"{attention}.qkv"), "joint_shape"], f"{attention}.joint")
        parts = [f"{name}.part" for name in names]
        self.nodes.append(helper.make_node("Split", [joint], parts, name=f"{attention}.split", axis=2, num_outputs=3))
        bias = self.parameter(f"{attention}.bias", biases)
        mixed = self.op(
            "MultiHeadAttention", [*parts, bias, "mask"], f"{attention}.mixed", domain=MICROSOFT, num_heads=HEADS
        )
        rows = self.op("Reshape", [mixed, "rows"], f"{attention}.rows")
        dense = f"{attention}.output.dense"
        output = self.linear(rows, weights[f"{dense}.weight"].T, dense)
        attended = self.norm(output, tokens, f"{attention}.output", f"{dense}.bias")
        inner = f"{part}.intermediate.dense"
        wide = self.linear(attended, weights[f"{inner}.weight"].T, inner)
        bias = self.parameter(f"{inner}.bias", weights[f"{inner}.bias"])
        active = self.op("BiasGelu", [wide, bias], f"{inner}.gelu", domain=MICROSOFT)
        outer = f"{part}.output.dense"
        output = self.linear(active, weights[f"{outer}.weight"].T, outer)
        return self.norm(output, attended, f"{part}.output", f"{outer}.bias")

    def pooled(self, tokens: str) -> str:
        """Average over the real tokens and scale to length one."""
        cube = self.op("Reshape", [tokens, "cube_shape"], "token_vectors")
        weights = self.op("Cast", ["attention_mask"], "mask_floats", to=TensorProto.FLOAT)
        middle = self.constant("last_axis", np.array([1], np.int64))
        row = self.op("Unsqueeze", [weights, middle], "mask_row")
        total = self.op("Squeeze", [self.op("MatMul", [row, cube], "total"), middle], "sum")
        # The mean's divisor is left out: normalising removes it.
        length = self.op("ReduceL2", [total, middle], "norm", keepdims=1)
        return self.op("Div", [total, self.op("Max", [length, self.constant("least_step", np.float32(1e-12))], "safe_norm")], "embedding")


def build(weights: Weights, precision: Precision) -> onnx.ModelProto:
    """Return the model: (input_ids, attention_mask), int64 (batch, length) -> embedding, float32 (batch, WIDTH)."""
    graph = GraphBuilder(weights, precision)
    tokens = graph.embeddings()
    graph.op("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    joint_width = graph.constant("joint_width", np.array([3 * WIDTH], np.int64))
    graph.op("Concat", ["any", "length", joint_width], "joint_shape", axis=0)
    if precision == "int8":
        graph.op("Shape", ["ids"], "token_count")
        value = numpy_helper.from_array(np.array([ACTIVATION_ZERO], np.uint8))
        graph.op("ConstantOfShape", ["token_count"], "zero_points", value=value)
    for number in range(LAYERS):
        tokens = graph.layer(tokens, f"encoder.layer.{number}")
    graph.pooled(tokens)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH])]
    proto = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", 19), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(proto, opset_imports=opsets, ir_version=9, producer_name="memsvc")
