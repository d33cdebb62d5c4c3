"""The closed vocabularies of the wire."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = [
    "DerivationRole",
    "Influence",
    "InfluenceReason",
    "JobStatus",
    "KeyKind",
    "Kind",
    "Level",
    "LinkType",
    "Method",
    "Mode",
    "Operation",
    "Origin",
    "OutcomeStatus",
    "SessionStatus",
    "Status",
    "StoredLinkType",
]

Kind: TypeAlias = Literal["round", "fact", "thought", "summary", "document"]
Status: TypeAlias = Literal["active", "limited", "pending", "superseded", "merged", "quarantined", "forgotten"]
Origin: TypeAlias = Literal[
    "direct_user", "model_inference", "tool_output_internal", "tool_output_external", "untrusted_document"
]
KeyKind: TypeAlias = Literal[
    "user", "content", "statement", "fact", "preference", "keyphrase", "entity", "event", "summary", "amem"
]
Mode: TypeAlias = Literal["hybrid", "dense", "lexical", "amem", "tim"]
LinkType: TypeAlias = Literal["sequence", "entity", "semantic", "related", "conflict", "manual"]
Method: TypeAlias = Literal["rules", "llm", "user"]
Level: TypeAlias = Literal["note", "session"]
Influence: TypeAlias = Literal["full", "evidence_only", "none"]
InfluenceReason: TypeAlias = Literal[
    "enters_only_via_untrusted_span",
    "enters_only_via_flagged_span",
    "no_span_of_the_question_is_trusted",
    "origin_is_not_trusted",
    "note_is_limited",
    "note_is_not_current",
]
OutcomeStatus: TypeAlias = Literal["created", "duplicate", "merged", "limited", "quarantined", "blocked", "failed"]
SessionStatus: TypeAlias = Literal["created", "appended", "unchanged", "failed"]
Operation: TypeAlias = Literal[
    "created",
    "updated",
    "forgotten",
    "restored",
    "superseded",
    "merged",
    "rekeyed",
    "evolved",
    "reverted",
    "quarantined",
    "released",
    "rejected",
    "rolled_back",
    "purged",
]
StoredLinkType: TypeAlias = Literal["entity", "semantic", "related", "conflict", "manual"]
DerivationRole: TypeAlias = Literal["thought", "context", "merge", "evolution", "informed"]
JobStatus: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]
