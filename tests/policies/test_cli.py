"""`memsvc policy` and `memsvc retention`."""

from __future__ import annotations

import json

from tests.cli.conftest import data_dir, run

__all__ = ["data_dir", "run"]


def test_a_policy_is_set_shown_and_listed(run):
    done = run("policy", "set", "-", "--json", stdin=json.dumps({"retention": {"max_notes": 3}}))
    shown = run("policy", "show")

    assert (done.code, done.data["version"]) == (0, 1)
    assert json.loads(shown.out)["retention"]["max_notes"] == 3
    assert [item["version"] for item in run("policy", "history", "--json").data["items"]] == [1]


def test_what_is_shown_can_be_set(run):
    shown = run("policy", "show").out
    assert run("policy", "set", "-", "--version", "0", stdin=shown).code == 0


def test_what_is_no_policy_is_refused(run):
    for text in ("{", "[]", '{"thoughts": {"groups": 7}}'):
        assert run("policy", "set", "-", stdin=text).code != 0
    assert run("policy", "show", "--json").data["version"] == 0


def test_retention_without_anything_to_do_says_so(run):
    run("policy", "set", "-", stdin=json.dumps({"retention": {"max_notes": 1}}))

    assert run("retention", "--dry-run").out == "0 notes would change\n"
    assert run("retention").out == "0 notes changed\n"
