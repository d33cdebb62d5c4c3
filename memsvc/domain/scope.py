"""Scope: the tenant and namespace without which no store can be asked anything."""

from __future__ import annotations

import re
from dataclasses import dataclass

from memsvc.domain.ids import NamespaceName, TenantId
from memsvc.errors import FieldError, InvalidInput

__all__ = ["LOCAL_TENANT", "NAME_PATTERN", "Scope"]

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,127}$"
LOCAL_TENANT = TenantId("local")
_NAME = re.compile(NAME_PATTERN)


@dataclass(frozen=True, slots=True)
class Scope:
    """A tenant and one of its namespaces; both names are checked on construction."""

    tenant: TenantId
    namespace: NamespaceName

    def __post_init__(self) -> None:
        for field, value in (("tenant", self.tenant), ("namespace", self.namespace)):
            if not _NAME.fullmatch(value):
                raise InvalidInput(
                    f"{field} must be 1 to 128 letters, digits or any of . _ : @ + - and begin with a "
                    "letter or digit",
                    errors=[FieldError(f"/{field}", "not a valid name")],
                )

    @classmethod
    def of(cls, tenant: str, namespace: str) -> Scope:
        return cls(TenantId(tenant), NamespaceName(namespace))
