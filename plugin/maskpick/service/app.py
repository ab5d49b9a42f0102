"""The parts of the service put together, and run."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator, Iterator

import filelock
import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

import maskpick
from maskpick import contract
from maskpick.errors import SettingsError
from maskpick.files import output_error
from maskpick.service import ServiceConfig, files_route, page_routes, v1, v2
from maskpick.service.auth import check_exposure
from maskpick.service.desk import Desk, RefusedError
from maskpick.service.door import Door, error_answer
from maskpick.service.logs import log_to_stderr
from maskpick.service.metrics import CONTENT_TYPE
from maskpick.service.misbehaviour import Misbehaviour
from maskpick.service.openapi import describe

log = logging.getLogger(__name__)

_CLEAN_EVERY = 60.0


def create_app(config: ServiceConfig) -> FastAPI:
    """The ASGI application. Raises `SettingsError` for a configuration that would not be safe."""
    check_exposure(config)
    desk = Desk(config)

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        cleaning = asyncio.create_task(_clean(desk))
        yield
        # First the pool, so that work under way may end; then whoever still waits for it.
        cleaning.cancel()
        await asyncio.to_thread(desk.close)
        for task in list(app.state.tasks):
            task.cancel()
        await asyncio.gather(cleaning, *app.state.tasks, return_exceptions=True)

    app = FastAPI(
        title="maskpick",
        version=maskpick.__version__,
        description="Every object of a picture as a mask; objects removed.",
        lifespan=life,
        # Their pages would load scripts from elsewhere; the description itself is at /openapi.json.
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk, app.state.tasks, app.state.statuses = desk, set(), v2.Statuses()
    app.include_router(v1.router)
    app.include_router(v2.router)
    app.include_router(files_route.router)
    app.include_router(page_routes.router)
    if config.fault is not None:
        app.add_middleware(Misbehaviour, fault=config.fault)
    app.add_middleware(Door, desk=desk)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _other)
    app.add_exception_handler(Exception, _fault)

    @app.get("/health", tags=["operation"])
    def health() -> dict[str, object]:
        """Whether the service lives."""
        return {"status": "ok", "version": maskpick.__version__, "pending": desk.jobs.pending}

    @app.get("/metrics", tags=["operation"], response_class=Response)
    def metrics() -> Response:
        """Figures for Prometheus."""
        return Response(desk.metrics.text(), media_type=CONTENT_TYPE)

    describe(app)
    return app


def serve(config: ServiceConfig) -> None:
    """Serve until told to stop by SIGTERM or Ctrl-C. Raises `SettingsError`, `OutputError`."""
    check_exposure(config)
    with _sole_use(config), _listening(config) as listener:
        app = create_app(config)
        log_to_stderr()
        host, port = listener.getsockname()[:2]
        log.info("serving at http://%s:%d", f"[{host}]" if ":" in host else host, port)
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,  # the door writes its own, without signed links
                server_header=False,
                timeout_graceful_shutdown=int(config.stop_seconds) + 1,
            )
        )
        server.run(sockets=[listener])
        log.info("stopped")


class _Server(uvicorn.Server):
    """A server for which being told to stop is a good end, not one to be passed on as a signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def _listening(config: ServiceConfig) -> Iterator[socket.socket]:
    """A socket at the configured address, so that an address that cannot be had is known before anything starts."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        raise SettingsError(
            f"The service cannot listen at {config.host}, port {config.port}: {error.strerror or error}.",
            "Does another program, or another service, use the port? Choose another one by --port.",
        ) from error
    with listener:
        yield listener


@contextlib.contextmanager
def _sole_use(config: ServiceConfig) -> Iterator[None]:
    """The data folder for this service alone: two would delete each other's files."""
    lock = filelock.FileLock(config.folder / "lock")
    try:
        config.folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise SettingsError(
            f"Another service is at work in {config.folder}.", "Stop it, or choose another folder by --folder."
        ) from None
    except OSError as error:
        raise output_error(error, config.folder) from error
    try:
        yield
    finally:
        lock.release()


async def _clean(desk: Desk) -> None:
    """What grows old goes, also when nobody comes."""
    while True:
        await asyncio.sleep(_CLEAN_EVERY)
        await asyncio.to_thread(desk.store.sweep)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return _error(request, error.status, error.words)


async def _invalid(request: Request, error: Exception) -> Response:
    """A parameter is missing or has no meaning: 400 in this contract (422 is content moderation)."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    return _error(request, contract.BAD_REQUEST, f"{where}: {first['msg']}")


async def _other(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error(request, error.status_code, str(error.detail), dict(error.headers or {}))


async def _fault(request: Request, _error_itself: Exception) -> Response:
    """What should not happen; the server writes it to the log."""
    return _error(request, contract.INTERNAL, "Something went wrong in the service.")


def _error(request: Request, status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(error_answer(request.url.path, status, words), status, headers)
