"""The words of the editors' parts in other languages: found, complete, and true to the code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from maskpick.names import WORDS
from maskpick_bridge import WorkerError, engine_words
from maskpick_bridge.engine_words import COLOURS, DIFFERENCES, PLACES, SIZES, object_name, translated
from maskpick_bridge.rows import share_of
from maskpick_bridge.words import _, n_, use


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use("en")


@pytest.mark.parametrize("language", ["de", "de_DE", "de_AT.UTF-8", "de-CH"])
def test_a_language_is_found_by_any_of_its_names(language: str) -> None:
    use(language)
    assert n_("{n} object", "{n} objects", 1) == "1 Objekt"
    assert n_("{n} object", "{n} objects", 2) == "2 Objekte"


@pytest.mark.parametrize("language", ["en_GB", "tlh", "", "C"])
def test_a_language_without_a_catalogue_is_english(language: str) -> None:
    use("de")
    use(language)
    assert _("Nothing picked") == "Nothing picked"
    assert translated("Nothing is picked.") == "Nothing is picked."
    assert object_name("large red, centre") == "large red, centre"


def test_french_counts_nothing_as_one() -> None:
    use("fr")
    assert n_("{n} object", "{n} objects", 0) == "0 objet"
    assert n_("{n} object", "{n} objects", 2) == "2 objets"


def test_a_share_has_the_language_s_decimal_point() -> None:
    assert share_of(0.035) == "3.5 %"
    use("de")
    assert share_of(0.035) == "3,5 %"


# What the engine says.


def test_an_editor_is_not_told_of_the_command_line() -> None:
    missing = "Store yours with `maskpick config token`, or use the local engine."
    error = WorkerError("EngineError", "The service needs a token.", missing)
    assert error.advice == "Give yours in the settings, or use the engine on this computer."
    assert missing in str(error), "the log has the engine's own words"
    assert (
        translated("Token: none; store yours with `maskpick config token`") == "Token: none; give yours in the settings"
    )
    use("de")
    assert translated(missing).startswith("Geben Sie Ihres in den Einstellungen an")


@pytest.mark.parametrize(
    ("said", "german"),
    [
        ("Looking for edges", "Kanten suchen"),
        ("/home/a {b}/c.ora is a folder.", "/home/a {b}/c.ora ist ein Ordner."),
        ("There is no object number 7.", "Es gibt kein Objekt mit der Nummer 7."),
        # A value may be a sentence of its own, or something nobody translates.
        (
            "Mask 3 of the service's answer is cut short.",
            "Maske 3 in der Antwort des Dienstes ist abgeschnitten.",
        ),
        ("Mask 3 of the service's answer is odd.", "Maske 3 in der Antwort des Dienstes is odd."),
        (
            "The service's answer cannot be used: The mask file cannot be read: x.",
            "Die Antwort des Dienstes ist nicht zu gebrauchen: Die Maskendatei ist nicht lesbar: x.",
        ),
        # A text put together from parts the catalogue knows.
        ("Did you mean most? It has no options.", "Meinten Sie most? Sie hat keine Optionen."),
        ("Paid calls this month: 3", "Bezahlte Aufrufe in diesem Monat: 3"),
        (
            "Paid calls this month: 3 of at most 9; the limit is reached, so nothing would be sent",
            "Bezahlte Aufrufe in diesem Monat: 3 von höchstens 9; die Höchstzahl ist erreicht, "
            "es würde also nichts gesendet",
        ),
        (
            "What: 64 x 48 pixels, scaled down from 640 x 480, PNG without loss, 1.2 MB, no metadata",
            "Was: 64 \u00d7 48 Pixel, verkleinert von 640 \u00d7 480, PNG verlustfrei, 1.2 MB, ohne Metadaten",
        ),
        ("The account has no credit left.", "Das Konto hat kein Guthaben mehr."),
        ("The account has no credit left: top up.", "Das Konto hat kein Guthaben mehr: top up."),
        ("The service is down. (request r1)", "Der Dienst ist nicht in Betrieb. (Anfrage r1)"),
        ("A sentence of somebody's plugin: odd.", "A sentence of somebody's plugin: odd."),
        ("", ""),
    ],
)
def test_a_sentence_of_the_engine_finds_its_template_again(said: str, german: str) -> None:
    use("de")
    assert translated(said) == german


def test_a_text_a_service_has_made_up_to_keep_us_busy_is_left_alone() -> None:
    use("de")
    looked = 0
    unknown = engine_words._values

    def counted(own: list[str], text: str) -> list[str] | None:
        nonlocal looked
        looked += 1
        return unknown(own, text)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engine_words, "_values", counted)
        for text in ("a x b pixels, " * 90, "a: " * 400, "It. " * 300):
            assert translated(text) == text
    assert looked < 100 * len(engine_words._templates(engine_words.texts("engine")))


def test_an_error_is_read_in_the_language_and_logged_in_english() -> None:
    use("fr")
    error = WorkerError("PickError", "There is no object number 7.", "Find the objects first.")
    assert error.happened == "Il n\u2019y a pas d\u2019objet numéro 7."
    assert error.advice == "Cherchez d\u2019abord les objets."
    assert str(error) == "There is no object number 7. Find the objects first."


# What the engine calls objects.


def test_the_words_of_names_are_those_of_the_core() -> None:
    words = {word for word in WORDS.values() if "{" not in word}
    assert words == SIZES | COLOURS | PLACES | DIFFERENCES | {"background"}


@pytest.mark.parametrize(
    ("name", "german"),
    [
        ("large red, centre", "groß, rot, Mitte"),
        ("light brown, top left, upper one", "hellbraun, oben links, oberes"),
        ("tiny black and white, all over, 2", "winzig, schwarz-weiß, überall, 2"),
        ("background", "Hintergrund"),
        ("dark grey background, left", "Hintergrund dunkelgrau, links"),
        ("cup, left", "cup, links"),
        # What others call it is left alone.
        ("orange", "orange"),
        ("red", "red"),
        ("large red cup, centre piece", "large red cup, centre piece"),
        ("left", "left"),
    ],
)
def test_a_name_is_put_together_anew(name: str, german: str) -> None:
    use("de")
    assert object_name(name) == german
