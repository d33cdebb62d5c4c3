"""Measure derived work at scale: links and thoughts by rules, what they search, what they add to a recall.

    OMP_NUM_THREADS=1 python tools/measure_derived.py [--source longmemeval_s.json] [--cache FILE] [--notes 100000]

It fills a namespace in a temporary SQLite database (TMPDIR says where) in batches of a hundred sessions: those of
the LongMemEval file, again under other ids once they are used up, or made-up ones. Vectors come from FILE, a cache
of embeddings, as far as it has them; others are made up in clusters. No time of embedding is in any figure. CPU
time is that of the process, and says what the clock would show on a machine that does nothing else but wait for
its disk; the hash tables alone are measured by measure_lsh.py.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / each) for each in ("stores", "retrieval", "agents", "evals"))]

from memsvc.app import build
from memsvc.errors import MemsvcError
from memsvc.settings import GuardSettings, Settings
from memsvc_agents.embed.cache_file import FileEmbeddingCache
from memsvc_evals.provenance import code_revision, machine
from tools.derived.corpus import from_file, made_up
from tools.derived.figures import Figures
from tools.derived.searching import recall, search_candidates, walk_links
from tools.derived.vectors import EmbedderDouble
from tools.derived.work import add_in_bulk, add_singly, construct, do_jobs

_ASKED, _WORDS = 200, 12


def measure(given: argparse.Namespace, folder: Path, figures: Figures) -> None:
    sessions = made_up() if given.source is None else from_file(given.source)
    settings = Settings(data_dir=folder, guard=GuardSettings(level="off"))
    with build(settings, embedder=figures.embedder) as app:
        add_in_bulk(app, sessions, given.notes, figures)
        do_jobs(app, figures)
        search_candidates(app, _ASKED, figures)
        fresh = [session.turns[0].content for session in islice(sessions, 2 * _ASKED)]
        questions = [" ".join(text.split()[:_WORDS]) for text in fresh[:_ASKED]]
        walk_links(app, questions, figures)
        recall(app, folder, questions, figures)
        add_singly(app, fresh, figures)
        construct(app, sessions, _ASKED, figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, metavar="FILE")
    parser.add_argument("--cache", type=Path, metavar="FILE")
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    try:
        known = FileEmbeddingCache(given.cache) if given.cache is not None else None
        figures = Figures(EmbedderDouble(given.notes, known))
        with tempfile.TemporaryDirectory() as folder:
            measure(given, Path(folder), figures)
    except MemsvcError as error:
        sys.exit(f"error: {error.detail}")
    if given.json is not None:
        report = {"machine": machine(), "code": code_revision(), "rows": figures.as_json()}
        given.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
