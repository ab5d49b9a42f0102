"""Which models there are, and where their files can be had. Facts alone; docs/models.md says them in words.

A file is known by its sha256: what any address gives is kept only if it is that. Where nobody has written down the
size in bytes, it is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from maskpick.errors import SettingsError
from maskpick.values import meant


class Address(NamedTuple):
    """Where a file can be had: at ``url``, or as the file ``member`` of the zip there."""

    url: str
    member: str = ""


@dataclass(frozen=True)
class ModelFile:
    """One file of a model. ``role`` says what it is to the engine; ``addresses`` are tried in order."""

    role: Literal["encoder", "decoder", "model"]
    name: str
    sha256: str
    bytes: int | None
    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class Model:
    """``name`` is the engine's that uses it; ``page`` is where its makers tell about it."""

    name: str
    title: str
    purpose: Literal["finds objects", "removes objects"]
    licence: str
    page: str
    files: tuple[ModelFile, ...]

    @property
    def bytes(self) -> int | None:
        """The size of all its files; None where that of one is not known."""
        sizes = [file.bytes for file in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)


_EFFICIENT_SAM = tuple(
    f"https://github.com/{owner}/efficient-sam/releases/download/onnx-models-20231225/efficient_sam_vitt_"
    for owner in ("labelmeai", "wkentaro")
)
_MOBILE_SAM = (
    "https://huggingface.co/vietanhdev/segment-anything-onnx-models/resolve/main/mobile_sam_20230629.zip",
    "https://github.com/vagabond-burro/heeler/releases/download/models/mobile_sam_20230629.zip",
)
_SAM2 = "https://github.com/wkentaro/osam/releases/download/sam2.1/"
_SAM2_ZIP = "https://huggingface.co/rectlabel/segment-anything-onnx-models/resolve/main/sam2.1_tiny.zip"
_LAMA = "models/inpainting_lama/inpainting_lama_2025jan.onnx"

_MODELS = (
    Model(
        "efficientsam",
        "EfficientSAM-Ti",
        "finds objects",
        "Apache-2.0",
        "https://github.com/yformer/EfficientSAM",
        (
            ModelFile(
                "encoder",
                "efficient_sam_vitt_encoder.onnx",
                "7a73ee65aa2c37237c89b4b18e73082f757ffb173899609c5d97a2bbd4ebb02d",
                24_799_761,
                tuple(Address(start + "encoder.onnx") for start in _EFFICIENT_SAM),
            ),
            ModelFile(
                "decoder",
                "efficient_sam_vitt_decoder.onnx",
                "e1afe46232c3bfa3470a6a81c7d3181836a94ea89528aff4e0f2d2c611989efd",
                16_565_728,
                tuple(Address(start + "decoder.onnx") for start in _EFFICIENT_SAM),
            ),
        ),
    ),
    Model(
        "mobilesam",
        "MobileSAM",
        "finds objects",
        "Apache-2.0",
        "https://github.com/ChaoningZhang/MobileSAM",
        (
            ModelFile(
                "encoder",
                "mobile_sam.encoder.onnx",
                "20deef402855b31222b528f52b04807e41ebe47216ac0e39a0729f43491a0209",
                28_157_093,
                tuple(Address(zipped, "mobile_sam.encoder.onnx") for zipped in _MOBILE_SAM),
            ),
            ModelFile(
                "decoder",
                "sam_vit_h_4b8939.decoder.onnx",
                "22cf85e35d14182f4b4712364264c06b22edbef63f065189586f080ef4e2f325",
                16_500_272,
                tuple(Address(zipped, "sam_vit_h_4b8939.decoder.onnx") for zipped in _MOBILE_SAM),
            ),
        ),
    ),
    Model(
        "sam2",
        "SAM 2.1 tiny",
        "finds objects",
        "Apache-2.0",
        "https://github.com/facebookresearch/sam2",
        (
            ModelFile(
                "encoder",
                "sam2.1_tiny_preprocess.onnx",
                "5557482c56565f6a6c8206874b1a11c392cef8a1766477bf035b919092f2b619",
                None,
                (
                    Address(_SAM2 + "sam2.1_tiny_preprocess.onnx"),
                    Address(_SAM2_ZIP, "sam2.1_tiny/sam2.1_tiny_preprocess.onnx"),
                ),
            ),
            ModelFile(
                "decoder",
                "sam2.1_tiny.onnx",
                "11a2c86fabbea9d0268213a9205c99a7f7e379caa0493bd13f5cca8ffaae6777",
                None,
                (Address(_SAM2 + "sam2.1_tiny.onnx"), Address(_SAM2_ZIP, "sam2.1_tiny/sam2.1_tiny.onnx")),
            ),
        ),
    ),
    Model(
        "lama",
        "LaMa",
        "removes objects",
        "Apache-2.0",
        "https://github.com/advimman/lama",
        (
            ModelFile(
                "model",
                "inpainting_lama_2025jan.onnx",
                "7df918ac3921d3daf0aae1d219776cf0dc4e4935f035af81841b40adcf74fdf2",
                92_591_623,
                (
                    Address(
                        f"https://media.githubusercontent.com/media/opencv/opencv_zoo/966be4cb6eefc2a4f586ed0581bf4bbaa2533070/{_LAMA}"
                    ),
                    Address("https://huggingface.co/opencv/inpainting_lama/resolve/main/inpainting_lama_2025jan.onnx"),
                ),
            ),
        ),
    ),
    Model(
        "migan",
        "MI-GAN",
        "removes objects",
        "MIT",
        "https://github.com/Picsart-AI-Research/MI-GAN",
        (
            ModelFile(
                "model",
                "migan_pipeline_v2.onnx",
                "6f1f3530a1a2324b19752018ce756088b07973cda8d7d890034ace5c8a48c40b",
                28_079_181,
                (
                    Address("https://huggingface.co/andraniksargsyan/migan/resolve/main/migan_pipeline_v2.onnx"),
                    Address("https://huggingface.co/edgetools/migan/resolve/main/migan_pipeline_v2.onnx"),
                ),
            ),
        ),
    ),
)

CATALOGUE = {model.name: model for model in _MODELS}
"""The models by name, in the order they are shown in."""


def model_called(name: str) -> Model:
    """The model of this name. Raises `SettingsError` where there is none."""
    if name not in CATALOGUE:
        raise SettingsError(
            f"There is no model called {name!r}.", f"{meant(name, CATALOGUE)}Known are: {', '.join(CATALOGUE)}."
        )
    return CATALOGUE[name]
