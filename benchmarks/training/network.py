"""The boundary net: a small U-Net that says of each pixel how likely a person would draw a border there.

Half of the convolutions are dense and half separable (depthwise, then pointwise; Howard et al. 2017): dense where few
channels see many pixels, separable where many channels see few. It looks at half the resolution and coarser; a thin
branch at full resolution, joined last, puts the line where it belongs. Coarser maps are judged as well while training
(deep supervision; Xie, Tu 2015), so that what is seen from afar is learned early.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

STEP = 32
"""Height and width of a picture must be multiples of this: the coarsest level is that much smaller."""
WIDTHS = (16, 32, 56, 88, 112)
"""Channels at a half, a quarter ... a thirty-second of the resolution."""
DEPTHS = (1, 2, 3, 3, 3)
"""Convolutions at each level, after the one that halves the resolution."""
FINE, MERGED = 8, 32
"""Channels at full resolution, and on the way back up."""


class Convolution(nn.Sequential):
    """3 x 3, normalised over the batch, rectified: (n, before, h, w) to (n, after, h / stride, w / stride)."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)
        )


class Separable(nn.Module):
    """The same in two: each channel by itself, looking ``dilation`` pixels around; then all channels pixel by pixel."""

    def __init__(self, before: int, after: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(before, before, 3, stride, dilation, dilation, groups=before, bias=False)
        self.pointwise = nn.Conv2d(before, after, 1, bias=False)
        self.norm = nn.BatchNorm2d(after)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.norm(self.pointwise(self.depthwise(x))))


class Residual(nn.Module):
    """What a layer finds, added to what it was given."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.layer(x)
        return result


def _level(number: int, before: int, after: int) -> nn.Sequential:
    if number < 3:
        layers = [Residual(Convolution(after, after)) for _ in range(DEPTHS[number])]
        return nn.Sequential(Convolution(before, after, 2), *layers)
    # The coarsest level looks round the whole picture.
    reach = (1, 2, 4) if number == len(WIDTHS) - 1 else (1, 1, 1)
    separable = [Residual(Separable(after, after, dilation=reach[i])) for i in range(DEPTHS[number])]
    return nn.Sequential(Separable(before, after, 2), *separable)


class BoundaryNet(nn.Module):
    """Takes RGB, float32 (n, 3, h, w) about -2..2; returns the logit of a border, float32 (n, 1, h, w).

    In training it returns a list: that, and the same judged at a half, a quarter ... of the resolution.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fine = Convolution(3, FINE)
        befores = (3, *WIDTHS[:-1])
        self.down = nn.ModuleList(_level(i, befores[i], WIDTHS[i]) for i in range(len(WIDTHS)))
        self.lateral = nn.ModuleList(nn.Conv2d(width, MERGED, 1) for width in WIDTHS)
        self.up = nn.ModuleList(Separable(MERGED, MERGED) for _ in WIDTHS)
        self.side = nn.ModuleList(nn.Conv2d(MERGED, 1, 1) for _ in WIDTHS)
        self.narrow = nn.Conv2d(MERGED, FINE, 1)
        self.last = nn.Sequential(Convolution(FINE, FINE), nn.Conv2d(FINE, 1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor | list[Tensor]:
        fine = self.fine(x)
        seen = []
        for level in self.down:
            x = level(x)
            seen.append(x)
        sides = []
        merged: Tensor | None = None
        for number in reversed(range(len(WIDTHS))):
            here = self.lateral[number](seen[number])
            merged = self.up[number](here if merged is None else here + _twice(merged))
            if self.training:
                sides.insert(0, self.side[number](merged))
        assert merged is not None
        logit: Tensor = self.last(functional.relu(fine + _twice(self.narrow(merged))))
        return [logit, *sides] if self.training else logit


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def size_of(net: nn.Module) -> int:
    """Parameters of the net as it runs: what only training needs is not counted."""
    return sum(p.numel() for name, p in net.named_parameters() if not name.startswith("side."))
