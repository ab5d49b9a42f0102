"""The service's work, whatever version of the contract asks for it: take a picture in, find, remove, hand out."""

from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import functools
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from maskpick import contract
from maskpick.service import ServiceConfig, work
from maskpick.service.fetch import FetchError, fetch
from maskpick.service.jobs import Jobs
from maskpick.service.links import Links
from maskpick.service.metrics import Metrics
from maskpick.service.store import Store

Answer = TypeVar("Answer")

SOURCE, ZIP, MASK_FILE = "source", "masks.zip", "masks.maskpick"
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_MOST_FAILURES = 2000
_FETCHERS = 8


class RefusedError(Exception):
    """The service says no: an HTTP status of the contract, and words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Desk:
    """Everything the routes share. Pictures are named by their visual id."""

    def __init__(self, config: ServiceConfig) -> None:
        self.config = config
        self.store = Store(config.folder / "pictures", config.store_bytes, config.keep_seconds)
        self.links = Links(config.folder / "link-key", config.link_seconds)
        self.metrics = Metrics(self)
        self.jobs = Jobs(config.workers, config.queue, config.job_seconds, config.settings)
        # Threads of their own: hosts that are slow to answer keep each other waiting, and nobody else.
        self._fetchers = concurrent.futures.ThreadPoolExecutor(_FETCHERS, thread_name_prefix="fetch")
        self._segmenter = work.Engine(config.segmenter, dict(config.segmenter_options))
        self._remover = work.Engine(config.remover, dict(config.remover_options))
        self._failures: OrderedDict[str, RefusedError] = OrderedDict()

    async def take_in(self, address: str | None, encoded: str | None, field: str = "image_url or file") -> str:
        """Keep a picture, given by address or base64; returns its visual id. Raises `RefusedError`."""
        data = await self._bytes(address, encoded, field)
        visual_id = self.store.new_id()
        await asyncio.to_thread(self.store.put, visual_id, SOURCE, lambda path: path.write_bytes(data))
        return visual_id

    async def find(self, visual_id: str, *, with_mask_file: bool = False) -> list[work.Found]:
        """Find the objects of a kept picture, as a zip and, if wanted, a mask file. Raises `RefusedError`."""
        fault = self.config.fault
        kind = fault.kind if fault is not None and fault.strikes("crash", "hang", "interpolated", "sixteen-bit") else ""
        source = self._kept(visual_id, SOURCE)
        targets = [self.store.place(visual_id, ZIP)]
        if with_mask_file:
            targets.append(self.store.place(visual_id, MASK_FILE))
        return await self._do(
            visual_id, work.find_objects, source, targets, self._segmenter, self.config.max_pixels, kind
        )

    async def remove(self, visual_id: str, mask_ids: Sequence[int], session: str | None) -> str:
        """Remove generated masks, going on from ``session``; returns the new session. Raises `RefusedError`."""
        zipped = self._kept(visual_id, ZIP)
        source = self._state(visual_id, session)
        fresh = uuid.uuid4().hex
        target = self.store.place(visual_id, _session_file(fresh))
        await self._do(visual_id, work.remove_masks, source, zipped, list(mask_ids), target, self._remover)
        return fresh

    async def export(self, visual_id: str, form: str, session: str | None) -> str:
        """Write a picture in layers; returns the result's file name. Raises `RefusedError`."""
        source, zipped = self._state(visual_id, session), self._kept(visual_id, ZIP)
        name = f"layers-{uuid.uuid4().hex}.{form}"
        await self._do(visual_id, work.export, source, zipped, self.store.place(visual_id, name))
        return name

    async def erase(self, visual_id: str, mask_address: str | None, mask_encoded: str | None, field: str) -> str:
        """Remove what a mask picture covers; returns the result's file name. Raises `RefusedError`."""
        data = await self._bytes(mask_address, mask_encoded, field)
        name = f"mask-{uuid.uuid4().hex}"
        mask = await asyncio.to_thread(self.store.put, visual_id, name, lambda path: path.write_bytes(data))
        result = _session_file(uuid.uuid4().hex)
        target = self.store.place(visual_id, result)
        source = self._kept(visual_id, SOURCE)
        await self._do(visual_id, work.erase, source, mask, target, self._remover, self.config.max_pixels)
        return result

    def failed(self, visual_id: str, error: RefusedError) -> None:
        """Remember why work that nobody waits for failed."""
        self._failures[visual_id] = error
        while len(self._failures) > _MOST_FAILURES:
            self._failures.popitem(last=False)

    def failure(self, visual_id: str) -> RefusedError | None:
        return self._failures.get(visual_id)

    async def fetch(self, function: Callable[..., Answer], *arguments: object) -> Answer:
        """Run a function that waits for other hosts. Raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._fetchers, function, *arguments)

    def close(self) -> None:
        """Let work under way finish within the time for it, and end the rest."""
        self._fetchers.shutdown(wait=False, cancel_futures=True)
        self.jobs.close(self.config.stop_seconds)

    async def _do(self, visual_id: str, function: Callable[..., Answer | work.Refusal], *arguments: object) -> Answer:
        began = time.perf_counter()
        with self.store.held(visual_id):
            answer = await self.jobs.run(function, *arguments)
        self.metrics.work_took(time.perf_counter() - began, failed=isinstance(answer, work.Refusal))
        if isinstance(answer, work.Refusal):
            raise RefusedError(answer.status, answer.words)
        return answer

    def _state(self, visual_id: str, session: str | None) -> Path:
        """The picture as it came, or as a session left it."""
        return self._kept(visual_id, SOURCE if session is None else _session_file(session))

    def _kept(self, visual_id: str, name: str) -> Path:
        path = self.store.get(visual_id, name)
        if path is None:
            raise RefusedError(contract.NOT_FOUND, "This picture, or this state of it, is not known here (any more).")
        return path

    async def _bytes(self, address: str | None, encoded: str | None, field: str) -> bytes:
        """What was sent or named, checked by size and its first bytes; reading it in earnest is a worker's."""
        if address:
            try:
                data = await self.fetch(
                    functools.partial(
                        fetch,
                        address,
                        max_bytes=self.config.max_file,
                        seconds=self.config.fetch_seconds,
                        allow_private=self.config.allow_private_fetch,
                    )
                )
            except FetchError as error:
                raise RefusedError(error.status, str(error)) from None
        elif encoded:
            data = await asyncio.to_thread(_decoded, encoded, field)
        else:
            raise RefusedError(contract.BAD_REQUEST, f"{field} is missing.")
        if len(data) > self.config.max_file:
            raise RefusedError(contract.TOO_LARGE, f"{field} is larger than {self.config.max_file / 1e6:.0f} MB.")
        if not (data.startswith(_MAGIC) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")):
            raise RefusedError(contract.WRONG_TYPE, f"{field} is no JPEG, PNG or WebP picture.")
        return data


def _decoded(encoded: str, field: str) -> bytes:
    try:
        return base64.b64decode(encoded.replace("\r", "").replace("\n", ""), validate=True)
    except ValueError:
        raise RefusedError(contract.BAD_REQUEST, f"{field} is not base64.") from None


def _session_file(session: str) -> str:
    return f"{session}.png"
