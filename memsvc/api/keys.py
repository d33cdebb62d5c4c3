"""API keys: `mk_<id>_<secret>`, of which only the id and a hash of the secret are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from memsvc.domain.access import AccessScope, ApiKey
from memsvc.domain.ids import TenantId
from memsvc.domain.notes import Origin

__all__ = ["mint_key", "secret_matches", "split_token"]

_TOKEN = re.compile(r"mk_([a-z0-9]{16})_([A-Za-z0-9_-]{43})")


def mint_key(
    tenant: TenantId,
    *,
    name: str,
    scopes: Iterable[AccessScope],
    at: datetime,
    ceiling: Origin = Origin.DIRECT_USER,
) -> tuple[ApiKey, str]:
    """Return a new key and its token, which can never be had again.

    Nothing that is written with the key has a more trusted origin than `ceiling`.
    """
    key_id = secrets.token_hex(8)
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    key = ApiKey(key_id, tenant, name, _hash(secret), frozenset(scopes), at, ceiling=ceiling)
    return key, f"mk_{key_id}_{secret}"


def split_token(token: str) -> tuple[str, str] | None:
    """Return (id, secret) of a well-formed token."""
    match = _TOKEN.fullmatch(token)
    return (match[1], match[2]) if match else None


def secret_matches(key: ApiKey | None, secret: str) -> bool:
    """Compare in constant time; an unknown key costs as much as a wrong secret."""
    return hmac.compare_digest(_hash(secret), key.secret_hash if key else "0" * 64) and key is not None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
