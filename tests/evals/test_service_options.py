"""Options of the in-process service, from the command to the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from memsvc.domain.policies import Policy, Probing, Work
from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput
from memsvc.settings import RerankerSettings, Settings
from memsvc_evals.cli import app
from memsvc_evals.local_service import open_local_service, ranking_config
from memsvc_evals.service_options import Fusion, GuardUse, Keys, LinkUse, ServiceOptions, TimeUse


def run(file: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["longmemeval", str(file), "--workers", "1", "--embedder", "hashing", *options])


def opened(options: ServiceOptions | None) -> tuple[str, str, str]:
    with open_local_service(Mode.HYBRID, embedder="hashing", cache=None, options=options) as local:
        return local.config["keys"], local.config["fusion"], local.config["time_ranges"]


def test_without_options_the_service_is_as_its_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert opened(None) == (settings.keys, settings.fusion, settings.time_ranges)
    monkeypatch.setenv("MEMSVC_KEYS", "text")
    assert opened(None)[0] == "text"


def test_options_stand_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSVC_KEYS", "text")
    chosen = ServiceOptions(Keys.EXPANDED, Fusion.BLEND, TimeUse.PRUNE)
    assert opened(chosen) == ("expanded", "blend", "prune")


def test_a_reranker_of_the_settings_is_told_without_its_place(tmp_path: Path) -> None:
    assert "reranker" not in ranking_config(Settings())
    settings = Settings(reranker=RerankerSettings(path=tmp_path / "cross", depth=20))
    assert ranking_config(settings)["reranker"] == {"model": "cross", "depth": 20, "tokens": 256}


def test_the_constant_of_rank_fusion_is_told_where_it_counts() -> None:
    assert "rrf_k" not in ranking_config(Settings(fusion="blend"))
    assert ranking_config(Settings(fusion="rrf", rrf_k=60))["rrf_k"] == 60


def test_time_without_scores_to_raise_is_refused() -> None:
    with pytest.raises(InvalidInput, match="--time boost does nothing with --fusion rrf"):
        ServiceOptions(fusion=Fusion.RRF, time=TimeUse.BOOST)


def test_links_without_scores_to_raise_are_refused() -> None:
    with pytest.raises(InvalidInput, match="--links on does nothing with --fusion rrf"):
        ServiceOptions(fusion=Fusion.RRF, links=LinkUse.ON)


def test_only_what_is_asked_for_is_derived() -> None:
    assert ServiceOptions().policy == Policy()
    chosen = ServiceOptions(links=LinkUse.ON, thoughts=True, amem=True).policy
    assert (chosen.links.entity, chosen.links.semantic) == (True, False)
    assert (chosen.thoughts.work, chosen.amem.work) == (Work.RULES, Work.RULES)


def test_resume_refuses_other_options(three_file: Path, tmp_path: Path) -> None:
    folder, out = str(tmp_path / "run"), tmp_path / "r.json"
    first = run(three_file, "--keys", "text", "--fusion", "rrf", "--resume", folder, "--json", str(out))
    assert first.exit_code == 0, first.output
    config = json.loads(out.read_text(encoding="utf-8"))["config"]
    assert (config["keys"], config["fusion"]) == ("text", "rrf")
    for other in (["--keys", "told", "--fusion", "rrf"], ["--keys", "text", "--fusion", "blend"]):
        result = run(three_file, *other, "--resume", folder)
        assert result.exit_code == 2
        assert "another configuration" in result.stderr


def test_resume_refuses_another_use_of_times(three_file: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "run")
    assert run(three_file, "--time", "off", "--limit", "1", "--resume", folder).exit_code == 0
    assert run(three_file, "--time", "prune", "--limit", "1", "--resume", folder).exit_code == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--url", "http://127.0.0.1:1", "--keys", "text", "--time", "off"], "--keys, --time set up the service"),
        (["--retriever", "bm25-official", "--fusion", "rrf"], "not with --retriever bm25-official"),
        (["--retriever", "bm25-official", "--time", "boost"], "--time set up the service"),
        (["--retriever", "bm25-official", "--time", "prune"], "--events FILE go together"),
        (["--time", "prune", "--events", "e.json"], "--events FILE go together"),
    ],
)
def test_options_for_another_retriever_are_refused(three_file: Path, options: list[str], message: str) -> None:
    result = run(three_file, *options)
    assert result.exit_code == 2
    assert message in result.stderr


def test_query_latency_is_printed_and_reported(three_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    result = run(three_file, "--json", str(out))
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["figures"]["latency/query/p50"]["n"] == 3
    assert report["figures"]["latency/query/p95"]["unit"] == "ms"
    assert all(question["query_ms"] > 0 for question in report["report"]["questions"])
    assert "(n=3): one recall of 10 notes, question embedded before" in result.stdout


def test_replica_has_no_query_latency(three_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    result = run(three_file, "--retriever", "bm25-official", "--json", str(out), "--report", str(tmp_path / "p"))
    assert result.exit_code == 0, result.output
    assert "latency/query/p50" not in json.loads(out.read_text(encoding="utf-8"))["figures"]
    assert "query:" not in result.stdout


def test_without_an_option_a_benchmark_has_no_guard() -> None:
    with open_local_service(Mode.HYBRID, embedder="hashing", cache=None) as local:
        assert (local.config["guard"], local.work.wanted) == ("off", False)


def test_checks_alone_probe_nothing() -> None:
    options = ServiceOptions(guard=GuardUse.CHECKS)
    assert options.settings["guard"] == {"level": "balanced"}
    assert (options.policy.guard.probe, options.derived["guard"]) == (Probing.OFF, "checks")


def test_the_guard_at_work_probes_all_notes() -> None:
    options = ServiceOptions(guard=GuardUse.STRICT)
    assert options.settings["guard"] == {"level": "strict"}
    assert (options.policy.guard.probe, options.given) == (Probing.ALL, ("--guard",))
