"""The lease of a namespace: one writer at a time, fenced by the epoch that it began from."""

from __future__ import annotations

import math
import sqlite3

from memsvc.errors import StorageBusy
from memsvc_stores.vectors.slabs.parts import Parts

__all__ = ["acquire", "let_go", "lost", "renew"]


def acquire(parts: Parts, namespace: int, owner: str) -> int:
    """Take the lease and return the newest epoch; raises StorageBusy while another writer holds it."""
    now = parts.clock()
    with parts.catalog.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO namespaces (namespace, epoch) VALUES (?, 0)", (namespace,))
        epoch, holder, expires = connection.execute(
            "SELECT epoch, holder, expires FROM namespaces WHERE namespace = ?", (namespace,)
        ).fetchone()
        if holder is not None and now < expires <= now + parts.lease_seconds and parts.owners.alive(holder):
            wait = math.ceil(expires - now)
            raise StorageBusy(
                f"another writer ({holder}) changes the index of namespace {namespace}; "
                f"its lease ends in {wait} s: try again then",
                retry_after=float(wait),
            )
        connection.execute(
            "UPDATE namespaces SET holder = ?, expires = ? WHERE namespace = ?",
            (owner, now + parts.lease_seconds, namespace),
        )
    return int(epoch)


def renew(parts: Parts, connection: sqlite3.Connection, namespace: int, owner: str) -> None:
    """Lengthen the lease inside a write transaction; raises StorageBusy when it has been lost."""
    done = connection.execute(
        "UPDATE namespaces SET expires = ? WHERE namespace = ? AND holder = ?",
        (parts.clock() + parts.lease_seconds, namespace, owner),
    )
    if done.rowcount != 1:
        raise lost(namespace)


def let_go(parts: Parts, owner: str, namespace: int) -> None:
    """Give the lease up, if it is still held."""
    held = (namespace, owner)
    with parts.catalog.reading() as connection:
        found = connection.execute("SELECT 1 FROM namespaces WHERE namespace = ? AND holder = ?", held).fetchone()
    if found is not None:
        with parts.catalog.writing() as connection:
            connection.execute(
                "UPDATE namespaces SET holder = NULL, expires = NULL WHERE namespace = ? AND holder = ?", held
            )


def lost(namespace: int) -> StorageBusy:
    """Return the error of a writer that was too slow."""
    return StorageBusy(
        f"the lease on the index of namespace {namespace} ran out and another writer took it: "
        "nothing of this change was kept, do it again",
        retry_after=0.0,
    )
