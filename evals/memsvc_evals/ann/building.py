"""Indexes that are built once into a folder, and workers that search them."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from memsvc.errors import InvalidInput
from memsvc_evals.ann.dataset import AnnData
from memsvc_evals.ann.measured import Built
from memsvc_evals.ann.subjects import Subject
from memsvc_evals.load.process import Worker

__all__ = ["Workshop"]


class Workshop:
    """A folder with an index per system; what was built there before is used again.

    Raises InvalidInput when the folder belongs to other vectors.
    """

    def __init__(self, folder: Path, data: AnnData) -> None:
        digest, owner = data.vectors_sha256, folder / "vectors.sha256"
        if owner.exists() and owner.read_text(encoding="utf-8").strip() != digest:
            raise InvalidInput(f"{folder} has indexes of other vectors; give another folder with --work")
        folder.mkdir(parents=True, exist_ok=True)
        owner.write_text(digest + "\n", encoding="utf-8")
        self._folder = folder
        self._data = data

    def build(self, subject: Subject) -> Built:
        """Build in a process of its own, so that no memory of it is counted to searching."""
        index, record = self.index(subject), self._folder / subject.name / "built.json"
        if record.exists():
            return Built(**json.loads(record.read_text(encoding="utf-8")))
        shutil.rmtree(index, ignore_errors=True)
        index.mkdir(parents=True)
        with ExitStack() as stack:
            built = Built(**self.start(subject, stack).ask("build", folder=str(index)))
        record.write_text(json.dumps(asdict(built)), encoding="utf-8")
        return built

    def open(self, subject: Subject, stack: ExitStack) -> Worker:
        """Return a worker that has the index open."""
        worker = self.start(subject, stack)
        worker.ask("open", folder=str(self.index(subject)))
        return worker

    def start(self, subject: Subject, stack: ExitStack) -> Worker:
        """Return a worker that has nothing open."""
        log = self._folder / f"{subject.name}.log"
        return subject.system.start(stack, dataset=self._data.folder, log=log)

    def index(self, subject: Subject) -> Path:
        """Return the folder of a system's index."""
        return self._folder / subject.name / "index"
