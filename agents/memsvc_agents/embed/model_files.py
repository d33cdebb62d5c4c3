"""A model directory: a card, and files whose SHA-256 the card states."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from memsvc.errors import EmbedderUnavailable
from memsvc.ports.embedding import Model

__all__ = ["ModelFiles"]

CARD = "model.json"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The card of a model directory."""

    directory: Path
    model: Model
    sha256: Mapping[str, str]

    @classmethod
    def open(cls, directory: Path) -> ModelFiles:
        """Read the card; raises EmbedderUnavailable when it is missing or incomplete."""
        path = directory / CARD
        try:
            card = json.loads(path.read_text(encoding="utf-8"))
            model = Model(id=card["id"], dimension=int(card["dimension"]), max_tokens=int(card["max_tokens"]))
            return cls(directory, model, dict(card["sha256"]))
        except OSError as error:
            raise EmbedderUnavailable(
                f"embedding model card {path} cannot be read ({error.strerror}): "
                "reinstall memsvc, or make the model with tools/export_minilm.py"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise EmbedderUnavailable(f"embedding model card {path} is not a model card: {error!r}") from error

    def read(self, name: str) -> bytes:
        """Return a file's bytes; raises EmbedderUnavailable unless they are the bytes that the card names."""
        path = self.directory / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise EmbedderUnavailable(
                f"embedding model file {path} cannot be read ({error.strerror}): reinstall memsvc"
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256.get(name):
            raise EmbedderUnavailable(
                f"embedding model file {path} is damaged: its SHA-256 is {found}, "
                f"the card says {self.sha256.get(name)}: reinstall memsvc"
            )
        return data
