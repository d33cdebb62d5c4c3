"""Who is calling, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers

from memsvc.api.exposure import host_of, is_loopback
from memsvc.api.keys import secret_matches, split_token
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import TenantId
from memsvc.domain.notes import Origin
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import LOCAL_TENANT
from memsvc.errors import Forbidden, Unauthenticated
from memsvc.ports.storage import ApiKeyStore
from memsvc.settings import Settings

__all__ = ["Caller", "Gate"]


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller; `key_id` is None for a local one without a key.

    `ceiling` is the most trusted origin that the words of the caller can have.
    """

    tenant: TenantId
    scopes: frozenset[AccessScope]
    key_id: str | None = None
    ceiling: Origin = Origin.DIRECT_USER

    @property
    def actor(self) -> Actor:
        return Actor(f"key:{self.key_id}" if self.key_id else "local", self.ceiling)

    def may(self, scope: AccessScope) -> bool:
        """Return whether the key has the scope; admin has all."""
        return scope in self.scopes or AccessScope.ADMIN in self.scopes

    def require(self, scope: AccessScope) -> None:
        """Raise Forbidden unless the key has the scope."""
        if not self.may(scope):
            raise Forbidden(f"this key lacks the scope {scope}")


_LOCAL = Caller(LOCAL_TENANT, frozenset(AccessScope))


class Gate:
    """Lets callers in: by their key, or without one where only this machine can call."""

    def __init__(self, keys: ApiKeyStore, settings: Settings) -> None:
        self._keys = keys
        self._host = settings.host
        self._keyless = is_loopback(settings.host) and settings.auth != "keys"
        self._always_keyless = self._keyless and settings.auth == "off"

    def admit(self, headers: Headers) -> Caller:
        """Return the caller; asks the store by primary key, so that a revoked key stops at once.

        A key that is sent is always checked. Raises Unauthenticated, and Forbidden for a keyless call that
        came by another name than this machine's (a web page that rebinds its DNS name to loopback).
        """
        sent = headers.get("authorization")
        if sent is not None:
            return self._by_key(sent)
        if not self._keyless or not (self._always_keyless or self._no_keys_yet()):
            raise Unauthenticated("no API key was sent; send it as `Authorization: Bearer mk_...`")
        host = host_of(headers.get("host", ""))
        if not is_loopback(host) and host != self._host:
            raise Forbidden(
                "without a key the server answers only to localhost; call it by that name or send a key"
            )
        return _LOCAL

    def _by_key(self, authorization: str) -> Caller:
        scheme, _, token = authorization.partition(" ")
        parts = split_token(token.strip())
        if scheme.lower() != "bearer" or parts is None:
            raise Unauthenticated("the Authorization header must be `Bearer mk_<id>_<secret>`")
        key = self._keys.find(parts[0])
        if not secret_matches(key, parts[1]) or key is None or key.revoked_at is not None:
            raise Unauthenticated("the API key is not valid")
        return Caller(key.tenant, key.scopes, key.id, key.ceiling)

    def _no_keys_yet(self) -> bool:
        """Remember a first key for good: keys are revoked, never deleted."""
        if self._keyless and self._keys.list(None):
            self._keyless = False
        return self._keyless
