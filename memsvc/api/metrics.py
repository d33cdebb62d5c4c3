"""Prometheus metrics of one app, in a registry of its own."""

from __future__ import annotations

from collections import Counter as TallyOf
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Metrics"]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counts requests by route template; never by path, so that no id or name becomes a label."""

    def __init__(self, version: str) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "memsvc_http_requests_total",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "memsvc_http_request_seconds",
            "Time from a request's first byte to the end of its answer.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._stored = Counter(
            "memsvc_notes_told_total",
            "What became of notes that were sent: created, duplicate, limited, quarantined, blocked...",
            ("outcome",),
            registry=self._registry,
        )
        self._reviews = Counter(
            "memsvc_guard_reviews_total", "Quarantined notes reviewed.", ("decision",), registry=self._registry
        )
        self.in_flight = Gauge("memsvc_http_requests_in_flight", "Requests in work.", registry=self._registry)
        info = Gauge("memsvc_build_info", "Always 1.", ("version",), registry=self._registry)
        info.labels(version).set(1)

    def observe(self, method: str, route: str, *, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def told(self, outcomes: Iterable[str]) -> None:
        """Count what became of notes."""
        for outcome, count in TallyOf(outcomes).items():
            self._stored.labels(outcome).inc(count)

    def reviewed(self, decision: str) -> None:
        self._reviews.labels(decision).inc()

    def text(self) -> bytes:
        """Return the exposition format."""
        return generate_latest(self._registry)
