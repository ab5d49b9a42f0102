"""What the engine advises, where an editor has a better way: the engine speaks to whoever types its commands."""

from __future__ import annotations

from maskpick_bridge.words import _


def reworded() -> dict[str, str]:
    """Texts of the engine's, and an editor's words for each, in the language in use."""
    return {
        "Store yours with `maskpick config token`, or use the local engine.": _(
            "Give yours in the settings, or use the engine on this computer."
        ),
        "none; store yours with `maskpick config token`": _("none; give yours in the settings"),
        "Check it with `maskpick config token`; a token of another service or account does not work.": _(
            "Check it in the settings; a token of another service or account does not work."
        ),
        "Run `maskpick config token` again.": _("Give it again in the settings."),
        "Try again; `maskpick doctor` may tell more.": _("Try again; the settings can check the installation."),
    }
