"""The page at / in a real browser: Chromium, without a window."""

from __future__ import annotations

import base64
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from maskpick.picture_files import decode_picture
from maskpick.service import ServiceConfig
from maskpick.service.app import create_app
from maskpick.service.faults import Fault
from maskpick.tokens import Token

from .conftest import SECRET, SETTINGS, Live, running

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs Chromium and its chromedriver")

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1000,760",
)  # fmt: skip
DOT, DISC, SQUARE, GROUND = (95, 150), (70, 150), (270, 150), (170, 40)
"""Points in the picture: in a dot in a disc, in the disc alone, in a square, in nothing."""
HIGHLIGHT, PICK = (74, 163, 255), (255, 170, 40)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A service whose engine finds what is there, with a token, that can be told to misbehave."""
    folder = tmp_path_factory.mktemp("page")
    fault = Fault("")
    config = ServiceConfig(
        folder,
        token=Token(SECRET),
        workers=1,
        segmenter="nested",
        settings=SETTINGS,
        fault=fault,
        stop_seconds=1,
    )
    app = create_app(config)
    for port in running(app):
        yield Live(f"http://127.0.0.1:{port}", fault, app, folder)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red disc with a yellow dot in it, and a blue square, on green."""
    y, x = np.mgrid[:240, :360]
    pixels = np.empty((240, 360, 3), np.uint8)
    pixels[:] = (70, 150, 80)
    pixels[(x - 90) ** 2 + (y - 150) ** 2 <= 60**2] = (200, 40, 40)
    pixels[(x - 95) ** 2 + (y - 150) ** 2 <= 12**2] = (240, 220, 40)
    pixels[110:190, 230:310] = (40, 60, 190)
    path = tmp_path_factory.mktemp("photo") / "still life.png"
    Image.fromarray(pixels).save(path)
    return path


class Page:
    """What a person does at the page, and what they see."""

    def __init__(self, driver: Any, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads

    def __getitem__(self, name: str) -> Any:
        return self.driver.find_element(By.ID, name)

    def wait(self, condition: Callable[[], object]) -> None:
        WebDriverWait(self.driver, 60, poll_frequency=0.02).until(lambda _: condition())

    def settled(self, words: str) -> None:
        """Wait until nothing is under way and the status says ``words``."""
        self.wait(lambda: not self["busy"].is_displayed() and words in self["status"].text)

    def open(self, photo: Path) -> None:
        self["file"].send_keys(str(photo))
        self.settled("3 objects")

    def at(self, point: tuple[int, int]) -> Any:
        """An action that moves the pointer to a point of the picture."""
        size = self["overlay"].size
        width, height = self.run("const p = document.getElementById('picture'); return [p.width, p.height]")
        x = (point[0] + 0.5) / width * size["width"] - size["width"] / 2
        y = (point[1] + 0.5) / height * size["height"] - size["height"] / 2
        return ActionChains(self.driver, 0).move_to_element_with_offset(self["overlay"], round(x), round(y))

    def hover(self, point: tuple[int, int]) -> str:
        self.at(point).perform()
        self.drawn()
        return self.hovered

    def click(self, point: tuple[int, int], *keys: str) -> None:
        action = self.at(point)
        for key in keys:
            action.key_down(key)
        action.click()
        for key in keys:
            action.key_up(key)
        action.perform()
        self.drawn()

    def turn(self, point: tuple[int, int], distance: int) -> str:
        origin = ScrollOrigin.from_element(self["overlay"], *self._offset(point))
        ActionChains(self.driver, 0).scroll_from_origin(origin, 0, distance).perform()
        self.drawn()
        return self.hovered

    def _offset(self, point: tuple[int, int]) -> tuple[int, int]:
        size = self["overlay"].size
        return (
            round((point[0] + 0.5) / 360 * size["width"] - size["width"] / 2),
            round((point[1] + 0.5) / 240 * size["height"] - size["height"] / 2),
        )

    def drawn(self) -> None:
        """Wait for two frames: events are handled, and what they changed is on the canvas."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))"
        )

    @property
    def hovered(self) -> str:
        return str(self["overlay"].get_attribute("data-hovered"))

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def picture(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The picture's pixels, RGBA."""
        width, height, *pixels = self.run(
            "const p = document.getElementById('picture');"
            "return [p.width, p.height, ...p.getContext('2d').getImageData(0, 0, p.width, p.height).data]"
        )
        return np.array(pixels, np.uint8).reshape(height, width, 4)

    def overlay(self, point: tuple[int, int]) -> tuple[int, ...]:
        """The overlay's RGBA at a point of the picture."""
        return tuple(
            self.run(
                "const o = document.getElementById('overlay'), p = document.getElementById('picture');"
                "const at = [(arguments[0] + .5) / p.width * o.width, (arguments[1] + .5) / p.height * o.height];"
                "return [...o.getContext('2d').getImageData(Math.floor(at[0]), Math.floor(at[1]), 1, 1).data]",
                *point,
            )
        )

    def complaints(self) -> list[str]:
        """What the console holds since it was last looked at, but for a hint our own looking at pixels earns."""
        lines = [str(line["message"]) for line in self.driver.get_log("browser")]
        return [line for line in lines if "willReadFrequently" not in line]

    def downloaded(self, name: str) -> bytes:
        path = self.downloads / name
        self.wait(path.exists)
        data = path.read_bytes()
        path.unlink()
        return data


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(flag)
    options.binary_location = BROWSER
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    downloads = tmp_path_factory.mktemp("downloads")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        driver.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads), "eventsEnabled": True}
        )
        yield Page(driver, downloads)
    finally:
        driver.quit()


@pytest.fixture
def page(browser: Page, served: Live) -> Iterator[Page]:
    """The page, just opened by somebody who has given the token. At the end the console must hold no complaint."""
    served.misbehave("")
    browser.driver.get(served.address)
    browser.run("sessionStorage.setItem('token', arguments[0])", SECRET)
    browser.complaints()
    yield browser
    served.misbehave("")
    assert browser.complaints() == []


def close_to(colour: tuple[int, ...], wanted: tuple[int, int, int]) -> bool:
    """The same but for what blending rounds."""
    return all(abs(one - other) <= 4 for one, other in zip(colour, wanted, strict=False))


def test_pointing_shows_the_object_there_and_nothing_else(page: Page, photo: Path) -> None:
    page.open(photo)
    square = page.hover(SQUARE)
    assert square
    assert close_to(page.overlay(SQUARE), HIGHLIGHT)
    assert 0 < page.overlay(SQUARE)[3] < 255
    assert page.overlay(DISC)[3] == page.overlay(GROUND)[3] == 0
    disc = page.hover(DISC)
    assert disc not in ("", square)
    assert page.overlay(SQUARE)[3] == 0
    assert close_to(page.overlay(DISC), HIGHLIGHT)
    assert page.hover(GROUND) == ""
    assert page.overlay(DISC)[3] == 0
    edge = [page.overlay((x, 150))[3] for x in range(20, 60)] if page.hover(DISC) else []
    assert 255 in edge
    assert edge[-1] < 255


def test_a_picture_larger_than_the_screen_is_pointed_into_just_so(page: Page, photo: Path, tmp_path: Path) -> None:
    with Image.open(photo) as small:
        small.resize((5 * small.width, 5 * small.height), Image.Resampling.NEAREST).save(tmp_path / "large.png")
    page.open(tmp_path / "large.png")
    disc, ground, square = ((5 * x, 5 * y) for x, y in (DISC, GROUND, SQUARE))
    assert page.hover(disc)
    assert close_to(page.overlay(disc), HIGHLIGHT)
    assert 0 < page.overlay(disc)[3] < 255
    assert page.overlay(ground)[3] == page.overlay(square)[3] == 0
    edge = [page.overlay((x, 5 * 150))[3] for x in range(5 * 20, 5 * 60, 3)]
    assert {0, 255} < set(edge)


def test_the_wheel_walks_from_small_to_large_and_back(page: Page, photo: Path) -> None:
    page.open(photo)
    disc, dot = page.hover(DISC), page.hover(DOT)
    assert dot != disc
    assert "(1 of 2 here)" in page["picked"].text
    assert page.turn(DOT, -100) == disc
    assert page.turn(DOT, -100) == disc
    assert page.turn(DOT, 100) == dot
    assert page.turn(DOT, -20) == dot, "a touchpad's small turns add up before they count"
    assert page.turn(DOT, -50) == disc


def test_clicks_pick_and_keys_say_how(page: Page, photo: Path) -> None:
    page.open(photo)
    page.click(SQUARE)
    assert close_to(page.overlay(SQUARE), PICK)
    assert page["remove"].is_enabled()
    page.click(DISC)
    assert page.overlay(SQUARE)[3] == 0
    page.click(SQUARE, Keys.SHIFT)
    page.hover(GROUND)
    assert close_to(page.overlay(SQUARE), PICK)
    assert close_to(page.overlay(DISC), PICK)
    page.click(DISC, Keys.ALT)
    page.hover(GROUND)
    assert page.overlay(DISC)[3] == 0
    page["clear"].click()
    page.drawn()
    assert page.overlay(SQUARE)[3] == 0
    assert not page["remove"].is_enabled()


def test_buttons_go_to_what_is_around_what_was_picked(page: Page, photo: Path) -> None:
    page.open(photo)
    page.click(DOT)
    assert page.overlay(DISC)[3] == 0
    assert not page["smaller"].is_enabled()
    page["larger"].click()
    page.drawn()
    assert close_to(page.overlay(DISC), PICK)
    assert not page["larger"].is_enabled()
    page["smaller"].click()
    page.drawn()
    assert page.overlay(DISC)[3] == 0


def test_removing_changes_the_picture_there_and_nowhere_else_and_undo_takes_it_back(page: Page, photo: Path) -> None:
    page.open(photo)
    before = page.picture()
    page.click(SQUARE)
    page["remove"].click()
    page.settled("Removed")
    once = page.picture()
    changed = (once != before).any(axis=2)
    assert changed[110:190, 230:310].all()
    assert not changed[:, :200].any()
    assert np.abs(once[150, 270, :3].astype(int) - (70, 150, 80)).max() < 30
    page.click(DISC)
    page["remove"].click()
    page.settled("Removed")
    twice = page.picture()
    assert (twice[150, 70] != once[150, 70]).any()
    assert (twice[150, 270] == once[150, 270]).all()
    page["undo"].click()
    assert (page.picture() == once).all()
    page.driver.switch_to.active_element.send_keys(Keys.CONTROL, "z")
    assert (page.picture() == before).all()
    assert not page["undo"].is_enabled()


def test_layers_and_picture_are_downloaded_as_they_are_now(page: Page, photo: Path) -> None:
    page.open(photo)
    page["save"].click()
    assert page.downloaded("still life.png") == photo.read_bytes()
    page.click(SQUARE)
    page["remove"].click()
    page.settled("Removed")
    page["save"].click()
    saved = decode_picture(page.downloaded("still life.png"), Path("saved"))
    assert (saved.pixels == page.picture()[:, :, :3]).all()
    page["layers"].click()
    page.settled("downloaded")
    with zipfile.ZipFile(io.BytesIO(page.downloaded("still life.ora"))) as layers:
        assert layers.read("mimetype") == b"image/openraster"
        merged = np.asarray(Image.open(layers.open("mergedimage.png")))
    assert (merged[:, :, :3] == saved.pixels).all()


def test_a_picture_may_be_dropped(page: Page, photo: Path) -> None:
    page.run(
        "const data = new DataTransfer();"
        "const bytes = Uint8Array.from(atob(arguments[0]), (one) => one.charCodeAt(0));"
        "data.items.add(new File([bytes], 'x.png', {type: 'image/png'}));"
        "document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))",
        base64.b64encode(photo.read_bytes()).decode(),
    )
    page.settled("3 objects")


def test_the_token_is_asked_for_until_it_is_right(page: Page, photo: Path) -> None:
    page.run("sessionStorage.clear()")
    page["file"].send_keys(str(photo))
    page.wait(lambda: page["ask"].is_displayed())
    page["token"].send_keys("wrong" + Keys.ENTER)
    page.wait(lambda: "not the service's token" in page["why"].text)
    page["token"].send_keys(SECRET)
    page["go"].click()
    page.settled("3 objects")
    complaints = page.complaints()
    assert len(complaints) == 2
    assert all("401" in line for line in complaints), complaints
    assert SECRET not in json.dumps(complaints)


def test_who_leaves_the_token_s_dialog_is_asked_no_more(page: Page, photo: Path) -> None:
    page.run("sessionStorage.clear()")
    page["file"].send_keys(str(photo))
    page.wait(lambda: page["ask"].is_displayed())
    page["token"].send_keys(Keys.ESCAPE)
    page.settled("Without the token")
    page.complaints()


def test_what_cannot_be_sent_is_said(page: Page, tmp_path: Path) -> None:
    for name, data, words in [
        ("notes.txt", b"words", "Only JPEG, PNG and WebP"),
        ("large.png", bytes(12_000_001), "larger than 12 MB"),
        ("torn.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "damaged"),
    ]:
        (tmp_path / name).write_bytes(data)
        page["file"].send_keys(str(tmp_path / name))
        page.settled(words)
        assert "error" in page["status"].get_attribute("class")


def test_a_service_that_fails_is_said_and_the_next_try_works(page: Page, photo: Path, served: Live) -> None:
    for kind, argument, words in [
        ("status", 500, "broken on purpose"),
        ("cut", 0, "broke off"),
        ("wrong-type", 0, "broke off"),
    ]:
        served.misbehave(kind, argument, times=1)
        page["file"].send_keys(str(photo))
        page.settled(words)
    served.misbehave("expired-link", times=1)
    page["file"].send_keys(str(photo))
    page.settled("is gone")
    page.complaints()
    page.open(photo)


def test_the_page_may_load_nothing_from_elsewhere(page: Page, served: Live) -> None:
    policy = served.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    inline = "const one = document.createElement('script'); one.textContent = 'window.ran = true';"
    assert page.run(inline + "document.body.append(one); return window.ran") is None
    blocked = page.driver.execute_async_script(
        "const done = arguments[0]; fetch('http://127.0.0.1:9/').then(() => done('fetched'), () => done('blocked'))"
    )
    assert blocked == "blocked"
    assert any("Content Security Policy" in line for line in page.complaints())
    loaded = page.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert loaded
    assert all(one.startswith((served.address, "data:")) for one in loaded)
