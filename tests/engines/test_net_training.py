"""How the boundary net is trained: what it is shown, and that training goes on where it stopped."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

TRAINING = Path(__file__).resolve().parents[2] / "benchmarks" / "training"


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Two photos; two people drew borders in each, and agree but for one line."""
    for name, size in (("one", (200, 300)), ("two", (300, 200))):
        rgb = np.random.default_rng(len(name)).integers(0, 100, (*size, 3)).astype(np.uint8)
        rgb[:, 120:] += 150
        labels = np.ones(size, np.uint16)
        labels[:, 120:] = 2
        cv2.imwrite(str(tmp_path / f"{name}.jpg"), rgb)
        cv2.imwrite(str(tmp_path / f"{name}.gt0.png"), labels)
        labels[:80, 120:] = 3
        cv2.imwrite(str(tmp_path / f"{name}.gt1.png"), labels)
    return sorted(tmp_path.glob("*.jpg"))


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(TRAINING)
    import samples

    return samples


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    pytest.importorskip("torch", reason="PyTorch is not here: pip install maskpick[training]")
    monkeypatch.syspath_prepend(TRAINING)
    import train

    return train


def test_a_border_counts_by_how_many_people_drew_it(samples: ModuleType, photos: list[Path]) -> None:
    photo = samples.read_photos(photos, zooms=(1.0,))[0][0]
    assert (photo.border[150, 119:121] > 220).all()
    assert photo.border[79:81, 200] == pytest.approx(photo.border[150, 119] / 2, abs=1)
    assert photo.border[150, 118] == photo.border[150, 121]
    assert 40 < photo.border[150, 118] < 120
    assert not photo.border[:, :110].any()
    assert (photo.known == 255).all()


def test_what_cocos_people_left_out_or_drew_roughly_is_not_known(samples: ModuleType, photos: list[Path]) -> None:
    for file in photos[0].parent.glob("one.gt*.png"):
        labels = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        labels[:, 200:] = 0
        cv2.imwrite(str(file), labels)
    photos[0].with_suffix(".json").write_text("[]")
    photo = samples.read_photos(photos[:1], zooms=(1.0,))[0][0]
    assert (photo.known[150, [60, 119, 120, 160, 199]] == 255).all()
    assert (photo.border[150, [119, 120, 199]] > 200).all()
    assert not photo.known[150, [116, 123, 196, 250, 290]].any()


def test_a_large_photo_is_learned_from_as_large_as_the_engine_looks_at_it(samples: ModuleType, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "large.jpg"), np.zeros((600, 962, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "large.gt0.png"), np.ones((600, 962), np.uint16))
    small, large = samples.read_photos([tmp_path / "large.jpg"], zooms=(1.0, 2.0))[0]
    assert small.rgb.shape == (300, 481, 3)
    assert large.rgb.shape == (600, 962, 3)
    assert large.border.shape == large.known.shape == (600, 962)


def test_every_batch_has_its_share_of_each_source(samples: ModuleType, photos: list[Path]) -> None:
    dark = [[replace(photo, rgb=np.zeros_like(photo.rgb)) for photo in sizes] for sizes in samples.read_photos(photos)]
    light = [[replace(photo, rgb=np.full_like(photo.rgb, 255)) for photo in sizes] for sizes in dark]
    for batch in islice(samples.batches([(dark, 1), (light, 3)], seed=4, first=0), 3):
        assert (batch.rgb.mean(axis=(1, 2, 3)) > 110).tolist() == [False, True, True, True]


def test_the_same_number_is_the_same_batch(samples: ModuleType, photos: list[Path]) -> None:
    sources = [(samples.read_photos(photos), 3)]
    all_of_them = list(islice(samples.batches(sources, seed=1, first=0), 4))
    from_the_third = list(islice(samples.batches(sources, seed=1, first=2), 2))
    for one, other in zip(all_of_them[2:], from_the_third, strict=True):
        for name in ("rgb", "border", "known"):
            assert (getattr(one, name) == getattr(other, name)).all()
    assert (all_of_them[0].rgb != all_of_them[1].rgb).any()


def test_lines_stay_with_what_they_outline(samples: ModuleType, tmp_path: Path) -> None:
    """A black disc on white: wherever the crop is dark beside light, there is a border, and nowhere else."""
    y, x = np.mgrid[:400, :500]
    inside = np.hypot(y - 200, x - 250) < 120
    cv2.imwrite(str(tmp_path / "disc.jpg"), np.where(inside, 0, 255).astype(np.uint8))
    cv2.imwrite(str(tmp_path / "disc.gt0.png"), inside.astype(np.uint16) + 1)
    sources = [(samples.read_photos([tmp_path / "disc.jpg"]), 4)]
    seen = 0
    for batch in islice(samples.batches(sources, seed=2, first=0), 6):
        for rgb, border, known in zip(batch.rgb, batch.border, batch.known, strict=True):
            grey = cv2.GaussianBlur(rgb[:, :, 1].astype(np.float32), (0, 0), 2.5)
            slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
            within = cv2.erode(known, np.ones((15, 15), np.uint8), borderValue=0) > 0
            drawn = within & (border > 200)
            if drawn.sum() > 100:
                seen += 1
                assert np.median(slope[drawn]) > 10 * np.median(slope[within & (border == 0)]) + 10
    assert seen > 10


def test_a_photo_that_nobody_divided_is_named(samples: ModuleType, photos: list[Path]) -> None:
    for file in photos[0].parent.glob("two.gt*.png"):
        file.unlink()
    with pytest.raises(FileNotFoundError, match=r"two\.jpg"):
        samples.read_photos(photos)
    with pytest.raises(FileNotFoundError, match="no photos"):
        samples.read_photos([])


def test_photos_of_coco_are_learned_from_or_held_out(samples: ModuleType) -> None:
    photos = [Path(f"coco_{number}.jpg") for number in range(5)]
    assert samples.divided(photos, "all") == (photos, [])
    assert samples.divided(photos, "none") == ([], photos)
    assert samples.divided(photos, "even") == (photos[::2], photos[1::2])
    assert samples.divided(photos, "odd") == (photos[1::2], photos[::2])


def test_training_goes_on_as_if_it_had_not_stopped(train: ModuleType, photos: list[Path], tmp_path: Path) -> None:
    torch = sys.modules["torch"]
    torch.set_num_threads(1)
    sources = [(sys.modules["samples"].read_photos(photos), 2)]
    batches = list(islice(sys.modules["samples"].batches(sources, seed=3, first=0), 4))

    def trained(first: int, last: int, training: object) -> object:
        for batch in batches[first:last]:
            training.learn(batch, 1e-3)
        return training

    whole = trained(0, 4, train.Training())
    trained(0, 2, train.Training()).save(tmp_path / "half.pt")
    resumed = train.Training()
    resumed.load(tmp_path / "half.pt")
    trained(2, 4, resumed)
    assert resumed.step == 4
    for part in ("net", "averaged"):
        for one, other in zip(
            getattr(whole, part).state_dict().values(), getattr(resumed, part).state_dict().values(), strict=True
        ):
            assert torch.equal(one, other)


def test_the_net_learns_a_line(train: ModuleType, photos: list[Path]) -> None:
    sources = [(sys.modules["samples"].read_photos(photos), 2)]
    batch = next(sys.modules["samples"].batches(sources, seed=3, first=0))
    training = train.Training()
    losses = [training.learn(batch, 1e-2) for _ in range(12)]
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of PyTorch, about itself
def test_a_net_goes_on_from_its_own_file(train: ModuleType, photos: list[Path], tmp_path: Path) -> None:
    torch, export = sys.modules["torch"], pytest.importorskip("export")
    batch = next(sys.modules["samples"].batches([(sys.modules["samples"].read_photos(photos), 2)], seed=3, first=0))
    training = train.Training()
    for _ in range(3):
        training.learn(batch, 1e-2)
    file = tmp_path / "net.onnx"
    file.write_bytes(export.to_onnx(export.Probability(training.net).eval()))
    x = train.as_input(batch.rgb)
    again = train.unfolded(file, [x])
    assert any(norm.weight.std() > 0.1 for norm in again.modules() if isinstance(norm, torch.nn.BatchNorm2d))
    with torch.no_grad():
        assert torch.allclose(again(x), training.net(x), atol=0.02)
