"""Figures about the service, in the text form Prometheus reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from maskpick.service.desk import Desk

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters of one service; each service has its own, so that two in one process do not mix."""

    def __init__(self, desk: Desk) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("maskpick_requests", "Requests answered", ["route", "status"], registry=self._registry)
        self._seconds = Histogram(
            "maskpick_work_seconds",
            "Time of a piece of work, waiting included",
            ["outcome"],
            registry=self._registry,
            buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
        )
        pending = Gauge(
            "maskpick_work_pending", "Requests for work coming in, waiting or under way", registry=self._registry
        )
        pending.set_function(lambda: desk.jobs.pending)
        kept = Gauge("maskpick_store_bytes", "Bytes of pictures and results kept", registry=self._registry)
        kept.set_function(lambda: desk.store.bytes)

    def answered(self, route: str, status: int) -> None:
        self._requests.labels(route, str(status)).inc()

    def work_took(self, seconds: float, *, failed: bool) -> None:
        self._seconds.labels("failed" if failed else "done").observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self._registry)
