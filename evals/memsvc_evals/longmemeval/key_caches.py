"""`memsvc eval longmemeval-keys`: draw keys from a file's sessions into a file of the official format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import typer
from rich.console import Console

from memsvc.errors import InvalidInput
from memsvc.ports.extraction import Event
from memsvc.ports.llm import ChatModel
from memsvc_agents.keys.extractor import LlmExtractor
from memsvc_agents.keys.prompts import EVENTS, KEYPHRASES, SUMMARY, USER_FACTS
from memsvc_agents.llm.make import ChatSpec, chat_model_from
from memsvc_evals.ann.data.sources import plain_file
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.figures import check_folder
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache, check_path, read_cache, write_cache
from memsvc_evals.longmemeval.expansion.drawing import draw_cache
from memsvc_evals.longmemeval.expansion.event_file import EventsOfQuestion, write_event_file
from memsvc_evals.longmemeval.expansion.options import Expansion
from memsvc_evals.longmemeval.expansion.passages import session_passage
from memsvc_evals.longmemeval.outline import read_outline
from memsvc_evals.longmemeval.part import Part
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.schema import read_questions
from memsvc_evals.terminal import progress_bar, report_console
from memsvc_retrieval.keys.events import Events
from memsvc_retrieval.keys.keyphrases import Keyphrases
from memsvc_retrieval.keys.pipeline import KeyPipeline
from memsvc_retrieval.keys.summary import Summary
from memsvc_retrieval.keys.user_facts import UserFacts

__all__ = ["CacheOptions", "CacheSlot", "Granularity", "longmemeval_keys", "make_key_cache"]


class CacheSlot(StrEnum):
    SUMM = "summ"
    KEYPHRASE = "keyphrase"
    USERFACT = "userfact"
    EVENT = "event"


class Granularity(StrEnum):
    SESSION = "session"
    TURN = "turn"


@dataclass(frozen=True, slots=True)
class CacheOptions:
    """The command's options; `model` None draws by rules."""

    file: Path
    out: Path
    slot: CacheSlot
    granularity: Granularity = Granularity.SESSION
    model: ChatModel | None = None
    limit: int | None = None
    resume: bool = False


def longmemeval_keys(
    file: Annotated[
        Path, typer.Argument(help="LongMemEval file (S, M or oracle), official JSON, or packed (.zst).")
    ],
    out: Annotated[Path, typer.Option(help="File to write; its path must contain GRANULARITY-SLOT.")],
    slot: Annotated[CacheSlot, typer.Option(help="What to draw; event gives the file of dated events.")],
    granularity: Annotated[Granularity, typer.Option(help="What an entry is about.")] = Granularity.SESSION,
    limit: Annotated[int | None, typer.Option(min=1, help="The first so many questions only.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Keep what OUT has already.")] = False,
    llm_url: Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint instead of rules.")] = None,
    llm_model: Annotated[str | None, typer.Option(help="Model there.")] = None,
    llm_key: Annotated[str, typer.Option(envvar="MEMSVC_LLM_API_KEY", help="API key there.")] = "",
) -> None:
    """Draw summaries, keyphrases, user facts or events by rules or by a model, for --expansion."""
    with clear_errors():
        asked = llm_url is not None or llm_model is not None
        model = chat_model_from(ChatSpec(url=llm_url, model=llm_model, api_key=llm_key)) if asked else None
        options = CacheOptions(file, out, slot, granularity, model, limit, resume)
        make_key_cache(options, report_console())


def make_key_cache(options: CacheOptions, console: Console) -> None:
    """Draw, write and say how much; raises InvalidInput for wrong files and options before anything is drawn."""
    check_folder(options.out)
    with plain_file(options.file) as plain:
        summary = _make(replace(options, file=plain))
    console.print(f"{options.out}: {summary}")


def _make(options: CacheOptions) -> str:
    part = Part(limit=options.limit)
    total = part.size(read_outline(options.file).questions)
    with progress_bar("questions", total) as advance:
        questions = _counted(part.of(read_questions(options.file)), advance)
        return _events(options, questions) if options.slot is CacheSlot.EVENT else _texts(options, questions)


def _counted(questions: Iterator[Question], advance: Callable[[], None]) -> Iterator[Question]:
    for question in questions:
        yield question
        advance()


def _texts(options: CacheOptions, questions: Iterator[Question]) -> str:
    expansion = _expansion(options)
    pipeline = _pipeline(options.slot, options.model)

    def keep(so_far: ExpansionCache) -> None:
        # Answers of a model are dear; rules are quicker than writing.
        if options.model is not None:
            write_cache(options.out, so_far)

    check_path(options.out, expansion)
    kept = read_cache(options.out, expansion) if options.resume and options.out.exists() else None
    cache = draw_cache(questions, expansion, pipeline.extract, kept=kept, on_entries=keep)
    write_cache(options.out, cache)
    failed = sum(texts is None for texts in cache.entries.values())
    empty = sum(texts is not None and not any(texts) for texts in cache.entries.values())
    return f"{len(cache.entries)} entries, {empty} empty, {failed} failed; {_versions(pipeline)}"


def _events(options: CacheOptions, questions: Iterator[Question]) -> str:
    if options.granularity is not Granularity.SESSION or options.resume:
        raise InvalidInput("events are drawn from sessions, and from all of them: no --resume, no turns")
    pipeline = _pipeline(options.slot, options.model)
    drawn: dict[str, EventsOfQuestion] = {
        question.id: tuple(pipeline.extract(session_passage(session)).events for session in question.haystack)
        for question in questions
    }
    write_event_file(options.out, drawn)
    of_sessions = [events for haystack in drawn.values() for events in haystack]
    found, failed = sum(len(events or ()) for events in of_sessions), of_sessions.count(None)
    return f"{found} events in {len(of_sessions)} sessions, {failed} failed; {_versions(pipeline)}"


def _versions(pipeline: KeyPipeline) -> str:
    return ", ".join(f"{slot} version {version}" for slot, version in pipeline.versions.items())


def _expansion(options: CacheOptions) -> Expansion:
    name = f"{options.granularity}-{options.slot}"
    if name not in list(Expansion):
        raise InvalidInput(f"there is no expansion {name}; take one of {', '.join(Expansion)}")
    return Expansion(name)


def _pipeline(slot: CacheSlot, model: ChatModel | None) -> KeyPipeline:
    match slot:
        case CacheSlot.SUMM:
            return KeyPipeline(summary=LlmExtractor[str](model, SUMMARY) if model else Summary())
        case CacheSlot.KEYPHRASE:
            return KeyPipeline(
                keyphrases=LlmExtractor[tuple[str, ...]](model, KEYPHRASES) if model else Keyphrases()
            )
        case CacheSlot.USERFACT:
            return KeyPipeline(
                user_facts=LlmExtractor[tuple[str, ...]](model, USER_FACTS) if model else UserFacts()
            )
        case CacheSlot.EVENT:
            return KeyPipeline(events=LlmExtractor[tuple[Event, ...]](model, EVENTS) if model else Events())
        case _:
            assert_never(slot)
