"""Takes the steps of a scenario beside the plug-in's dialog, in its process, with a real mouse and real keys.

`tests/hosts/gimp_driver.py` says how to write one. The environment names it: DRIVER_SCENARIO, a module in this folder.
"""

import contextlib
import hashlib
import importlib
import json
import os
import subprocess
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import gi

from maskpick_gimp import dialog

gi.require_version("GdkX11", "3.0")
from gi.repository import Gdk, GdkX11, Gegl, Gimp, GLib, Gtk  # noqa: E402, F401 - windows have their X11 ids by it

OUT = Path("/out")
POLL = 10  # milliseconds
GIMP_WINDOW = "GIMP$"
LEFT, MIDDLE = 1, 2
WHEEL_UP, WHEEL_DOWN = 4, 5


@dataclass
class Wait:
    """Until ``condition`` gives something true. ``what`` says it to who reads that it never did."""

    condition: object
    what: str
    limit: float = 120.0


def install():
    """Let a scenario begin with the dialog."""

    class Driven(dialog.PickDialog):
        def __init__(self, call, desk, picks):
            super().__init__(call, desk, picks)
            self.call = call

        def run(self):
            runner = Runner(Drive(self))
            runner.start()
            try:
                super().run()
                runner.finish(None if runner.ended or runner.drive.closes else "the dialog was closed meanwhile")
            except BaseException:
                runner.finish(traceback.format_exc())
                raise

    dialog.PickDialog = Driven


class Runner:
    """Takes the steps: goes on whenever what was waited for has come."""

    def __init__(self, drive):
        self.drive = drive
        self.ended = False

    def start(self):
        scenario = importlib.import_module(os.environ["DRIVER_SCENARIO"])
        self.steps = self.take(scenario)
        self.waiting = None
        GLib.timeout_add(POLL, self.look)

    def take(self, scenario):
        yield from self.drive.ready()
        yield from scenario.steps(self.drive)

    def look(self):
        try:
            came = self.waiting.condition() if self.waiting else None
            if self.waiting is None or came:
                self.waiting = self.steps.send(came)
                self.until = time.monotonic() + self.waiting.limit
            elif time.monotonic() > self.until:
                self.steps.throw(TimeoutError(f"waited {self.waiting.limit:g} s in vain: {self.waiting.what}"))
        except StopIteration:
            return self.finish(None)
        except BaseException:  # noqa: BLE001 - whatever it is, it is written down
            return self.finish(traceback.format_exc())
        return True

    def finish(self, error):
        if self.ended:
            return False
        self.ended = True
        if error:
            subprocess.run(["import", "-window", "root", OUT / "failed.png"], check=False)
        # All of it at once, for who reads it must not find a part.
        part = OUT / "scenario.part"
        part.write_text(json.dumps({"error": error, "records": self.drive.records}, default=str), "utf-8")
        part.rename(OUT / "scenario.json")
        return False


class Drive:
    """The hands and eyes of a scenario, and what it writes down. What takes a while is a generator."""

    def __init__(self, pick_dialog):
        self.records = {}
        self.closes = False  # to be set before the scenario closes the dialog, which ends it
        self.dialog = pick_dialog
        self.panel = pick_dialog.panel
        self.desk = pick_dialog.desk
        self.image = pick_dialog.call.image

    @property
    def session(self):
        return self.desk.session

    @property
    def picking(self):
        return self.desk.session.picking

    def record(self, name, value):
        """Write something down; JSON can be made of it."""
        self.records[name] = value

    # Waiting.

    def until(self, condition, what, limit=90.0):
        """Wait until ``condition()`` is true, and give what it gave. ``what`` is said when it never is."""
        return (yield Wait(condition, what, limit))

    def run(self, *command):
        """Run a program without standing in anybody's way; what it printed."""
        command = [str(part) for part in command]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        yield from self.until(lambda: process.poll() is not None, f"{command} ends")
        said = process.communicate()[0]
        if process.returncode:
            raise RuntimeError(f"{command} ended with {process.returncode}: {said}")
        return said

    def ready(self):
        """Until the dialog is where it stays, and has the focus."""
        window = self.dialog.window
        yield from self.until(lambda: window.get_window() and window.is_active(), "the dialog has the focus")
        seen = []

        def still():
            seen.append((self.on_screen(self.panel.view), window.get_size()))
            return len(seen) > 20 and len({*seen[-20:]}) == 1

        yield from self.until(still, "the dialog stays where it is")

    def rest(self):
        """Until the dialog has nothing left to do, and has been drawn."""
        idle = []
        GLib.idle_add(lambda: idle.append(True) and False, priority=GLib.PRIORITY_LOW)
        yield from self.until(lambda: idle, "the dialog comes to rest")
        window = self.dialog.window.get_window()
        if window is None or not window.is_visible():
            return
        # What is to be drawn anew waits for the next frame, which comes when nothing else is to be done, or after that.
        drawn, clock = [], window.get_frame_clock()
        listener = clock.connect("after-paint", lambda _clock: drawn.append(True))
        clock.request_phase(Gdk.FrameClockPhase.AFTER_PAINT)
        yield from self.until(lambda: drawn, "the dialog is drawn")
        clock.disconnect(listener)

    # The mouse and the keys.

    def at(self, x, y):
        """Where on the screen the picture's point (x, y) is."""
        return self.on_screen(self.panel.view, *self.panel.view.camera.in_view(x, y))

    def on_screen(self, widget, x=None, y=None):
        """Where on the screen a point of a widget is; by default its middle. In device pixels."""
        window = widget.get_toplevel()
        x = widget.get_allocated_width() / 2 if x is None else x
        y = widget.get_allocated_height() / 2 if y is None else y
        inside = widget.translate_coordinates(window, 0, 0)
        _, left, top = window.get_window().get_origin()
        scale = widget.get_scale_factor()
        return round((left + inside[0] + x) * scale), round((top + inside[1] + y) * scale)

    def move(self, place):
        yield from self.run("xdotool", "mousemove", *place)
        yield from self.rest()

    def reach(self, place):
        """Move over the view, until it has seen the mouse there: a busy GTK passes over places on the way."""
        view = self.panel.view

        def there():
            return view._pointer is not None and self.on_screen(view, *view._pointer) == tuple(place)

        yield from self.move(place)
        yield from self.until(there, f"the view has seen the mouse at {place}")

    def click(self, place=None, button=LEFT, holding=(), times=1):
        """Click with keys such as "shift" held down."""
        if place is not None:
            yield from self.move(place)
        down = [word for key in holding for word in ("keydown", key)]
        up = [word for key in holding for word in ("keyup", key)]
        yield from self.run("xdotool", *down, "click", "--repeat", times, button, *up)
        yield from self.rest()

    def wheel(self, notches, holding=()):
        """Turn the wheel: away from the hand with a positive number."""
        yield from self.click(button=WHEEL_UP if notches > 0 else WHEEL_DOWN, holding=holding, times=abs(notches))

    def drag(self, places, button=LEFT, holding=()):
        """Press at the first place of the view, go over the others and let go at the last."""
        yield from self.move(places[0])
        for key in holding:
            yield from self.run("xdotool", "keydown", key)
        yield from self.run("xdotool", "mousedown", button)
        for place in places[1:]:
            yield from self.reach(place)
        yield from self.run("xdotool", "mouseup", button)
        for key in holding:
            yield from self.run("xdotool", "keyup", key)
        yield from self.rest()

    def key(self, name):
        """Press a key as xdotool names it, in the window that has the focus."""
        yield from self.run("xdotool", "key", name)
        yield from self.rest()

    def push(self, name):
        """Click the widget of a name, which may be on its way to another place when the window has changed."""
        widget = self.widget(name)
        place = None
        yield from self.until(widget.is_sensitive, f"{name} can be pushed")
        while place != self.on_screen(widget):
            place = self.on_screen(widget)
            yield from self.move(place)
            if isinstance(widget, Gtk.Button):
                lit = Gtk.StateFlags.PRELIGHT
                yield from self.until(
                    lambda: widget.get_state_flags() & lit or place != self.on_screen(widget),  # noqa: B023
                    f"the mouse is on {name}",
                )
        yield from self.click()

    def in_gimp(self, key):
        """Press a key in GIMP's own window, and come back."""
        window = windows(GIMP_WINDOW)[0]
        yield from self.run("xdotool", "windowactivate", "--sync", window, "key", "--clearmodifiers", key)
        yield from self.back()

    def from_menu(self, letter, begun, what):
        """Choose an entry of Filters > Maskpick by its letter; once more where GIMP was not ready for it."""
        keys = ("Escape", "alt+r", "Up", "Right", letter)
        while not begun():
            window = windows(GIMP_WINDOW)[0]
            yield from self.run("xdotool", "windowactivate", "--sync", window, "key", "--delay", "200", *keys)
            with contextlib.suppress(TimeoutError):
                yield from self.until(begun, what, 20)

    def back(self):
        """Give the dialog the focus; again where GIMP, which is late to answer a key, has taken it back."""
        window = self.dialog.window.get_window().get_xid()
        asked = 0.0

        def has_focus():
            nonlocal asked
            if not self.dialog.window.is_active() and time.monotonic() > asked + 2:
                asked = time.monotonic()
                subprocess.run(["xdotool", "windowactivate", str(window)], check=True)
            return self.dialog.window.is_active()

        yield from self.until(has_focus, "the dialog has the focus")

    # The eyes.

    def widget(self, name, inside=None):
        """The widget of a name."""
        roots = [inside] if inside is not None else Gtk.Window.list_toplevels()
        for root in roots:
            found = _named(root, name)
            if found is not None:
                return found
        raise LookupError(f"no widget is called {name!r}")

    def button(self, label):
        """The button with a label, in any window."""
        for root in Gtk.Window.list_toplevels():
            for widget in all_in(root):
                if isinstance(widget, Gtk.Button) and (widget.get_label() or "").replace("_", "") == label:
                    return widget
        raise LookupError(f"no button is labelled {label!r}")

    def saying(self):
        """All that the card says, one text after another."""
        return " ".join(one.get_text() for one in all_in(self.panel.card) if isinstance(one, Gtk.Label))

    def photograph(self, name, window=None):
        """Write what the screen shows of a window to /out/NAME.png; of the dialog by default."""
        yield from self.rest()
        Gdk.flush()
        xid = (window or self.dialog.window).get_window().get_xid()
        yield from self.run("import", "-window", xid, OUT / f"{name}.png")

    def photograph_screen(self, name):
        yield from self.rest()
        yield from self.run("import", "-window", "root", OUT / f"{name}.png")

    def state(self):
        """All there is to see of the image in GIMP: equal states are equal images."""
        image = self.image

        def told(item):
            _, x, y = item.get_offsets()
            mask = item.get_mask() if item.is_layer() else None
            below = [told(one) for one in item.get_children()] if item.is_group() else None
            pixels = None if below is not None else _hash(item)
            return [item.get_name(), x, y, item.get_width(), item.get_height(), pixels, mask and _hash(mask), below]

        return {
            "layers": [told(layer) for layer in image.get_layers()],
            "channels": [told(channel) for channel in image.get_channels()],
            "selected": [layer.get_name() for layer in image.get_selected_layers()],
            "selection": _hash(image.get_selection()),
        }

    def until_state(self, wanted, what, but=()):
        """Wait until the image in GIMP is as it was; ``but``: what may be different."""

        def differences():
            now = self.state()
            return [f"{key}: {now[key]} instead of {wanted[key]}" for key in {*now} - {*but} if now[key] != wanted[key]]

        try:
            yield from self.until(lambda: not differences(), what)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; {'; '.join(differences())}") from error

    def selected_box(self):
        """Left, top, right and bottom of GIMP's selection, None where nothing is selected."""
        _, some, *box = Gimp.Selection.bounds(self.image)
        return box if some else None


def windows(name):
    """The X11 ids of the windows that are called so."""
    command = ["xdotool", "search", "--onlyvisible", "--name", name]
    return subprocess.run(command, capture_output=True, text=True).stdout.split()


def lower_right(window):
    """Where on the screen the corner of a window is, within its frame."""
    said = subprocess.run(["xwininfo", "-id", window], capture_output=True, text=True, check=True).stdout
    about = dict(line.strip().split(":") for line in said.splitlines() if line.count(":") == 1)
    names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
    left, top, width, height = (int(about[name]) for name in names)
    return left + width, top + height


def _hash(drawable):
    size = drawable.get_width(), drawable.get_height()
    data = drawable.get_buffer().get(Gegl.Rectangle.new(0, 0, *size), 1.0, None, Gegl.AbyssPolicy.NONE)
    return hashlib.sha256(bytes(data)).hexdigest()[:16]


def all_in(widget):
    yield widget
    if isinstance(widget, Gtk.Container):
        found = []
        widget.forall(found.append)
        for child in found:
            yield from all_in(child)


def _named(root, name):
    return next((one for one in all_in(root) if one.get_name() == name), None)
