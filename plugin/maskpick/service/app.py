"""The parts of the service put together, and run."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

import maskpick
from maskpick import contract
from maskpick.service import ServiceConfig, files_route, page_routes, v1, v2
from maskpick.service.auth import check_exposure
from maskpick.service.desk import Desk, RefusedError
from maskpick.service.door import Door, error_answer
from maskpick.service.logs import log_to_stderr
from maskpick.service.metrics import CONTENT_TYPE
from maskpick.service.misbehaviour import Misbehaviour

log = logging.getLogger(__name__)


def create_app(config: ServiceConfig) -> FastAPI:
    """The ASGI application. Raises `SettingsError` for a configuration that would not be safe."""
    check_exposure(config)
    desk = Desk(config)

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        # First the pool, so that work under way may end; then whoever still waits for it is told.
        await asyncio.to_thread(desk.jobs.close, config.stop_seconds)
        for task in list(app.state.tasks):
            task.cancel()
        await asyncio.gather(*app.state.tasks, return_exceptions=True)

    app = FastAPI(
        title="maskpick",
        version=maskpick.__version__,
        description="Every object of a picture as a mask; objects removed.",
        lifespan=life,
    )
    app.state.desk, app.state.tasks, app.state.statuses = desk, set(), v2.Statuses()
    app.include_router(v1.router)
    app.include_router(v2.router)
    app.include_router(files_route.router)
    app.include_router(page_routes.router)
    if config.fault is not None:
        app.add_middleware(Misbehaviour, fault=config.fault)
    app.add_middleware(Door, config=config, answered=desk.metrics.answered)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _other)

    @app.get("/health", tags=["operation"])
    def health() -> dict[str, object]:
        """Whether the service lives."""
        return {"status": "ok", "version": maskpick.__version__, "pending": desk.jobs.pending}

    @app.get("/metrics", tags=["operation"], response_class=Response)
    def metrics() -> Response:
        """Figures for Prometheus."""
        return Response(desk.metrics.text(), media_type=CONTENT_TYPE)

    return app


def serve(config: ServiceConfig) -> None:
    """Serve until told to stop. Raises `SettingsError`."""
    app = create_app(config)
    log_to_stderr()
    uvicorn.run(
        app,
        host=config.host,
        port=config.port,
        log_config=None,
        access_log=False,  # the door writes its own, without signed links
        server_header=False,
        timeout_graceful_shutdown=int(config.stop_seconds) + 1,
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
    return JSONResponse(error_answer(request.url.path, error.status, error.words), error.status, headers)


async def _invalid(request: Request, error: Exception) -> Response:
    """A parameter is missing or has no meaning: 400 in this contract (422 is content moderation)."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    status = contract.BAD_REQUEST
    return JSONResponse(error_answer(request.url.path, status, f"{where}: {first['msg']}"), status)


async def _other(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    return JSONResponse(
        error_answer(request.url.path, error.status_code, str(error.detail)), error.status_code, headers
    )
