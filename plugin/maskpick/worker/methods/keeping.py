"""What is not about one picture's masks: engines, settings, the token, what would be sent, the doctor."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

from maskpick.errors import SettingsError
from maskpick.settings import Given, Settings, checked, config_path, fields, option_kinds
from maskpick.settings_file import write_setting
from maskpick.values import meant
from maskpick.worker.kit import Kit, plain
from maskpick.worker.session import Call


def engines(call: Call) -> dict[str, Any]:
    """The engines with their options; see `Kit.engines`."""
    call.params.done()
    return call.kit.engines()


def plan(call: Call) -> dict[str, Any]:
    """What an engine would send, and where to, in lines to read; nothing is sent."""
    from maskpick.worker.methods.finding import visible
    from maskpick.worker.pixels import read_placed

    params, settings = call.params, call.kit.settings
    plugins, removes = call.kit.plugins(settings), params.text("work", "find") == "remove"
    name = params.text("engine", settings.remover if removes else settings.engine)
    engine: Any = plugins.remover(name) if removes else plugins.segmenter(name)
    options = settings.engine_options(engine, params.table("options"))
    placed = visible(read_placed(params, call.room.path))
    params.done()
    if engine.offline:
        return {"sends": False, "lines": ["Nothing leaves this computer."]}
    planned = getattr(engine(options), "plan", None)
    if planned is None:
        return {"sends": True, "lines": [f"{engine.title} does not say what it sends."]}
    return {"sends": True, "lines": list(planned(placed.picture, call.progress).lines)}


def settings_get(call: Call) -> dict[str, Any]:
    """Every setting with its value, who set it, and what it is; there is no secret among them."""
    call.params.done()
    settings = call.kit.settings
    told = {
        key: {"value": plain(getattr(settings, key)), "from": settings.source(key), "help": field.metadata["help"]}
        for key, field in fields().items()
    }
    for key, given in settings.given.items():
        if key not in told:
            told[key] = {"value": plain(given.value), "from": given.source, "help": ""}
    return {"file": str(config_path()), "settings": told}


def settings_set(call: Call) -> dict[str, Any]:
    """Write one setting to the settings file; null takes it out."""
    key, value = call.params.text("key"), call.params.raw("value")
    call.params.done()
    if value is not None:
        value = _meaning(key, value, call.kit)
    write_setting(config_path(), key, value)
    return {"key": key, "value": plain(value)}


def token_set(call: Call) -> dict[str, Any]:
    """Keep the service's token, or with null forget it."""
    from maskpick.tokens import Token, forget_token, store_token

    secret = call.params.text("token", "")
    call.params.done()
    if not secret:
        forget_token()
        return {"place": None}
    return {"place": store_token(Token(secret))}


def token_state(call: Call) -> dict[str, Any]:
    """Where the token is kept; never the token."""
    from maskpick.tokens import find_token

    call.params.done()
    found = find_token()
    return {"place": found.place if found else None}


def doctor(call: Call) -> dict[str, Any]:
    """Look whether everything is in order."""
    from maskpick.doctor import examine

    call.params.done()
    settings: Settings | SettingsError
    try:
        settings = call.kit.settings
    except SettingsError as error:
        settings = error
    findings = []
    for finding in examine(settings):
        call.progress.report(finding.subject)
        findings.append(dataclasses.asdict(finding))
    return {"findings": findings}


def _meaning(key: str, value: object, kit: Kit) -> object:
    """The value in the setting's own type. Raises `SettingsError`."""
    given = Given(value, "the editor", isinstance(value, str))
    if not key.startswith("engines."):
        return checked(key, given)
    settings = Settings()
    with contextlib.suppress(SettingsError):  # what is wrong in the file may be what is being mended
        settings = kit.settings
    plugins = kit.plugins(settings)
    shelves: dict[str, Any] = {**plugins.segmenters, **plugins.removers}
    name, _, option = key.removeprefix("engines.").rpartition(".")
    if name not in shelves:
        raise SettingsError(f"There is no engine called {name!r}.", f"{meant(name, shelves)}See the list of engines.")
    known = option_kinds(shelves[name])
    if option not in known:
        raise SettingsError(f"The engine {name!r} has no option {option!r}.", f"Its options are {', '.join(known)}.")
    return getattr(settings.engine_options(shelves[name], {option: value}), option)
