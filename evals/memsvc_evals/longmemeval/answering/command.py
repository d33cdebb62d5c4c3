"""`memsvc eval longmemeval-read`: from a retrieval log to hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from memsvc.errors import InvalidInput, ServerFault
from memsvc_agents.llm.make import ChatSpec, chat_model_from
from memsvc_agents.reading.items import Expansion as FactUse
from memsvc_agents.reading.prompts import ReadingMode
from memsvc_agents.reading.reader import Reader, ReadingOptions
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.figures import check_folder
from memsvc_evals.longmemeval.answering.hypotheses import HypothesisFile, readings_path
from memsvc_evals.longmemeval.answering.run import ReadPlan, answer_log
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache, read_cache
from memsvc_evals.longmemeval.expansion.options import Expansion
from memsvc_evals.longmemeval.outline import read_outline
from memsvc_evals.terminal import progress_bar, report_console

__all__ = ["longmemeval_read"]


def longmemeval_read(
    log: Annotated[Path, typer.Argument(help="Retrieval log, as `memsvc eval longmemeval --logs` writes it.")],
    model: Annotated[str, typer.Option(help="Name of the model that reads.")],
    base_url: Annotated[str, typer.Option(help="OpenAI-compatible endpoint, usually ending in /v1.")],
    out: Annotated[Path, typer.Option(help="File of hypotheses to write, or to go on with.")],
    mode: Annotated[ReadingMode, typer.Option(help="How to read.")] = ReadingMode.CON,
    top_k: Annotated[int, typer.Option(min=1, help="So many of the best ranked are read.")] = 10,
    budget: Annotated[int | None, typer.Option(min=1, help="Tokens of history at most, by estimate.")] = None,
    expansion: Annotated[FactUse, typer.Option(help="What becomes of the facts.")] = FactUse.NONE,
    facts: Annotated[Path | None, typer.Option(help="Cache of expansions with the facts.")] = None,
    facts_kind: Annotated[Expansion, typer.Option(help="What that cache holds.")] = Expansion.SESSION_USERFACT,
    limit: Annotated[int | None, typer.Option(min=1, help="So many questions only.")] = None,
    offset: Annotated[int, typer.Option(min=0, help="Skip so many questions.")] = 0,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="So many questions at a time.")] = 1,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one answer.")] = 120,
    api_key: Annotated[str, typer.Option(envvar="LLM_API_KEY", help="Key of the endpoint.")] = "",
) -> None:
    """Answer each question of a retrieval log with a model and write the official file of hypotheses."""
    with clear_errors():
        check_folder(out)
        spec = ChatSpec(url=base_url, model=model, api_key=api_key, timeout_seconds=timeout)
        options = ReadingOptions(mode, budget, expansion)
        plan = ReadPlan(top_k, offset, limit, parallel, _facts(facts, facts_kind, expansion))
        config = {
            "model": model,
            "mode": mode,
            "top_k": top_k,
            "budget": budget,
            "expansion": expansion,
            "facts_sha256": read_outline(facts).data.sha256 if facts else None,
        }
        _run(log, Reader(chat_model_from(spec), options), plan, out, config)


def _facts(path: Path | None, kind: Expansion, use: FactUse) -> ExpansionCache | None:
    if (path is None) is not (use is FactUse.NONE):
        raise InvalidInput("--facts FILE and --expansion merge or replace belong together")
    return None if path is None else read_cache(path, kind)


def _run(log: Path, reader: Reader, plan: ReadPlan, out: Path, config: Mapping[str, Any]) -> None:
    outline = read_outline(log)
    file = HypothesisFile(out, {**config, "log_sha256": outline.data.sha256})
    total = max(0, outline.data.questions - plan.offset)
    total = total if plan.limit is None else min(total, plan.limit)
    with progress_bar("questions", total) as advance:
        counts = answer_log(log, reader, file, plan, on_question=advance)
    if counts.questions == 0:
        raise InvalidInput(f"{log.name}: no question at offset {plan.offset}; take a smaller offset")
    report_console().print(
        f"{counts.answered} answered, {counts.failed} failed, {counts.kept} answered before\n"
        f"hypotheses: {out}\nwhat each took: {readings_path(out)}"
    )
    if not counts.answered + counts.kept:
        raise ServerFault(f"no question was answered; {readings_path(out)} says why")
