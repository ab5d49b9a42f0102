"""The kinds of edges, as the settings keep them and the artist sees them."""

from __future__ import annotations

from typing import Callable, Dict

from maskpick_bridge.session import Edge
from maskpick_bridge.words import _

SOFT, HARD, FINE = "soft", "hard", "fine"
LABELS: Dict[str, Callable[[], str]] = {SOFT: lambda: _("Soft"), HARD: lambda: _("Hard"), FINE: lambda: _("Fine")}
"""In the language in use."""


def edge_of(kind: str) -> Edge:
    """The edge of a kind, neither grown nor feathered."""
    return Edge(hard=kind == HARD, fine=kind == FINE)


def kind_of(edge: Edge) -> str:
    return HARD if edge.hard else FINE if edge.fine else SOFT
