"""What every route needs of its request: the shared desk, the address to answer with, work in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import Request

from maskpick import contract
from maskpick.service.desk import Desk, RefusedError
from maskpick.service.door import PLACE

if TYPE_CHECKING:
    from maskpick.service.v2 import Statuses

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


def desk_of(request: Request) -> Desk:
    """The service's one desk."""
    desk: Desk = request.app.state.desk
    return desk


def statuses_of(request: Request) -> Statuses:
    statuses: Statuses = request.app.state.statuses
    return statuses


def address_of(request: Request, desk: Desk) -> str:
    """The service's address as this client sees it."""
    return desk.config.public_address.rstrip("/") or str(request.base_url).rstrip("/")


def link_to(request: Request, desk: Desk, visual_id: str, name: str) -> str:
    """A signed, expiring link to a file of a picture."""
    return address_of(request, desk) + desk.links.make(visual_id, name)


def in_background(request: Request, work: Coroutine[Any, Any, None]) -> None:
    """Go on with ``work`` after the answer, in the request's place; the application ends it when it stops."""
    tasks: set[asyncio.Task[None]] = request.app.state.tasks
    place = request.scope[PLACE].pop_all()
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    task.add_done_callback(lambda _: place.close())


async def outcome(work: Awaitable[Answer]) -> Answer | RefusedError:
    """What comes of work that nobody waits for, whatever that is."""
    try:
        return await work
    except RefusedError as error:
        return error
    except Exception:
        log.exception("a fault in work that nobody waits for")
        return RefusedError(contract.INTERNAL, "The work failed.")
