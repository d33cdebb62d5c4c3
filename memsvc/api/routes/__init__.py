"""All routes under /v1, as data."""

from __future__ import annotations

from memsvc.api.endpoints import Endpoint
from memsvc.api.routes.audit import AUDIT
from memsvc.api.routes.canaries import CANARIES
from memsvc.api.routes.graph import GRAPH
from memsvc.api.routes.guard import GUARD
from memsvc.api.routes.ingest import INGEST
from memsvc.api.routes.jobs import JOBS
from memsvc.api.routes.links import LINKS
from memsvc.api.routes.namespaces import NAMESPACES
from memsvc.api.routes.notes import NOTES
from memsvc.api.routes.policy import POLICY
from memsvc.api.routes.recall import RECALL
from memsvc.api.routes.remember import REMEMBER
from memsvc.api.routes.rollback import ROLLBACK
from memsvc.api.routes.scan import SCAN
from memsvc.api.routes.sessions import SESSIONS
from memsvc.api.routes.thoughts import THOUGHTS
from memsvc.api.routes.transfer import TRANSFER
from memsvc.api.routes.usage import USAGE

__all__ = ["ENDPOINTS"]

ENDPOINTS: tuple[Endpoint, ...] = (
    *NAMESPACES,
    *REMEMBER,
    *INGEST,
    *RECALL,
    *NOTES,
    *LINKS,
    *SESSIONS,
    *THOUGHTS,
    *TRANSFER,
    *JOBS,
    *POLICY,
    *GRAPH,
    *GUARD,
    *SCAN,
    *ROLLBACK,
    *CANARIES,
    *AUDIT,
    *USAGE,
)
