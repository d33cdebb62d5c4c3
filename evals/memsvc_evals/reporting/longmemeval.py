"""The page of a LongMemEval run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from memsvc_evals.longmemeval.averages import LEVELS, Average
from memsvc_evals.longmemeval.metrics import CUTS
from memsvc_evals.reporting.document import Document, cell, costs, facts, interval
from memsvc_evals.reporting.judged import JudgedRun, judged_section
from memsvc_evals.reporting.page import Page, Plot, Section, Table, Text
from memsvc_evals.reporting.plots import bars, distributions, lines

__all__ = ["longmemeval_page"]

_COLUMNS = {
    "any@5": "recall_any@5",
    "R@5": "recall_all@5",
    "R@10": "recall_all@10",
    "fraction@10": "recall@10",
    "N@5": "ndcg_any@5",
    "N@10": "ndcg_any@10",
    "N@10 log2(i+1)": "ndcg_log2@10",
    "MRR": "mrr",
}
_SESSIONS = f"session/{Average.IDS_NO_ABS}"
_TURNS = f"turn/{Average.STRICT}"
_MEANING = (
    "R is recall_all (the paper's Recall: all gold among the first k), any is recall_any, N the official ndcg_any "
    "in which ranks 1 and 2 weigh the same. strict: official labels, questions with a labelled user turn; "
    "official_no_abs: official labels, all but abstention; ids_no_abs and ids_all: gold = answer_session_ids. "
    "Intervals are 95 % percentile bootstraps over questions."
)


def longmemeval_page(document: Document, judged: Sequence[JudgedRun]) -> Page:
    """Return the page; `judged` are results of a judge on the same questions, which may be none."""
    retriever = document.config.get("retriever", "")
    return Page(
        f"LongMemEval: {document.data.get('name', '')}, {retriever}",
        [
            facts(document),
            _averages(document),
            _by_type(document),
            _against_k(document),
            _by_gold(document),
            _latency(document),
            *([judged_section(judged, document)] if judged else []),
        ],
    )


def _averages(document: Document) -> Section:
    rows = []
    for place in (f"{level}/{average}" for level in LEVELS for average in Average):
        found = [document.figures.get(f"{place}/{name}") for name in _COLUMNS.values()]
        if found[1] is not None:
            rows.append((place, str(found[1].n), interval(found[1]), *map(cell, found)))
    table = Table(("level/average", "n", "R@5 interval", *_COLUMNS), rows)
    return Section("Figures", [Text(_MEANING), table])


def _by_type(document: Document) -> Section:
    parts: list[Plot | Table | Text] = []
    for place in (_SESSIONS, _TURNS):
        groups: Mapping[str, Any] = document.report["by_type"].get(place, {})
        if groups:
            series = {f"R@{k}": [row[f"recall_all@{k}"] for row in groups.values()] for k in (5, 10)}
            names = [
                f"{name.replace('single-session-', 'single ')} (n={row['n']})" for name, row in groups.items()
            ]
            title = f"Recall by type, {place}"
            svg = bars(title, names, series, y="recall_all")
            parts += [Plot(f"recall-by-type-{place.partition('/')[0]}", title, svg), _grouped(groups, "type")]
    return Section("Recall by type", parts)


def _grouped(groups: Mapping[str, Any], title: str) -> Table:
    rows = [
        (name, str(row["n"]), *(f"{row[metric]:.4f}" if metric in row else "-" for metric in _COLUMNS.values()))
        for name, row in groups.items()
    ]
    return Table((title, "n", *_COLUMNS), rows)


def _by_gold(document: Document) -> Section:
    groups = document.report["by_gold_sessions"].get(_SESSIONS, {})
    return Section("Questions with one gold session, and with more", [_grouped(groups, "gold sessions")])


def _against_k(document: Document) -> Section:
    curves = {}
    for place, metric in (
        (_SESSIONS, "recall_any"),
        (_SESSIONS, "recall_all"),
        (_TURNS, "recall_any"),
        (_TURNS, "recall_all"),
    ):
        points = [(k, f.value) for k in CUTS if (f := document.figures.get(f"{place}/{metric}@{k}"))]
        if points:
            curves[f"{place} {metric}"] = points
    title = "Recall against k"
    plot = [Plot("recall-against-k", title, lines(title, curves, x="k", y="recall"))] if curves else []
    return Section(title, plot)


def _latency(document: Document) -> Section:
    recall = [ms for question in document.questions for ms in question["recall_ms"]]
    ingest = [question["ingest_ms"] for question in document.questions]
    query = [ms for question in document.questions if (ms := question.get("query_ms")) is not None]
    series = {
        name: [max(ms, 1e-3) for ms in values]
        for name, values in (
            ("one recall of 10 notes", query),
            ("recall of everything, per query", recall),
            ("ingest, per haystack", ingest),
        )
        if values
    }
    title = "Latency"
    names = (
        *(f"latency/{what}/p{percent}" for what in ("query", "recall", "ingest") for percent in (50, 95)),
        "count/notes",
        "count/embedded_texts",
        "count/bytes",
    )
    svg = distributions("Latency, how many are at most so long", series, x="milliseconds")
    return Section("Latency and size", [Plot("latency", title, svg), costs(document.figures, names)])
