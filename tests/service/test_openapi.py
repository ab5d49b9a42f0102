"""The description at /openapi.json, and requests made up from it: whatever comes, the service has an answer."""

from __future__ import annotations

import base64
import io
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from .conftest import SECRET, Live

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
PICTURE_FIELDS = ("file", "image", "mask", "mask_file")

NOWHERE = "http://127.0.0.1:9/"


def small_picture(kind: str) -> str:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((24, 16)).save(buffer, kind)
    return base64.b64encode(buffer.getvalue()).decode()


# Beside what is made up, for most of that comes no further than "not base64".
PICTURES = [small_picture("PNG"), small_picture("JPEG"), base64.b64encode(b"\x89PNG\r\n\x1a\nabc").decode()]


def made_up(operation: Any, mode: GenerationMode) -> st.SearchStrategy[Any]:
    def with_picture(case: Any, picture: str | None) -> Any:
        if isinstance(case.body, dict):
            if picture is not None:
                case.body |= {field: picture for field in PICTURE_FIELDS if field in case.body}
            # Nobody is asked but this computer.
            case.body |= {field: NOWHERE for field, value in case.body.items() if str(value).startswith("http")}
        return case

    picture = st.sampled_from([None, None, *PICTURES])
    return st.builds(with_picture, operation.as_strategy(generation_mode=mode), picture)


def test_no_request_made_up_from_the_description_meets_a_fault(service: Live) -> None:
    schema = schemathesis.openapi.from_url(f"{service.address}/openapi.json")
    operations = [one.ok() for one in schema.get_all_operations()]
    assert {one.path for one in operations} >= {"/v1/eraser", "/v2/image/edit/erase", "/work/remove", "/metrics"}
    asked = 0
    for operation in operations:
        for mode in [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if operation.body else [])]:

            @settings(
                max_examples=12,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=made_up(operation, mode))
            def ask(case: Any) -> None:
                nonlocal asked
                asked += 1
                response = case.call(headers={"api_token": SECRET})
                case.validate_response(response, checks=CHECKS)

            ask()
    assert asked > 100


def test_errors_are_described_as_they_are_answered(service: Live) -> None:
    description = service.get("/openapi.json").json()
    for path, methods in description["paths"].items():
        for operation in methods.values():
            assert "422" not in operation["responses"], path
    made = description["paths"]["/v1/objects/mask_generator"]["post"]["responses"]
    assert {"200", "400", "401", "404", "413", "415", "429", "460", "500", "504"} <= set(made)
    assert "Retry-After" in made["429"]["headers"]
    assert set(description["components"]["securitySchemes"]) == {"token"}
