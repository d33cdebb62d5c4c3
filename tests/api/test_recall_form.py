"""A recall is rendered from plain values: they must have the form of the models, to the letter."""

from __future__ import annotations

from datetime import UTC, datetime

from memsvc import wire
from memsvc.api.convert import outbound
from memsvc.api.replies import reply_plain
from memsvc.domain.guarding import Signal
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Origin, OriginSpan, Session, TurnSpan
from memsvc.domain.recall import ArmScore, Hit, Influence, InfluenceReason, RecallResult, SessionHit, Standing
from tests.support.notes import NOTE

SPOKEN = NOTE._replace(
    content="hi\n\nyo",
    turns=(TurnSpan("user", 0, 2), TurnSpan("assistant", 4, 6)),
    event_time=datetime(2024, 5, 1, 12, 0, 0, 123456, tzinfo=UTC),
    valid_to=datetime(2025, 1, 1, tzinfo=UTC),
    metadata={"ä": [1, 2.5, None, True, {"b": "c"}]},
    principal="key:0123456789abcdef",
    origins=(OriginSpan(0, 2, Origin.DIRECT_USER), OriginSpan(2, 6, Origin.TOOL_EXTERNAL)),
)
EVIDENCE = Standing(Influence.EVIDENCE_ONLY, InfluenceReason.ORIGIN)
HIT = Hit(
    SPOKEN,
    0.1234567,
    {"dense": ArmScore(1, 0.5)},
    (NOTE,),
    (NOTE,),
    influence=Influence.EVIDENCE_ONLY,
    reason=InfluenceReason.UNTRUSTED_SPAN,
    beside={NOTE.id: EVIDENCE},
)
FOUND = RecallResult(
    hits=(HIT, Hit(NOTE, 1.0)),
    sessions=(SessionHit(Session(1, SessionId("s"), NOTE.event_time, 2, {"a": 1}), 0.75, (HIT,)),),
    degraded=("dense: away",),
    tokens=7,
    flags=(Signal("wordlm", 19.5, 0.001, "rare words", (3, 9)), Signal("runs", 1.0, 0.5, key=0)),
)


def test_plain_values_render_as_the_model_does() -> None:
    body = bytes(reply_plain(outbound.recalled(FOUND, "next")).body)
    assert wire.RecallResponse.model_validate_json(body, strict=False).model_dump_json().encode() == body
