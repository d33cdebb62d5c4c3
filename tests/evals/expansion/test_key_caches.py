"""`memsvc eval longmemeval-keys`."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from memsvc.errors import InvalidInput, LlmUnavailable
from memsvc.ports.extraction import Event
from memsvc_agents.llm.scripted import ScriptedChat
from memsvc_evals.longmemeval.expansion.cache import read_cache
from memsvc_evals.longmemeval.expansion.event_file import read_event_file
from memsvc_evals.longmemeval.expansion.options import Expansion
from memsvc_evals.longmemeval.key_caches import CacheOptions, CacheSlot, Granularity, make_key_cache
from memsvc_evals.longmemeval.question import Question

FACTS = Expansion.SESSION_USERFACT
SAID = [("user", "I ran a race last Sunday.", None), ("assistant", "Well done!", None)]


@pytest.fixture
def file(ask: Callable[..., Question], tmp_path: Path) -> Path:
    """Return a file of one question with three sessions, told on Saturday, 20 May 2023."""
    question = ask([("answer_a", SAID), ("b", [("user", "What is it?", None)]), ("c", SAID)])
    path = tmp_path / "data.json"
    path.write_text(json.dumps([question.to_official()]), encoding="utf-8")
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "data.session-userfact.json"


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def test_rules_draw_facts(file: Path, out: Path, console: Console) -> None:
    make_key_cache(CacheOptions(file, out, CacheSlot.USERFACT), console)
    fact = ("User ran a race last Sunday.",)
    assert read_cache(out, FACTS).entries == {"a": fact, "b": (), "c": fact}


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the zstd program")
def test_a_packed_file_gives_the_same(file: Path, out: Path, console: Console, tmp_path: Path) -> None:
    packed = tmp_path / "data.json.zst"
    subprocess.run(["zstd", "-q", str(file), "-o", str(packed)], check=True)
    make_key_cache(CacheOptions(packed, out, CacheSlot.USERFACT), console)
    assert set(read_cache(out, FACTS).entries) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("slot", "granularity", "expansion", "entry"),
    [
        (CacheSlot.SUMM, Granularity.SESSION, Expansion.SESSION_SUMM, ("a", ("I ran a race last Sunday.",))),
        (CacheSlot.KEYPHRASE, Granularity.SESSION, Expansion.SESSION_KEYPHRASE, ("b", ("",))),
        (CacheSlot.KEYPHRASE, Granularity.TURN, Expansion.TURN_KEYPHRASE, ("b_1", ("",))),
        (CacheSlot.USERFACT, Granularity.TURN, Expansion.TURN_USERFACT, ("b_1", ())),
    ],
)
def test_the_other_caches(
    file: Path,
    tmp_path: Path,
    console: Console,
    slot: CacheSlot,
    granularity: Granularity,
    expansion: Expansion,
    entry: tuple[str, tuple[str, ...]],
) -> None:
    path = tmp_path / f"{expansion}.json"
    make_key_cache(CacheOptions(file, path, slot, granularity), console)
    name, texts = entry
    assert read_cache(path, expansion).entries[name] == texts


def test_events_are_dated_by_their_session(file: Path, tmp_path: Path, console: Console) -> None:
    path = tmp_path / "events.json"
    make_key_cache(CacheOptions(file, path, CacheSlot.EVENT), console)
    sunday = date(2023, 5, 14)
    told = (Event(sunday, sunday, "User ran a race last Sunday."),)
    assert read_event_file(path) == {"q1": (told, (), told)}


def test_a_model_draws_instead_of_rules(file: Path, out: Path, console: Console) -> None:
    model = ScriptedChat(['{"user_facts": ["f"]}', "no JSON", '{"user_facts": []}'])
    make_key_cache(CacheOptions(file, out, CacheSlot.USERFACT, model=model), console)
    assert read_cache(out, FACTS).entries == {"a": ("f",), "b": None, "c": ()}


def test_what_is_there_is_kept_on_resuming(file: Path, out: Path, console: Console) -> None:
    out.write_text('{"a": ["old"]}', encoding="utf-8")
    model = ScriptedChat(['{"user_facts": ["new"]}'] * 2)
    make_key_cache(CacheOptions(file, out, CacheSlot.USERFACT, model=model, resume=True), console)
    assert read_cache(out, FACTS).entries == {"a": ("old",), "b": ("new",), "c": ("new",)}


def test_answers_are_kept_when_the_model_is_gone(
    ask: Callable[..., Question], tmp_path: Path, out: Path, console: Console
) -> None:
    data = [(ask([(name, SAID)]).to_official() | {"question_id": name}) for name in "ab"]
    file = tmp_path / "data.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    model = ScriptedChat(['{"user_facts": ["f"]}', LlmUnavailable("down")])
    with pytest.raises(LlmUnavailable):
        make_key_cache(CacheOptions(file, out, CacheSlot.USERFACT, model=model), console)
    assert read_cache(out, FACTS).entries == {"a": ("f",)}


@pytest.mark.parametrize(
    ("slot", "granularity", "name", "resume", "problem"),
    [
        (CacheSlot.USERFACT, Granularity.SESSION, "facts.json", False, "must contain session-userfact"),
        (CacheSlot.USERFACT, Granularity.SESSION, "none/session-userfact.json", False, "none"),
        (CacheSlot.SUMM, Granularity.TURN, "turn-summ.json", False, "there is no expansion turn-summ"),
        (CacheSlot.EVENT, Granularity.TURN, "events.json", False, "no turns"),
        (CacheSlot.EVENT, Granularity.SESSION, "events.json", True, "no --resume"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_drawn(
    file: Path,
    tmp_path: Path,
    console: Console,
    slot: CacheSlot,
    granularity: Granularity,
    name: str,
    resume: bool,
    problem: str,
) -> None:
    options = CacheOptions(file, tmp_path / name, slot, granularity, ScriptedChat([]), resume=resume)
    with pytest.raises(InvalidInput, match=problem):
        make_key_cache(options, console)
    assert [path.name for path in tmp_path.iterdir()] == ["data.json"]


def test_the_report_says_how_much_was_drawn(file: Path, out: Path) -> None:
    text = io.StringIO()
    make_key_cache(CacheOptions(file, out, CacheSlot.USERFACT), Console(file=text, width=200, soft_wrap=True))
    assert "3 entries, 1 empty, 0 failed; user_facts version 1" in text.getvalue().replace("\n", " ")
