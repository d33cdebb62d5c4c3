"""How the weights are stored and multiplied: float32, float16 at rest, or int8.

Int8 differs from the stock dynamic quantisation of onnxruntime in four ways:

* one activation scale per token, so that a text's vector does not depend on its batch;
* weights of 7 bits, one scale per output: the 16-bit pair sums of CPUs without VNNI cannot saturate
  (2 * 255 * 63 < 2**15), so every CPU gives the same vector;
* input channels are levelled by powers of two (SmoothQuant), because one channel is 15 times the others;
* the word table is int8 as well, one scale per word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

from minilm.builder import MICROSOFT, Floats, GraphBuilder

__all__ = ["Float16", "Float32", "Int8", "Precision"]

WEIGHT_LEVELS, TABLE_LEVELS = 63, 127
SIGNED_ZERO, SIGNED_LEVELS = 128, 127
# GELU never falls below -.17, so its codes need little room under zero.
GELU_ZERO, GELU_LEVELS, GELU_FLOOR = 16, 239, 0.17


class Precision(Protocol):
    """Adds weights, and what uses them, to a graph."""

    def parameter(self, graph: GraphBuilder, name: str, value: Floats) -> str:
        """Add a bias, gain or table and return its name as float32."""

    def words(self, graph: GraphBuilder, ids: str, table: Floats) -> str:
        """Look up one row per id."""

    def linear(self, graph: GraphBuilder, rows: str, matrix: Floats, name: str) -> str:
        """Multiply (tokens, in) by (in, out), without bias."""


class Float32:
    """Weights as they are."""

    def parameter(self, graph: GraphBuilder, name: str, value: Floats) -> str:
        return graph.constant(name, value)

    def words(self, graph: GraphBuilder, ids: str, table: Floats) -> str:
        return graph.op("Gather", [graph.constant("words", table), ids], "word_vectors")

    def linear(self, graph: GraphBuilder, rows: str, matrix: Floats, name: str) -> str:
        return graph.op("MatMul", [rows, self.parameter(graph, f"{name}.weight", matrix)], name)


class Float16(Float32):
    """Weights halved on disk and widened when the model is loaded."""

    def parameter(self, graph: GraphBuilder, name: str, value: Floats) -> str:
        half = graph.constant(f"{name}.half", value.astype(np.float16))
        return graph.op("Cast", [half], name, to=TensorProto.FLOAT)

    def words(self, graph: GraphBuilder, ids: str, table: Floats) -> str:
        halves = graph.op("Gather", [graph.constant("words", table.astype(np.float16)), ids], "word_halves")
        return graph.op("Cast", [halves], "word_vectors", to=TensorProto.FLOAT)


class Int8(Float32):
    """Weights and activations in 8 bits, small vectors in float32.

    `peaks` maps the name of an activation to the largest size seen in each of its channels.
    """

    def __init__(self, peaks: Mapping[str, Floats]) -> None:
        self._peaks = peaks

    def words(self, graph: GraphBuilder, ids: str, table: Floats) -> str:
        codes, scales = quantise(table, axis=1, levels=TABLE_LEVELS)
        rows = graph.op("Gather", [graph.constant("words", codes), ids], "word_codes")
        scale = graph.op("Gather", [graph.constant("word_scales", scales), ids], "word_scale")
        floats = graph.op("Cast", [rows], "word_floats", to=TensorProto.FLOAT)
        return graph.op("Mul", [floats, scale], "word_vectors")

    def linear(self, graph: GraphBuilder, rows: str, matrix: Floats, name: str) -> str:
        after_gelu = rows.endswith(".gelu")
        if rows in self._peaks:
            level = levelling(self._peaks[rows], matrix)
            rows = graph.op("Mul", [rows, graph.constant(f"{name}.level", 1 / level)], f"{name}.levelled")
            matrix = matrix * level[:, None]
        weight, scales = quantise(matrix, axis=0, levels=WEIGHT_LEVELS)
        codes, step = gelu_codes(graph, rows, name) if after_gelu else signed_codes(graph, rows, name)
        zero = GELU_ZERO if after_gelu else SIGNED_ZERO
        inputs = [
            codes,
            graph.constant(f"{name}.weight", weight),
            graph.constant("one", np.float32(1)),
            graph.constant(f"{name}.scale", scales[0]),
            graph.constant(f"zero_{zero}", np.uint8(zero)),
        ]
        product = graph.op("MatMulIntegerToFloat", inputs, f"{name}.product", domain=MICROSOFT)
        return graph.op("Mul", [product, step], name)


def quantise(matrix: Floats, *, axis: int, levels: int) -> tuple[NDArray[np.int8], Floats]:
    """Return codes within +-levels, and their scales; values along `axis` share one scale."""
    scale = np.abs(matrix).max(axis=axis, keepdims=True) / np.float32(levels)
    scale = np.maximum(scale, np.finfo(np.float32).tiny).astype(np.float32)
    return np.rint(matrix / scale).astype(np.int8), scale


def levelling(peaks: Floats, matrix: Floats) -> Floats:
    """Return what to divide each input channel by, a power of two.

    Powers of two lose nothing in the product, and hide the last bits in which CPUs differ from the file.
    """
    ideal = np.log2(np.maximum(peaks, 1e-6) / np.maximum(np.abs(matrix).max(axis=1), 1e-6)) / 2
    return np.asarray(np.exp2(np.rint(ideal - ideal.mean())), np.float32)


def signed_codes(graph: GraphBuilder, rows: str, name: str) -> tuple[str, str]:
    """Return uint8 codes of each row by its own step, and the steps as a column."""
    sizes = graph.op("Abs", [rows], f"{name}.sizes")
    return codes_by_peak(graph, rows, sizes, name=name, zero=SIGNED_ZERO, levels=SIGNED_LEVELS, least=1e-12)


def gelu_codes(graph: GraphBuilder, rows: str, name: str) -> tuple[str, str]:
    """Do the same with nearly all codes above zero."""
    least = GELU_FLOOR / GELU_ZERO
    return codes_by_peak(graph, rows, rows, name=name, zero=GELU_ZERO, levels=GELU_LEVELS, least=least)


def codes_by_peak(
    graph: GraphBuilder, rows: str, sizes: str, *, name: str, zero: int, levels: int, least: float
) -> tuple[str, str]:
    peak = graph.op("ReduceMax", [sizes, graph.integers(1)], f"{name}.peak", keepdims=1)
    step = graph.op("Mul", [peak, graph.constant(f"per_{levels}", np.float32(1 / levels))], f"{name}.peak_step")
    step = graph.op("Max", [step, graph.constant(f"least_{zero}", np.float32(least))], f"{name}.step")
    flat = graph.op("Squeeze", [step, graph.integers(1)], f"{name}.flat_step")
    # QuantizeLinear wants one zero point per row; its axis form is what makes a scale per token cheap.
    value = numpy_helper.from_array(np.array([zero], np.uint8))
    count = graph.op("Shape", [flat], f"{name}.count")
    zeros = graph.op("ConstantOfShape", [count], f"{name}.zeros", value=value)
    return graph.op("QuantizeLinear", [rows, flat, zeros], f"{name}.codes", axis=0), step
