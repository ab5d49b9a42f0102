"""What the parts of maskpick inside an editor share: the standard library only, no editor, no core."""

from __future__ import annotations

from maskpick_bridge.maskfile import Box, MaskFile, MaskFileError, MaskInfo

__all__ = ["Box", "MaskFile", "MaskFileError", "MaskInfo"]
