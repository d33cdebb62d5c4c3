"""The page of a LoCoMo run."""

from __future__ import annotations

from memsvc_evals.locomo.run import CUTS
from memsvc_evals.locomo.summary import GROUPS
from memsvc_evals.reporting.document import Document, cell, costs, facts, interval
from memsvc_evals.reporting.page import Page, Plot, Section, Table, Text
from memsvc_evals.reporting.plots import bars, distributions, lines

__all__ = ["locomo_page"]

_MEANING = (
    "recall@k is the fraction of a question's evidence turns among the first k, averaged over questions; c1-4 are "
    "all but adversarial. Intervals are 95 % percentile bootstraps over questions."
)


def locomo_page(document: Document) -> Page:
    """Return the page of a run; the data may not be passed on, so it shows no text of a conversation."""
    retriever = document.config.get("retriever", "")
    return Page(
        f"LoCoMo: {document.data.get('name', '')}, {retriever}",
        [facts(document), _recall(document), _conversations(document), _latency(document)],
    )


def _recall(document: Document) -> Section:
    groups = [group for group in GROUPS if f"{group}/recall@{CUTS[0]}" in document.figures]
    found = {group: [document.figures[f"{group}/recall@{k}"] for k in CUTS] for group in groups}
    rows = [
        (group, str(figures[0].n), *(part for figure in figures for part in (cell(figure), interval(figure))))
        for group, figures in found.items()
    ]
    table = Table(("questions", "n", *(part for k in CUTS for part in (f"@{k}", "interval"))), rows)
    names = [f"{group} (n={figures[0].n})" for group, figures in found.items()]
    series = {f"@{k}": [figures[i].value for figures in found.values()] for i, k in enumerate(CUTS)}
    curves: dict[str, list[tuple[int, float]]] = {
        group: [(k, figure.value) for k, figure in zip(CUTS, found[group], strict=True)]
        for group in found
        if group in ("all", "c1-4")
    }
    return Section(
        "Evidence found",
        [
            Text(_MEANING),
            table,
            Plot(
                "recall-by-category", "Recall by category", bars("Recall by category", names, series, y="recall")
            ),
            Plot("recall-against-k", "Recall against k", lines("Recall against k", curves, x="k", y="recall")),
        ],
    )


def _conversations(document: Document) -> Section:
    columns = [f"recall@{k}" for k in CUTS]
    rows = [
        (name, str(row["n"]), *(f"{row[column]:.4f}" for column in columns))
        for name, row in document.report["by_conversation"].items()
    ]
    return Section("By conversation", [Table(("conversation", "n", *columns), rows)])


def _latency(document: Document) -> Section:
    recall = [max(question["recall_ms"], 1e-3) for question in document.questions]
    svg = distributions("Latency, how many are at most so long", {"recall, per query": recall}, x="milliseconds")
    names = (
        *(f"latency/{what}/p{percent}" for what in ("recall", "ingest") for percent in (50, 95)),
        "count/notes",
        "count/embedded_texts",
    )
    return Section("Latency and size", [Plot("latency", "Latency", svg), costs(document.figures, names)])
