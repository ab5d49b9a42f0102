"""The dialog and the menus in the artist's language: which texts are cut off, and which keys stand for two things."""

from gi.repository import Gdk, GLib, Gtk
from gimp_gui_drive import GIMP_WINDOW, all_in, windows

from maskpick_bridge.engine_words import translated
from maskpick_bridge.offers import Engine
from maskpick_bridge.session import STATE
from maskpick_gimp.desk import Question, sending
from maskpick_gimp.settings_dialog import SettingsDialog

MENUS = {"filters": ("alt+r", "Up", "Right"), "select": ("alt+s", "Up"), "layer": ("alt+l", "Up")}
"""The keys that open them, each at its end."""


def steps(drive):
    yield from drive.until(lambda: drive.desk.engines, "the engine says what it offers")
    yield from drive.photograph("first")
    yield from drive.push("maskpick-find")
    yield from drive.until(lambda: drive.session.outlines, "the objects are found")
    yield from drive.click(drive.at(480, 200))
    yield from drive.click(drive.at(300, 120), holding=["shift"])
    yield from drive.until(lambda: drive.session.area is not None, "their size is known")
    yield from drive.photograph("picked")
    drive.record("title", drive.dialog.window.get_title())
    drive.record("cut off", cut_off(drive.dialog.window))
    lines = ["To: https://engine.prod.bria-api.com", "What: 4000 x 3000 pixels, PNG without loss, 11.4 MB, no metadata"]
    drive.desk.question = Question(sending(Engine("b", "BRIA", False)), list(map(translated, lines)), lambda: None)
    drive.desk.tell(STATE)
    yield from drive.photograph("asking")
    drive.record("cut off when it asks", cut_off(drive.dialog.window))
    drive.record("keys", keys_of(drive.dialog.window))
    drive.desk.put_away()
    drive.dialog.window.resize(10, 10)
    yield from drive.until(lambda: drive.dialog.window.get_size()[0] < 900, "it is narrow")
    yield from drive.photograph("narrow")
    drive.record("narrowest", drive.dialog.window.get_size())
    yield from settings(drive)
    for name, keys in MENUS.items():
        yield from drive.run("xdotool", "windowactivate", "--sync", windows(GIMP_WINDOW)[0])
        yield from drive.run("xdotool", "key", "--delay", "300", "Escape", *keys)
        yield from drive.photograph_screen(f"menu-{name}")
        yield from drive.run("xdotool", "key", "--delay", "100", "Escape", "Escape", "Escape")


def settings(drive):
    shown = SettingsDialog(drive.dialog.window, drive.desk)
    GLib.idle_add(shown.run)
    yield from drive.until(lambda: shown.window.is_active(), "the settings are shown")
    yield from drive.until(lambda: shown._file.get_text(), "they tell where they are")
    yield from drive.photograph("settings", shown.window)
    drive.record("cut off in the settings", cut_off(shown.window))
    drive.record("keys of the settings", keys_of(shown.window))
    shown.window.response(Gtk.ResponseType.CLOSE)
    yield from drive.until(lambda: drive.dialog.window.is_active(), "they are closed")


def cut_off(window):
    """The texts that have no room."""
    labels = [one for one in all_in(window) if isinstance(one, Gtk.Label) and one.get_mapped()]
    return [one.get_text() for one in labels if one.get_layout().is_ellipsized()]


def keys_of(window):
    """What each key with Alt stands for."""
    keys = {}
    for one in all_in(window):
        if isinstance(one, Gtk.Label) and one.get_mnemonic_keyval() != Gdk.KEY_VoidSymbol:
            keys.setdefault(chr(Gdk.keyval_to_unicode(one.get_mnemonic_keyval())), []).append(one.get_text())
    return keys
