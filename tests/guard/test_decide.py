"""Verdicts: the ledgers' product, the hard rules, and that more suspicion or less trust is never milder."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.guarding import Signal, Verdict
from memsvc.guard.decide import LEDGER_OF, SHARES, Limits, adjusted_p, decide, weigh
from memsvc.guard.rate import burst, newcomer, sybil

LIMITS = Limits(alpha=0.01, limit=0.1, quarantine=0.5, block=0.95)
ORDER = [Verdict.ALLOW, Verdict.LIMIT, Verdict.QUARANTINE, Verdict.BLOCK]

SIGNALS = st.lists(
    st.builds(
        Signal,
        detector=st.sampled_from(sorted(LEDGER_OF)),
        score=st.floats(0, 1),
        p=st.floats(1e-4, 1),
    ),
    max_size=8,
)


def verdict(*signals: Signal, trust: float = 1.0, limits: Limits = LIMITS) -> Verdict:
    return decide(weigh(signals, trust=trust, alpha=limits.alpha), signals, limits)


@given(SIGNALS, st.data())
def test_more_suspicion_is_never_milder(signals: list[Signal], data: st.DataObject) -> None:
    trust = data.draw(st.floats(0, 1))
    worse = [
        replace(each, p=data.draw(st.floats(1e-4, each.p)), score=data.draw(st.floats(each.score, 1)))
        for each in signals
    ]
    worse += data.draw(SIGNALS)
    before, after = verdict(*signals, trust=trust), verdict(*worse, trust=trust)
    assert ORDER.index(after) >= ORDER.index(before)


@given(SIGNALS, st.floats(0, 1), st.floats(0, 1))
def test_less_trust_is_never_milder(signals: list[Signal], one: float, other: float) -> None:
    high, low = max(one, other), min(one, other)
    assert ORDER.index(verdict(*signals, trust=low)) >= ORDER.index(verdict(*signals, trust=high))


@given(SIGNALS, st.floats(0, 1))
def test_ledgers_are_shares(signals: list[Signal], trust: float) -> None:
    ledgers = weigh(signals, trust=trust, alpha=0.01)
    assert all(0 <= each <= 1 for each in (ledgers.hijack, ledgers.influence, ledgers.distrust, ledgers.risk))


def test_the_shares_of_false_positives_leave_some_to_accomplices() -> None:
    assert sum(SHARES.values()) == pytest.approx(0.85)


@pytest.mark.parametrize("detector", sorted(SHARES))
def test_a_hijack_as_rare_as_alpha_is_quarantined_whatever_the_trust(detector: str) -> None:
    rare = Signal(detector, 1.0, LIMITS.alpha * SHARES[detector])
    assert verdict(rare) is Verdict.QUARANTINE
    assert verdict(replace(rare, p=rare.p * 1.01)) is Verdict.ALLOW


ACCOMPLICE = Signal("accomplice", 1.0, 1.0)


def test_an_accomplice_needs_less_evidence_of_its_own() -> None:
    doubtful = Signal("wordlm", 1.0, 2.99 * LIMITS.alpha * SHARES["wordlm"])
    assert verdict(doubtful) is Verdict.ALLOW
    assert verdict(doubtful, ACCOMPLICE) is Verdict.QUARANTINE
    assert verdict(replace(doubtful, p=doubtful.p * 1.01), ACCOMPLICE) is Verdict.ALLOW


@pytest.mark.parametrize("alpha", [0.01, 0.1, 0.5])
def test_an_accomplice_needs_some(alpha: float) -> None:
    limits = replace(LIMITS, alpha=alpha)
    assert verdict(ACCOMPLICE, limits=limits) is Verdict.ALLOW
    assert weigh([ACCOMPLICE], trust=0.0, alpha=alpha).hijack == 0.0
    assert adjusted_p([ACCOMPLICE]) == 1.0


def test_p_values_of_several_detectors_are_corrected_for_their_number() -> None:
    one = Signal("wordlm", 9.0, 0.02)
    assert adjusted_p([one]) == pytest.approx(0.02 / SHARES["wordlm"])
    assert adjusted_p([]) == 1.0


def test_a_doubtful_note_of_nobody_trusted_is_blocked() -> None:
    signals = Signal("wordlm", 9.0, 1e-4), Signal("payload", 1.0, 1e-4), Signal("newcomer", 0.9, 1.0)
    assert verdict(*signals, trust=0.2) is Verdict.BLOCK
    assert verdict(*signals[:2], trust=1.0) is Verdict.QUARANTINE


@pytest.mark.parametrize(
    "signal", [Signal("burst", 1.0, 1.0), Signal("sybil", 1.0, 1.0), Signal("invisible", 1.0, 1.0)]
)
def test_a_crowd_a_burst_and_hidden_text_are_never_simply_let_in(signal: Signal) -> None:
    assert verdict(signal) is Verdict.LIMIT


def test_an_instruction_is_limited_only_when_it_comes_from_outside() -> None:
    order = Signal("payload", 1.0, 0.001)
    assert verdict(order, trust=1.0) is Verdict.ALLOW
    assert verdict(order, trust=0.4) is Verdict.LIMIT


def test_a_burst_begins_over_the_policys_number() -> None:
    assert burst(10, allowed=10).score == 0.0
    assert burst(11, allowed=10).score == 1.0
    assert burst(10_000, allowed=None).score == 0.0


def test_a_newcomers_flood_is_a_doubt_and_no_proof() -> None:
    scores = [newcomer(notes).score for notes in (50, 100, 500, 50_000)]
    assert scores == sorted(scores)
    assert (scores[0], scores[-1]) == (0.0, 0.9)


def test_three_writers_with_one_rare_run_are_a_crowd() -> None:
    assert [sybil(names).score for names in ("a", "ab", "abc", "abcde")] == [0.0, 0.5, 1.0, 1.0]
