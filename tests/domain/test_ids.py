"""UUIDv7 and the factory of ids."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.ids import IdFactory, uuid7

_milliseconds = st.integers(0, 2**48 - 1)
_bits = st.integers(0, 2**74 - 1)


def test_the_example_of_the_rfc() -> None:
    bits = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert uuid7(0x017F22E279B0, bits) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(milliseconds=_milliseconds, bits=_bits)
def test_layout(milliseconds: int, bits: int) -> None:
    made = UUID(uuid7(milliseconds, bits))
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == milliseconds
    assert made.int >> 64 & 0xFFF == bits >> 62
    assert made.int & (1 << 62) - 1 == bits & (1 << 62) - 1


@given(milliseconds=_milliseconds, bits=_bits)
def test_text_is_canonical(milliseconds: int, bits: int) -> None:
    made = uuid7(milliseconds, bits)
    assert made == str(UUID(made))


@given(earlier=st.tuples(_milliseconds, _bits), later=st.tuples(_milliseconds, _bits))
def test_text_orders_as_time_then_bits(earlier: tuple[int, int], later: tuple[int, int]) -> None:
    assert (uuid7(*earlier) < uuid7(*later)) == (earlier < later)


def test_the_factory_takes_time_and_bits_from_outside() -> None:
    asked: list[int] = []

    def random_bits(count: int) -> int:
        asked.append(count)
        return 5

    factory = IdFactory(lambda: datetime(2024, 3, 1, 12, tzinfo=UTC), random_bits)
    expected = uuid7(1709294400000, 5)
    assert [factory.note(), factory.session(), factory.job()] == [expected] * 3
    assert asked == [74] * 3
