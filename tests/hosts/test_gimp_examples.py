"""The examples of docs/gimp-procedures.md, run as they stand there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hosts.editors import made
from hosts.gimp_batch import GIMPS, LIMIT
from hosts.hosts import CHECKOUT, HOSTS, INSIDE

pytestmark = pytest.mark.hosts

PAGE = CHECKOUT / "docs" / "gimp-procedures.md"


@pytest.mark.parametrize("version", GIMPS)
def test_the_examples_work(version: str, tmp_path: Path) -> None:
    examples = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(examples) == 3
    shutil.copy(CHECKOUT / "docs" / "photos" / "coffee.jpg", tmp_path / "photo.jpg")
    script = tmp_path / "examples.sh"
    script.write_text("cd /out\nset -ex\n" + "\n".join(examples), "utf-8")
    said = made(HOSTS[GIMPS[version]]).run(
        [INSIDE / "gimp_batch.sh", "sh", "/out/examples.sh"], out=tmp_path, limit=LIMIT
    )
    assert "objects, the first is" in said
    for name in ("layers.xcf", "objects.maskpick", "without.png", "masks.xcf"):
        assert (tmp_path / name).stat().st_size > 10_000
