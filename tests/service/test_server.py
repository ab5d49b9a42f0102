"""The service as any client sees it."""

from __future__ import annotations

import base64
import concurrent.futures
import http.server
import io
import json
import logging
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bria_client
import bria_client.toolkit
import numpy as np
import pytest
import requests
from bria_client.toolkit.errors.exception import BriaException
from bria_client.toolkit.webhook_verification import verify_webhook_signature
from PIL import Image

from maskpick.errors import SettingsError
from maskpick.picture_files import decode_picture
from maskpick.pictures import Picture
from maskpick.service import ServiceConfig
from maskpick.service.app import create_app
from maskpick.service.faults import KINDS, Fault
from maskpick.service.logs import JsonLines
from maskpick.tokens import Token
from processes import PATIENCE, until

from .conftest import SECRET, Live

MASKS_V1, ERASER_V1 = "/v1/objects/mask_generator", "/v1/eraser"
MASKS_V2, ERASE_V2 = "/v2/image/segment/all_masks", "/v2/image/edit/erase"


def encoded(picture: Picture, form: str = "PNG") -> str:
    buffer = io.BytesIO()
    Image.fromarray(picture.pixels).save(buffer, form)
    return base64.b64encode(buffer.getvalue()).decode()


def drawn_mask(width: int, height: int) -> str:
    coverage = np.zeros((height, width), np.uint8)
    coverage[height // 3 : height // 2, width // 3 : width // 2] = 255
    buffer = io.BytesIO()
    Image.fromarray(coverage).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def opened(data: bytes) -> Picture:
    return decode_picture(data, Path("answer"))


def test_the_zip_is_as_the_contract_says(service: Live, scene: Picture) -> None:
    answer = service.post(MASKS_V1, {"file": encoded(scene), "sync": True})
    assert answer.status_code == 200
    got = service.get(answer.json()["objects_masks"])
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        names = archive.namelist()
        visual_id = names[0].split("/")[0]
        masks = [name for name in names if name.endswith(".png") and "panoptic" not in name]
        assert sorted(masks) == sorted(f"{visual_id}/{visual_id}_{number}.png" for number in range(1, len(masks) + 1))
        with Image.open(archive.open(f"{visual_id}/{visual_id}_panoptic.png")) as panoptic:
            assert (panoptic.size, panoptic.mode) == ((120, 90), "L")


def test_an_address_wins_over_a_file(service: Live, scene: Picture) -> None:
    answer = service.post(MASKS_V1, {"image_url": "http://127.0.0.1:9/none.png", "file": encoded(scene)})
    assert answer.status_code == 460


def test_a_link_that_is_filled_later_answers_404_until_then_and_by_ranges(service: Live, scene: Picture) -> None:
    with service.held():
        answer = service.post(MASKS_V1, {"file": encoded(scene), "sync": False})
        link = answer.json()["objects_masks"]
        assert service.get(link).status_code == 404
    until(lambda: service.get(link).status_code != 404)
    assert service.get(link).status_code == 200
    part = requests.get(link, headers={"Range": "bytes=0-0"}, timeout=PATIENCE)
    assert (part.status_code, part.content) == (206, b"P")


def test_work_nobody_waits_for_that_fails_says_so_at_its_link(service: Live) -> None:
    torn = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 50).decode()
    link = service.post(MASKS_V1, {"file": torn, "sync": False}).json()["objects_masks"]
    until(lambda: service.get(link).status_code != 404)
    got = service.get(link)
    assert got.status_code == 410
    assert "damaged" in got.json()["detail"]


def test_several_masks_are_removed_by_going_on_from_each_answer(service: Live, scene: Picture) -> None:
    zipped = service.get(service.post(MASKS_V1, {"file": encoded(scene)}).json()["objects_masks"]).content
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        visual_id = archive.namelist()[0].split("/")[0]
    import maskpick

    path = service.folder / "answer.zip"
    path.write_bytes(zipped)
    masks = maskpick.open_masks(path)
    # The engine also finds parts of them; these are the wholes.
    disc = min(masks.at(35, 45), key=lambda one: abs(masks[one].area - 1257))
    square = min(masks.at(90, 47), key=lambda one: abs(masks[one].area - 1050))
    first = service.post(f"/v1/{visual_id}/objects/remove", {"mask_id": disc, "mask_source": "generated"}).json()
    second = service.post(f"/v1/{visual_id}/objects/remove", {"mask_id": square, "sid": first["sid"]}).json()
    result = opened(service.get(second["result_url"]).content)
    for x, y in ((35, 45), (90, 47)):
        assert abs(result.pixels[y, x].astype(int) - (70, 150, 80)).max() < 40
    assert service.post(f"/v1/{visual_id}/objects/remove", {"mask_id": 999}).status_code == 404
    assert service.post(f"/v1/{visual_id}/objects/remove", {"mask_id": disc, "sid": "0" * 32}).status_code == 404
    unknown = "00000000-0000-0000-0000-000000000000"
    assert service.post(f"/v1/{unknown}/objects/remove", {"mask_id": 1}).status_code == 404


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_eraser_takes_every_format_and_keeps_the_size(service: Live, scene: Picture, form: str) -> None:
    answer = service.post(ERASER_V1, {"file": encoded(scene, form), "mask_file": drawn_mask(60, 45)})
    assert answer.status_code == 200, answer.text
    assert opened(service.get(answer.json()["result_url"]).content).size == scene.size


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        (MASKS_V1, {}, 400, "missing"),
        (MASKS_V1, {"file": "not base64!"}, 400, "not base64"),
        (MASKS_V1, {"file": base64.b64encode(b"GIF89a" + b"x" * 40).decode()}, 415, "no JPEG"),
        (MASKS_V1, {"file": base64.b64encode(b"\xff\xd8\xff" + b"x" * 40).decode()}, 415, "not a picture"),
        (MASKS_V1, {"file": 5}, 400, "file"),
        (MASKS_V1, {"file": "A" * 20_000_000}, 413, "larger than"),
        (MASKS_V1, [1, 2], 400, "request"),
        (ERASER_V1, {"mask_file": "x"}, 400, "missing"),
        (MASKS_V2, {}, 400, "image"),
        (MASKS_V2, {"image": "file:///etc/passwd"}, 400, "not base64"),
        ("/v2/image/nothing", {}, 404, "Not Found"),
    ],
)
def test_bad_requests_are_answered_with_the_contract_s_status(
    service: Live, path: str, body: object, status: int, words: str
) -> None:
    answer = service.post(path, body)
    assert answer.status_code == status
    said = answer.json()
    assert words in (said["error"]["message"] if path.startswith("/v2") else said["detail"])


def test_a_mask_of_another_shape_is_refused(service: Live, scene: Picture) -> None:
    answer = service.post(ERASER_V1, {"file": encoded(scene), "mask_file": drawn_mask(50, 50)})
    assert answer.status_code == 400
    assert "aspect ratio" in answer.json()["detail"]


def test_a_mask_that_leaves_nothing_is_refused(service: Live, scene: Picture) -> None:
    buffer = io.BytesIO()
    Image.new("L", (120, 90), 255).save(buffer, "PNG")
    answer = service.post(
        ERASER_V1, {"file": encoded(scene), "mask_file": base64.b64encode(buffer.getvalue()).decode()}
    )
    assert answer.status_code == 400
    assert "Nothing would be left" in answer.json()["detail"]


def test_a_body_beyond_the_limit_is_refused_at_the_door(service: Live) -> None:
    answer = service.post(MASKS_V1, {"file": "A" * 40_000_000})
    assert answer.status_code == 413


def test_a_body_that_does_not_say_its_length_is_limited_too(service: Live) -> None:
    body = (b'{"file": "' if number == 0 else b"A" * 1_000_000 for number in range(40))
    headers = {"api_token": SECRET, "Content-Type": "application/json"}
    answer = requests.post(service.address + MASKS_V1, data=body, headers=headers, timeout=PATIENCE)
    assert answer.status_code == 413


def test_a_service_without_a_token_answers_to_this_computer_s_names_only(tmp_path: Path) -> None:
    from maskpick.service.auth import knows_host

    config = ServiceConfig(tmp_path, public_address="https://masks.studio.example:8443")
    for host in ("127.0.0.1:8765", "localhost", "[::1]:8765", "masks.studio.example:8443"):
        assert knows_host(config, host)
    for host in ("", "evil.example", "127.0.0.1.evil.example:8765", "masks.studio.example", "[nonsense"):
        assert not knows_host(config, host)
    assert knows_host(ServiceConfig(tmp_path, token=Token("abc")), "anything.example")


def test_a_state_nobody_made_leaves_nothing_on_the_disk(service: Live) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert service.post(f"/v1/{unknown}/objects/mask_generator", {}).status_code == 404
    assert service.post(f"/v1/{unknown}/objects/remove", {"mask_id": 1}).status_code == 404
    assert not (service.folder / "pictures" / unknown).exists()


@pytest.mark.parametrize("token", [None, "", "wrong", SECRET + "x", "näh"])
def test_without_the_token_nobody_comes_in(service: Live, token: str | None) -> None:
    headers = {} if token is None else {"api_token": token.encode()}
    for path in (MASKS_V1, MASKS_V2, ERASER_V1):
        assert requests.post(service.address + path, json={}, headers=headers, timeout=PATIENCE).status_code == 401
    assert requests.get(service.address + "/v2/status/x", headers=headers, timeout=PATIENCE).status_code == 401
    assert requests.get(service.address + "/health", timeout=PATIENCE).status_code == 200


def test_a_service_others_can_reach_needs_a_token(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no token"):
        create_app(ServiceConfig(tmp_path, host="0.0.0.0"))
    with pytest.raises(SettingsError, match="for tests"):
        create_app(ServiceConfig(tmp_path, host="0.0.0.0", token=Token("abc"), fault=Fault("cut")))


@pytest.mark.parametrize("text", ["nonsense", "delay:x", "cut*many"])
def test_an_unknown_fault_is_answered_with_the_known_ones(text: str) -> None:
    with pytest.raises(SettingsError, match="cut-download"):
        Fault.parse(text)
    assert Fault.parse("delay:2*3") == Fault("delay", 2.0, 3)
    assert "delay" in KINDS


def test_a_forged_link_opens_nothing(service: Live, scene: Picture) -> None:
    link = service.post(MASKS_V1, {"file": encoded(scene)}).json()["objects_masks"]
    assert service.get(link.replace("/masks.zip", "/source")).status_code == 403
    assert service.get(link[:-14] + "x/masks.zip").status_code == 403


def test_too_much_at_once_is_turned_away_and_the_rest_is_done(service: Live, scene: Picture) -> None:
    body = {"file": encoded(scene)}
    with concurrent.futures.ThreadPoolExecutor(14) as pool:
        with service.held():
            asked = [pool.submit(service.post, MASKS_V1, body) for _ in range(14)]
            until(lambda: sum(one.done() for one in asked) == 5)  # one worker, and eight that may wait
        answers = [one.result() for one in asked]
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [200] * 9 + [429] * 5
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 429)
    until(lambda: service.get("/health").json()["pending"] == 0)


def test_what_was_accepted_is_done_however_much_comes_at_once(service: Live, scene: Picture) -> None:
    body = {"image": encoded(scene)}
    with service.held(), concurrent.futures.ThreadPoolExecutor(14) as pool:
        answers = list(pool.map(lambda _: service.post(MASKS_V2, body), range(14)))
    accepted = [answer.json()["status_url"] for answer in answers if answer.status_code == 202]
    assert len(accepted) == 9  # one worker, and eight that may wait

    def standing() -> set[str]:
        return {service.get(one).json()["status"] for one in accepted}

    until(lambda: "IN_PROGRESS" not in standing())
    assert standing() == {"COMPLETED"}


def test_the_figures_count_what_happened(service: Live, scene: Picture) -> None:
    service.post(MASKS_V1, {"file": encoded(scene)})
    text = service.get("/metrics").text
    assert 'maskpick_requests_total{route="/v1/objects/mask_generator",status="200"}' in text
    assert 'maskpick_work_seconds_count{outcome="done"}' in text
    assert "/files/W" not in text


def test_the_log_is_json_lines_without_secrets(service: Live, scene: Picture, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "maskpick")
    link = service.post(MASKS_V1, {"file": encoded(scene)}).json()["objects_masks"]
    service.get(link)
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert any(line.get("status") == 200 and line["message"].startswith("POST") for line in lines)
    signed = link.split("/")[4]
    assert SECRET not in str(lines)
    assert signed not in str(lines)


# The vendor's own client, unmodified.


@pytest.fixture
def vendor(service: Live) -> Iterator[bria_client.BriaSyncClient]:
    with bria_client.BriaSyncClient(base_url=service.address, api_token=SECRET) as client:
        yield client


def test_the_vendor_s_client_runs(vendor: bria_client.BriaSyncClient, scene: Picture, service: Live) -> None:
    image = bria_client.toolkit.Image(scene.pixels).as_bria_api_input
    response = vendor.run("image/segment/all_masks", {"image": image})
    assert response.status == "COMPLETED"
    assert response.error is None
    masks = response.result.masks
    assert [mask["id"] for mask in masks] == list(range(1, len(masks) + 1))
    assert [mask["confidence"] for mask in masks] == sorted((mask["confidence"] for mask in masks), reverse=True)
    first = np.asarray(Image.open(io.BytesIO(service.get(masks[0]["image_url"]).content)))
    assert first.shape == (90, 120)
    assert np.count_nonzero(first >= 128) == masks[0]["area"]


def test_the_vendor_s_client_submits_and_polls(
    vendor: bria_client.BriaSyncClient, scene: Picture, service: Live
) -> None:
    image = bria_client.toolkit.Image(scene.pixels).as_bria_api_input
    response = vendor.submit("image/edit/erase", {"image": image, "mask": drawn_mask(120, 90)})
    assert response.in_progress
    response = vendor.poll(response, interval=0.1, timeout=PATIENCE)
    assert response.status == "COMPLETED"
    assert opened(service.get(response.result.image_url).content).size == scene.size


def test_the_vendor_s_client_understands_our_errors(vendor: bria_client.BriaSyncClient, service: Live) -> None:
    response = vendor.run("image/segment/all_masks", {"image": "no picture"})
    assert response.status == "ERROR"
    assert response.error.code == 400
    torn = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 50).decode()
    with pytest.raises(BriaException, match=r"400 The picture is damaged"):
        vendor.poll(vendor.submit("image/segment/all_masks", {"image": torn}), interval=0.1, timeout=PATIENCE)
    assert vendor.get("status/00000000-0000-0000-0000-000000000000").error.code == 404


def test_a_webhook_is_posted_and_signed_as_the_vendor_verifies_it(
    vendor: bria_client.BriaSyncClient, scene: Picture
) -> None:
    received: list[tuple[dict[str, str], bytes]] = []
    came = threading.Event()

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()
            came.set()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        image = bria_client.toolkit.Image(scene.pixels).as_bria_api_input
        url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        response = vendor.submit("image/segment/all_masks", {"image": image}, webhook_url=url)
        assert came.wait(PATIENCE)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    headers, body = received[0]
    assert json.loads(body)["request_id"] == response.request_id
    assert verify_webhook_signature(
        body,
        headers["bria-webhook-id"],
        headers["bria-webhook-timestamp"],
        headers["bria-webhook-signature"],
        SECRET,
    )
