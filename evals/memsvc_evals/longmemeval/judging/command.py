"""`memsvc eval longmemeval-judge`: from hypotheses to accuracies."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from memsvc.errors import InvalidInput
from memsvc_agents.llm.make import ChatSpec, chat_model_from
from memsvc_evals.ann.data.sources import plain_file
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.figures import check_folder, write_report
from memsvc_evals.longmemeval.judging.judge import Judge
from memsvc_evals.longmemeval.judging.judged import read_judged
from memsvc_evals.longmemeval.judging.printed import print_summary
from memsvc_evals.longmemeval.judging.readings import read_readings
from memsvc_evals.longmemeval.judging.results import ResultFile, read_hypotheses, results_path
from memsvc_evals.longmemeval.judging.run import check_flips, judge_all
from memsvc_evals.longmemeval.judging.summary import Judged, accuracy_figures, full_report, token_figures
from memsvc_evals.longmemeval.outline import read_outline
from memsvc_evals.longmemeval.part import Part
from memsvc_evals.provenance import code_revision
from memsvc_evals.terminal import progress_bar, report_console

__all__ = ["longmemeval_judge"]


def longmemeval_judge(
    hypotheses: Annotated[Path, typer.Argument(help="Hypotheses: JSON lines {question_id, hypothesis}.")],
    file: Annotated[Path, typer.Argument(help="LongMemEval file with the answers, official JSON or .zst.")],
    model: Annotated[str, typer.Option(help="Name of the model that judges.")],
    base_url: Annotated[str, typer.Option(help="OpenAI-compatible endpoint, usually ending in /v1.")],
    limit: Annotated[int | None, typer.Option(min=1, help="So many questions of FILE only.")] = None,
    offset: Annotated[int, typer.Option(min=0, help="Skip so many questions of FILE.")] = 0,
    again: Annotated[int, typer.Option(min=0, help="Judge so many again, to see how many flip.")] = 20,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="So many questions at a time.")] = 1,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one answer.")] = 120,
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
    api_key: Annotated[str, typer.Option(envvar="LLM_API_KEY", help="Key of the endpoint.")] = "",
) -> None:
    """Judge hypotheses with a model; every question of FILE without a right one counts as wrong."""
    with clear_errors():
        check_folder(json_file)
        spec = ChatSpec(url=base_url, model=model, api_key=api_key, timeout_seconds=timeout)
        judge = Judge(chat_model_from(spec))
        with plain_file(file) as plain:
            data = replace(read_outline(plain).data, name=file.name)
            judged = _judge(judge, hypotheses, plain, Part(offset, limit), again=again, threads=parallel)
        figures = accuracy_figures(judged) | token_figures(judged)
        report = full_report(judged, judge.name)
        console = report_console()
        print_summary(console, figures, report["judge_models"])
        console.print(f"verdicts: {results_path(hypotheses, judge.name)}")
        if json_file:
            write_report(
                json_file,
                benchmark="longmemeval-qa",
                config={"judge": judge.name, "offset": offset, "limit": limit, "again": again},
                data=asdict(data),
                code=code_revision(),
                figures=figures,
                report=report,
            )


def _judge(judge: Judge, path: Path, file: Path, part: Part, *, again: int, threads: int) -> Judged:
    hypotheses = read_hypotheses(path)
    questions = read_judged(file, part)
    if hypotheses and not hypotheses.keys() & questions.keys():
        raise InvalidInput(
            f"{path.name}: none of its {len(hypotheses)} hypotheses is on one of the {len(questions)} questions "
            f"to judge in {file.name}; is it another file, or another part of it (--offset, --limit)?"
        )
    results = ResultFile(results_path(path, judge.name), hypotheses)
    wanted = sum(name in questions and name not in results.verdicts for name in hypotheses)
    with progress_bar("answers", wanted) as advance:
        judge_all(judge, questions, hypotheses, results, threads=threads, on_question=advance)
    verdicts = {name: verdict for name, verdict in results.verdicts.items() if name in questions}
    flips = check_flips(judge, questions, verdicts, sample=again, threads=threads)
    return Judged(questions, hypotheses, verdicts, read_readings(path), flips)
