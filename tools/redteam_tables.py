"""Write the tables of docs/security.md from report files of `memsvc eval redteam --json FILE`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "security.md"
BEGIN, END = "<!-- redteam -->\n", "<!-- /redteam -->\n"
METRICS = {"asr_r@1": "first", "any@5": "among five", "influence_asr": "with full influence"}
ROWS = {
    "optimised triggers, trusted origin, question unlabelled": "optimised",
    "the best of these families": "worst/optimised",
    "untrusted origin, trigger in an untrusted span": "untrusted",
    "the best of these families ": "worst/untrusted",
    "the same from a trusted origin, question unlabelled": "trusted",
    "an attacker who knows the detectors": "evasion",
}
HARMLESS = {
    "dialogue": "fpr/dialogue",
    "preferences": "fpr/preferences",
    "boilerplate": "fpr/boilerplate",
    "stored questions": "fpr/questions",
}

Report = Mapping[str, Any]


def tables(reports: Sequence[Report]) -> str:
    """Return the tables of all corpora, one after another."""
    return "\n".join("\n".join(_corpus(report)) for report in reports)


def _corpus(report: Report) -> Iterator[str]:
    figures: Mapping[str, Any] = report["figures"]
    config, data = report["config"], report["data"]
    model = (config["guard_model"] or "none")[:12]
    sizes = ", ".join(map(str, config["sizes"]))
    yield (
        f"**{data['name']}**, {config['notes']} notes, {config['seeds']} seed(s), n = {sizes}, recall"
        f" {', '.join(config['modes'])}; guard `{config['guard']}`, guard model `{model}`\n"
    )
    heads = [f"{word}: without / with the guard" for word in METRICS.values()]
    yield f"| attack | {' | '.join(heads)} |\n|---|{'---|' * len(heads)}"
    for label, name in ROWS.items():
        if any(f"{name}/{metric}" in figures for metric in METRICS):
            without = "untrusted" if name == "trusted" else name
            cells = (_pair(figures, f"baseline/{without}/{metric}", f"{name}/{metric}") for metric in METRICS)
            yield f"| {label.strip()} | {' | '.join(cells)} |"
    yield "\n| harmless notes | hidden or refused | notes |\n|---|---|---|"
    for label, name in HARMLESS.items():
        if found := figures.get(name):
            yield f"| {label} | {_share(found)} | {found['n']} |"
    if loss := figures.get("benign_loss/hit@5"):
        yield f"\nLoss of hit@5 on the memory's own questions: {_share(loss)} (n = {loss['n']})."
    if overhead := figures.get("latency/guard_overhead/p95"):
        yield f"\nWhat the checks add to a write, p95: {overhead['value']:.1f} ms."
    yield ""


def _pair(figures: Mapping[str, Any], without: str, with_: str) -> str:
    before = figures.get(without)
    after = figures.get(with_)
    return (
        f"{'-' if before is None else format(before['value'], '.2f')} / {'-' if after is None else _rate(after)}"
    )


def _rate(figure: Mapping[str, Any]) -> str:
    return f"{figure['value']:.3f}{_interval(figure, 1, '.3f')}"


def _share(figure: Mapping[str, Any]) -> str:
    return f"{100 * figure['value']:.2f} %{_interval(figure, 100, '.2f')}"


def _interval(figure: Mapping[str, Any], factor: float, form: str) -> str:
    if figure["ci95"] is None:
        return ""
    low, high = (format(factor * bound, form) for bound in figure["ci95"])
    return f" ({low} to {high})"


def main(arguments: list[str]) -> int:
    if not arguments:
        sys.stderr.write("usage: python tools/redteam_tables.py REPORT.json...\n")
        return 2
    reports = [json.loads(Path(argument).read_text(encoding="utf-8")) for argument in arguments]
    page = PAGE.read_text(encoding="utf-8")
    made = f"{BEGIN}\n{tables(reports)}\n{END}"
    PAGE.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: made, page, flags=re.DOTALL), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
