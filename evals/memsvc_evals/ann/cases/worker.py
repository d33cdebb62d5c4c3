"""A process that runs one case, so that no memory of another one is counted to it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from memsvc_evals.ann.cases.changes import churn, growth, identical
from memsvc_evals.ann.cases.context import Context
from memsvc_evals.ann.cases.filters import filters
from memsvc_evals.ann.cases.namespaces import namespaces
from memsvc_evals.ann.cases.readers import readers
from memsvc_evals.answering import answer_requests, claim_stdout
from memsvc_evals.figures import Figure

__all__ = ["run_case"]


def run_case(dataset: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Answer {"case", "folder", and sizes of Context} with the case's figures."""
    sizes = {name: value for name, value in request.items() if name not in ("op", "case", "folder")}
    vectors, queries = (np.load(dataset / name, mmap_mode="r") for name in ("x_f16.npy", "q_f16.npy"))
    context = Context(vectors, np.asarray(queries), Path(request["folder"]), **sizes)
    cases: dict[str, Callable[[Context], dict[str, Figure]]] = {
        "filters": filters,
        "growth": growth,
        "churn": churn,
        "identical": identical,
        "namespaces": namespaces,
        "readers": lambda context: readers(context, dataset),
    }
    figures = cases[request["case"]](context)
    return {"figures": {name: asdict(figure) for name, figure in figures.items()}}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    answer_requests(claim_stdout(), lambda request: run_case(folder, request))
