"""What the parts of maskpick inside an editor share: the standard library only, no editor, no core.

`Connection` reaches the engine, `Picking` holds what is under the pointer and what is picked.
"""

from __future__ import annotations

from maskpick_bridge.connection import Connection
from maskpick_bridge.handover import Coverage, Kept, Pixels
from maskpick_bridge.maskfile import Box, MaskFile, MaskFileError, MaskInfo
from maskpick_bridge.outlines import Outlines
from maskpick_bridge.picking import ADD, INTERSECT, REPLACE, SUBTRACT, Picking, Step, operation_of
from maskpick_bridge.protocol import PROTOCOL, VERSION, WorkerError
from maskpick_bridge.request import Request
from maskpick_bridge.session import Edge, Filled, Node, Part, Session

__all__ = [
    "ADD",
    "INTERSECT",
    "PROTOCOL",
    "REPLACE",
    "SUBTRACT",
    "VERSION",
    "Box",
    "Connection",
    "Coverage",
    "Edge",
    "Filled",
    "Kept",
    "MaskFile",
    "MaskFileError",
    "MaskInfo",
    "Node",
    "Outlines",
    "Part",
    "Picking",
    "Pixels",
    "Request",
    "Session",
    "Step",
    "WorkerError",
    "operation_of",
]
