"""What every use case works with; built once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from memsvc.memory.checks import Limits
from memsvc.memory.drafting import Drafter
from memsvc.memory.guarding.tools import GuardTools
from memsvc.memory.recall_counts import RecallCounts
from memsvc.memory.reranking import Reranking
from memsvc.ports.amem import AmemTools
from memsvc.ports.clock import Clock
from memsvc.ports.embedding import Embedder
from memsvc.ports.graph import GraphTools
from memsvc.ports.hashing import Hashing
from memsvc.ports.llm import ChatModels
from memsvc.ports.ranking import KeyIndex
from memsvc.ports.retrieval import Retriever
from memsvc.ports.storage import Storage
from memsvc.ports.thinking import Thinking

__all__ = ["Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """`save_rows`: an index is saved in the background each time so many changes have come.

    Without `reranking` candidates keep the retriever's order. Without `llm` everything is done by rules,
    without `recall_counts` recalls count for nothing. Without `guard` nothing is looked at, whatever a policy
    says; origins are stamped and texts normalised all the same.
    """

    storage: Storage
    index: KeyIndex
    embedder: Embedder
    retriever: Retriever
    drafter: Drafter
    hashing: Hashing
    thinking: Thinking
    clock: Clock
    amem: AmemTools
    graphs: GraphTools
    limits: Limits = field(default_factory=Limits)
    recall_depth: int = 200
    save_rows: int = 1024
    reranking: Reranking | None = None
    llm: ChatModels | None = None
    recall_counts: RecallCounts | None = None
    guard: GuardTools | None = None
