"""Which expansion a run uses, and the retriever for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.expansion.cache import read_cache
from memsvc_evals.longmemeval.expansion.options import Expansion, Form, Style, parse_form
from memsvc_evals.longmemeval.expansion.retriever import (
    CleanBm25Retriever,
    ExpansionRetriever,
    OfficialJoinRetriever,
)

__all__ = ["ExpansionChoice", "choose"]


@dataclass(frozen=True, slots=True)
class ExpansionChoice:
    """Picklable, so that each process of a run can open its own."""

    expansion: Expansion
    form: Form
    style: Style
    file: Path

    def open(self) -> ExpansionRetriever:
        """Read the cache; raises InvalidInput that names the file and the entry."""
        cache = read_cache(self.file, self.expansion)
        try:
            digest = hashlib.sha256(self.file.read_bytes()).hexdigest()
        except OSError as error:
            raise InvalidInput(f"cannot read {self.file}: {error.strerror or error}") from error
        retriever = OfficialJoinRetriever if self.style is Style.OFFICIAL else CleanBm25Retriever
        return retriever(cache, self.form, digest=digest)


def choose(expansion: Expansion | None, join: str, style: Style, file: Path | None) -> ExpansionChoice | None:
    """Return what the options of a command ask for; raises InvalidInput for one that lacks the other."""
    if expansion is None and file is None:
        return None
    if expansion is None or file is None:
        raise InvalidInput("--expansion and --cache-file go together")
    return ExpansionChoice(expansion, parse_form(join), style, file)
