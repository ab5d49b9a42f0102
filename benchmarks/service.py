"""What a service of one's own bears, and what it costs beside the bare engine.

    python benchmarks/service.py [--json] [--requests 200] [--rounds 3]

A real `maskpick serve` with one worker for each core gets all requests of a round at once, each a different picture,
from as many clients, which also download their zip and read it. lost counts requests without a whole zip; rss is
megabytes of memory of the server and its workers together, after the round. The bare engine does the same pictures in
as many processes, no HTTP, no zips; ratio is the service's time over its. CPU seconds (cpu) are all processes' own,
without the clients', and tell more than the clock (wall) where the machine does other things too.
"""

from __future__ import annotations

import argparse
import base64
import concurrent.futures
import io
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import NamedTuple

import requests
from PIL import Image

PHOTOS = Path(__file__).resolve().parents[1] / "docs" / "photos"
WORKERS = os.cpu_count() or 1
SIZE = (240, 160)
PATIENCE = 110


def pictures(count: int) -> list[bytes]:
    """Different cuts of the example photos, as PNG files."""
    photos = [Image.open(path).convert("RGB") for path in sorted(PHOTOS.glob("*.jpg"))]
    made = []
    for number in range(count):
        photo = photos[number % len(photos)]
        left = 7 * number % (photo.width - SIZE[0])
        top = 5 * number % (photo.height - SIZE[1])
        buffer = io.BytesIO()
        photo.crop((left, top, left + SIZE[0], top + SIZE[1])).save(buffer, "PNG")
        made.append(buffer.getvalue())
    return made


def prepare() -> None:
    """As the service prepares its workers."""
    from maskpick.service.work import ONE_THREAD

    os.environ |= dict.fromkeys(ONE_THREAD, "1")
    import cv2

    cv2.setNumThreads(1)


def bare(data: bytes) -> float:
    """One picture with the engine alone; returns the CPU seconds."""
    from maskpick.api import find
    from maskpick.picture_files import decode_picture

    began = time.process_time()
    find(decode_picture(data, Path("picture")), "local")
    return time.process_time() - began


def bare_engine(files: list[bytes]) -> tuple[float, float]:
    """Wall-clock and CPU seconds of the engine in as many processes as the service has."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(WORKERS, context, prepare) as pool:
        list(pool.map(bare, files[: 2 * WORKERS]))  # imports
        began = time.perf_counter()
        cpu = sum(pool.map(bare, files))
        return time.perf_counter() - began, cpu


class Round(NamedTuple):
    """What one round showed; seconds, milliseconds and megabytes."""

    lost: int
    wall: float
    cpu: float
    median_ms: float
    slowest_ms: float
    rss: float


class Service:
    """A running `maskpick serve`."""

    def __init__(self, folder: str, queue: int) -> None:
        command = [sys.executable, "-m", "maskpick", "serve", "--port", "0", "--folder", folder]
        command += ["--queue", str(queue), "--workers", str(WORKERS), "--engine", "local"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.log = (Path(folder) / "log").open("w+")
        assert self.process.stderr is not None
        for line in self.process.stderr:
            message = json.loads(line)["message"]
            if message.startswith("serving at "):
                self.address = message.removeprefix("serving at ")
                break
        self._reader = concurrent.futures.ThreadPoolExecutor(1)
        self._reader.submit(self.log.writelines, self.process.stderr)

    def ask(self, data: bytes) -> float | None:
        """Send a picture and read the zip; the seconds it took, None where something is missing."""
        began = time.perf_counter()
        body = {"file": base64.b64encode(data).decode()}
        try:
            answer = requests.post(f"{self.address}/v1/objects/mask_generator", json=body, timeout=PATIENCE)
            answer.raise_for_status()
            zipped = requests.get(answer.json()["objects_masks"], timeout=PATIENCE).content
            with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
                whole = archive.testzip() is None and any("panoptic" in name for name in archive.namelist())
        except (requests.RequestException, zipfile.BadZipFile) as error:
            print(f"lost: {error}", file=sys.stderr)
            return None
        return time.perf_counter() - began if whole else None

    def processes(self) -> list[int]:
        """The server and all that came of it (Linux; elsewhere the server alone)."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(stat.parent.name)] = int(fields[1])
        family = {self.process.pid}
        while grown := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= grown
        return sorted(family)

    def cpu(self) -> float:
        ticks = 0
        for pid in self.processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def rss(self) -> float:
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.processes())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def round(self, files: list[bytes]) -> Round:
        cpu, began = self.cpu(), time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(len(files)) as clients:
            took = list(clients.map(self.ask, files))
        wall = time.perf_counter() - began
        times = [1000 * seconds for seconds in took if seconds is not None] or [float("nan")]
        return Round(took.count(None), wall, self.cpu() - cpu, statistics.median(times), max(times), self.rss())

    def stop(self) -> int:
        self.process.terminate()
        status = self.process.wait(60)
        self._reader.shutdown()
        self.log.close()
        return status


def main() -> None:
    parser = argparse.ArgumentParser(description="What a service of one's own bears, and costs.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    files = pictures(chosen.requests)
    wall, cpu = bare_engine(files)
    with tempfile.TemporaryDirectory() as folder:
        service = Service(folder, chosen.requests)
        try:
            for data in files[: 2 * WORKERS]:
                service.ask(data)
            start = service.rss()
            rounds = [service.round(files) for _ in range(chosen.rounds)]
        finally:
            status = service.stop()
    figures = {
        "bare": {"wall": wall, "cpu": cpu},
        "rounds": [one._asdict() for one in rounds],
        "rss at start": start,
        "ratio wall": statistics.median(one.wall for one in rounds) / wall,
        "ratio cpu": statistics.median(one.cpu for one in rounds) / cpu,
        "exit status": status,
    }
    if chosen.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"{chosen.requests} pictures of {SIZE[0]} x {SIZE[1]} at once, {WORKERS} workers")
    print(f"bare engine   wall {wall:6.1f} s   cpu {cpu:6.1f} s")
    print(f"at start                                          rss {start:5.0f} MB")
    for number, one in enumerate(rounds, start=1):
        print(
            f"round {number}       wall {one.wall:6.1f} s   cpu {one.cpu:6.1f} s   lost {one.lost:3d}   "
            f"rss {one.rss:5.0f} MB   median {one.median_ms:6.0f} ms   slowest {one.slowest_ms:6.0f} ms"
        )
    print(f"ratio         wall {figures['ratio wall']:6.2f}     cpu {figures['ratio cpu']:6.2f}")


if __name__ == "__main__":
    main()
