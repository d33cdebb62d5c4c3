"""Settings from the environment and from options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memsvc.cli.configuration import load_settings
from memsvc.errors import InvalidInput


@pytest.mark.usefixtures("data_dir")
def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSVC_PORT", "9000")
    assert (load_settings().port, load_settings(port=9001).port) == (9000, 9001)


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("MEMSVC_PORT", "many", "MEMSVC_PORT"),
        ("MEMSVC_EMBEDDER__KIND", "magic", "MEMSVC_EMBEDDER__KIND"),
        ("MEMSVC_RERANKER__DEPTH", "4", "MEMSVC_RERANKER__DEPTH"),
        ("MEMSVC_RERANKER__MODEL", "x", "unknown setting MEMSVC_RERANKER__MODEL"),
        ("MEMSVC_PROT", "9000", "did you mean MEMSVC_PORT"),
        ("MEMSVC_XYZZY", "1", "unknown setting MEMSVC_XYZZY"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput, match=named):
        load_settings()


@pytest.mark.usefixtures("data_dir")
def test_a_secret_is_not_repeated_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSVC_EMBEDDER__DIMENSION", "hunter2")
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.usefixtures("data_dir")
def test_a_reranker_is_set_by_its_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().reranker.path is None
    monkeypatch.setenv("MEMSVC_RERANKER__PATH", "/models/ranker")
    reranker = load_settings().reranker
    assert (reranker.path, reranker.depth, reranker.tokens, reranker.threads) == (
        Path("/models/ranker"),
        30,
        256,
        1,
    )


@pytest.mark.usefixtures("data_dir")
def test_variables_of_others_are_not_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URL", "http://elsewhere")
    monkeypatch.setenv("MODEL", "other")
    embedder = load_settings().embedder
    assert (embedder.path, embedder.url, embedder.model) == (None, None, None)


def test_a_data_directory_that_cannot_be_made_is_one_clear_line(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("stats", "--data-dir", tmp_path / "file" / "data")
    assert (done.code, "MEMSVC_DATA_DIR" in done.err, len(done.err.splitlines())) == (1, True, 1)
