"""The network that is fitted to be the guard's head, in torch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import gelu

from memsvc.guard.coherence import CONTEXT, FURTHER, HIDDEN, MIXED

__all__ = ["Network"]

_DROPPED = 0.1


class Network:
    """What `memsvc.guard.coherence.Head` computes, with weights to learn; states are scaled by who calls."""

    def __init__(self, width: int) -> None:
        around = {"kernel_size": CONTEXT, "padding": CONTEXT // 2}
        self.first = nn.Linear(width, HIDDEN)
        self.mix = nn.Conv1d(HIDDEN, MIXED, **around)
        self.further = [nn.Conv1d(MIXED, MIXED, **around) for _ in range(FURTHER)]
        self.last = nn.Linear(MIXED, 1)
        self.dropped = nn.Dropout(_DROPPED)

    def parameters(self) -> Iterator[Tensor]:
        """Yield what is to be learned."""
        for layer in (self.first, self.mix, *self.further, self.last):
            yield from layer.parameters()

    def logits(self, states: Tensor, apart: Tensor) -> Tensor:
        """Return a logit for each row; rows that are `apart` keep texts from one another, and are as none."""
        real = (~apart).to(states.dtype)
        mixed = gelu(self.mix(self.dropped(gelu(self.first(states))).T[None] * real))
        for layer in self.further:
            mixed = mixed + gelu(layer(self.dropped(mixed) * real))
        found: Tensor = self.last(self.dropped(mixed[0].T))[:, 0]
        return found

    def arrays(self, mean: NDArray[np.float32], spread: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return the head's arrays, for states that are not scaled."""
        scaled = _numbers(self.first.weight) / spread
        return {
            "coherence/first": scaled.T,
            "coherence/first_bias": _numbers(self.first.bias) - scaled @ mean,
            "coherence/mix": _numbers(self.mix.weight).transpose(2, 1, 0),
            "coherence/mix_bias": _numbers(self.mix.bias),
            "coherence/further": np.stack([_numbers(each.weight).transpose(2, 1, 0) for each in self.further]),
            "coherence/further_bias": np.stack([_numbers(each.bias) for each in self.further]),
            "coherence/last": np.append(_numbers(self.last.weight)[0], _numbers(self.last.bias)),
        }


def _numbers(tensor: Tensor | None) -> NDArray[np.float32]:
    assert tensor is not None
    found: NDArray[np.float32] = tensor.detach().numpy()
    return found
