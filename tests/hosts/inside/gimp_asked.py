"""Runs in GIMP, on a screen: procedures run by hand ask first; a person looks, and presses a key."""

import subprocess
import threading

from gimp_calls import INTERACTIVE, WITH_LAST_VALS, call, load, record, state

image = load("/src/docs/photos/coffee.jpg")
image.clean_all()
before = state(image)
wait = threading.Event()


def windows(title):
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True, text=True)
    return found.stdout.split()


def person(title, key, picture=None):
    """Waits for a window, takes a picture of it, and presses a key until the window has noticed."""

    def acts():
        while not windows(title):
            wait.wait(0.2)
        if picture:
            subprocess.run(["import", "-window", "root", f"/out/{picture}.png"], check=True)
        while found := windows(title):
            subprocess.run(["xdotool", "windowactivate", "--sync", found[0], "key", key], capture_output=True)
            wait.wait(0.5)

    thread = threading.Thread(target=acts)
    thread.start()
    return thread


NAMES = {
    "find": "Find Objects to File",
    "select": "Select Objects",
    "to-layers": "Objects to Layers",
    "to-layer-masks": "Objects to Layer Masks",
    "to-channels": "Objects to Channels",
    "remove": "Remove Objects",
}
cancelled = {}
for name, title in NAMES.items():
    thread = person(title, "Escape", name)
    cancelled[name] = call(name, image, INTERACTIVE).status
    thread.join()
record("escape cancels", {"got": cancelled, "wanted": dict.fromkeys(NAMES, "cancelled")})
record("and changes nothing", {"got": state(image), "wanted": before})

thread = person("Objects to Channels", "Return")
(count, names) = call("to-channels", image, INTERACTIVE).values
thread.join()
record("return goes on", {"got": count, "wanted": len(image.get_channels())})
for channel in image.get_channels():
    image.remove_channel(channel)
record("repeated without questions", {"got": call("to-channels", image, WITH_LAST_VALS).values[0], "wanted": count})
image.delete()
record("done", True)
