"""Opaque page cursors, bound to the caller and the question that they were made for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from pathlib import Path

from memsvc.errors import InvalidCursor, InvalidInput, StorageReadOnly
from memsvc.settings import Settings

__all__ = ["Cursors", "cursor_key"]

_TAG = 16
_KEY_BYTES = 32


class Cursors:
    """Makes and opens cursors: an HMAC-SHA256 tag, and the position masked with a stream made from it.

    The tag covers position and binding, so a cursor of another tenant, namespace or query does not open; the
    mask keeps positions (rows that all tenants share) from being read.
    """

    def __init__(self, key: bytes) -> None:
        self._tag_key = hmac.digest(key, b"tag", "sha256")
        self._mask_key = hmac.digest(key, b"mask", "sha256")

    def make(self, position: int | str, *binding: object) -> str:
        """Return a cursor for a position; `binding` must be made of what JSON can hold."""
        plain = json.dumps(position).encode()
        tag = self._tag(plain, binding)
        return base64.urlsafe_b64encode(tag + self._mask(plain, tag)).decode().rstrip("=")

    def open(self, cursor: str, *binding: object) -> int | str:
        """Return the position; raises InvalidCursor."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        tag = raw[:_TAG]
        plain = self._mask(raw[_TAG:], tag)
        if len(raw) <= _TAG or not hmac.compare_digest(tag, self._tag(plain, binding)):
            raise InvalidCursor("the cursor was not made for this query; start again without one")
        position: int | str = json.loads(plain)
        return position

    def _tag(self, plain: bytes, binding: tuple[object, ...]) -> bytes:
        bound = json.dumps([plain.hex(), *binding], sort_keys=True).encode()
        return hmac.digest(self._tag_key, bound, "sha256")[:_TAG]

    def _mask(self, data: bytes, tag: bytes) -> bytes:
        stream = hashlib.shake_256(self._mask_key + tag).digest(len(data))
        return bytes(a ^ b for a, b in zip(data, stream, strict=True))


def cursor_key(settings: Settings) -> bytes:
    """Return the key: from the settings, else one that is kept in the data directory (made at first use).

    Raises StorageReadOnly when it cannot be kept, and InvalidInput when what is kept is no key.
    """
    if settings.cursor_secret is not None:
        return settings.cursor_secret.get_secret_value().encode()
    path = settings.data_dir / "cursor.key"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _kept(path)
    except OSError as error:
        raise StorageReadOnly(
            f"cannot keep the cursor key in {path} ({error.strerror}); make the data directory writable "
            "or set MEMSVC_CURSOR_SECRET"
        ) from None


def _kept(path: Path) -> bytes:
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        _write_durably(fresh, os.urandom(_KEY_BYTES))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = path.read_bytes()
    if len(key) < _KEY_BYTES:
        raise InvalidInput(
            f"the cursor key in {path} is damaged ({len(key)} bytes); delete the file, and a new one is made"
        )
    return key


def _write_durably(path: Path, data: bytes) -> None:
    with open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
