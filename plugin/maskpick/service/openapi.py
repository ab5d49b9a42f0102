"""The description at /openapi.json: beside the good answers, which FastAPI knows, what errors look like."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from maskpick import contract

_WORDS = {
    contract.BAD_REQUEST: "A parameter is missing or has no meaning.",
    contract.UNAUTHORISED: "The token is missing or wrong.",
    contract.FORBIDDEN: "The link has expired, or was never made here.",
    contract.NOT_FOUND: "This is not known here (any more), or not there yet.",
    contract.GONE: "The work failed, or what came of it is gone.",
    contract.TOO_LARGE: "The file, or the picture, is too large.",
    contract.WRONG_TYPE: "This is no JPEG, PNG or WebP picture.",
    contract.TOO_MANY: "There is too much to do just now; `Retry-After` says in how many seconds to ask again.",
    contract.CANNOT_DOWNLOAD: "The picture could not be fetched from its address.",
    contract.INTERNAL: "The work failed.",
    504: "The work took too long.",
}
_OF_WORK = set(_WORDS) - {contract.FORBIDDEN, contract.GONE}
_OF_A_QUESTION = {contract.BAD_REQUEST, contract.NOT_FOUND}

_V1 = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}
_V2 = {
    "type": "object",
    "required": ["request_id", "error"],
    "properties": {
        "request_id": {"type": "string"},
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string"},
                "details": {"type": "string"},
            },
        },
    },
}


def describe(app: FastAPI) -> None:
    """Complete the application's description."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            description = written()
            _complete(description)
            app.openapi_schema = description
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI's documentation names


def _complete(description: dict[str, Any]) -> None:
    parts = description["components"]
    parts["schemas"] |= {"Error": _V1, "ErrorV2": _V2}
    parts["securitySchemes"] = {"token": {"type": "apiKey", "in": "header", "name": contract.TOKEN_HEADER}}
    for path, methods in description["paths"].items():
        guarded = path.startswith(("/v1/", "/v2/", "/work/"))
        form = {"$ref": f"#/components/schemas/{'ErrorV2' if path.startswith('/v2/') else 'Error'}"}
        for method, operation in methods.items():
            answers = operation["responses"]
            answers.pop("422", None)  # FastAPI's own; here it is 400
            for status in sorted(_errors(path, method, guarded=guarded)):
                answer = {"description": _WORDS[status], "content": {"application/json": {"schema": form}}}
                if status == contract.TOO_MANY:
                    answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
                answers.setdefault(str(status), answer)
            if guarded:
                operation["security"] = [{"token": []}]
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)


def _errors(path: str, method: str, *, guarded: bool) -> set[int]:
    if guarded and method == "post":
        return _OF_WORK
    if guarded:
        return {contract.UNAUTHORISED, *_OF_A_QUESTION}
    if path.startswith("/files/"):
        return {contract.FORBIDDEN, contract.GONE, *_OF_A_QUESTION}
    return _OF_A_QUESTION if path.startswith("/page/") else {contract.BAD_REQUEST}
