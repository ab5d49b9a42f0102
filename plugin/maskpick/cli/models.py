"""The commands that look after fetched models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from maskpick.cli import show
from maskpick.cli.app import Group, common
from maskpick.cli.work import Work, pass_work, say

if TYPE_CHECKING:
    from maskpick.models.catalogue import Model
    from maskpick.models.store import Store


@click.group("models", cls=Group, invoke_without_command=True)
@common
@click.pass_context
def models_command(context: click.Context) -> None:
    """Show which trained models there are for finding and removing objects, and which are here. `models get` fetches
    one; it is then an engine like the others."""
    if context.invoked_subcommand is None:
        context.invoke(models_list)


@models_command.command("list")
@common
@pass_work
def models_list(work: Work) -> None:
    """List the models: what each does, its size and licence, whether it is here."""
    from maskpick.models.catalogue import CATALOGUE

    store = _store(work)
    if work.flags.as_json:
        show.print_json([_as_json(model, store) for model in CATALOGUE.values()])
        return
    show.print_table(
        ("name", "model", "what it does", "size", "licence", "state"),
        [
            (model.name, model.title, model.purpose, _size(model), model.licence, store.state(model))
            for model in CATALOGUE.values()
        ],
    )
    _say_what_else_is_needed()


@models_command.command("get")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@common
@pass_work
def models_get(work: Work, names: tuple[str, ...]) -> None:
    """Fetch models. A download that was cut off is gone on with; every file is checked before it is kept."""
    from maskpick.models.catalogue import model_called

    models = [model_called(name) for name in dict.fromkeys(names)]
    store = _store(work)
    told = []
    for model in models:
        if not work.flags.as_json:
            say(f"{model.title}, {_size(model)}, licence {model.licence}: {model.page}")
        with work.bar(model.title):
            fetched = store.get(model, work.progress)
        told.append({**_as_json(model, store), "fetched": fetched})
        if not work.flags.as_json:
            option = "--engine" if model.purpose == "finds objects" else "--remover"
            click.echo(f"{model.title} is {'here now' if fetched else 'here already'}. Use it: {option} {model.name}")
    if work.flags.as_json:
        show.print_json(told)
    _say_what_else_is_needed()


@models_command.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@common
@pass_work
def models_remove(work: Work, names: tuple[str, ...]) -> None:
    """Delete fetched models, and nothing else: files that are not known stay."""
    from maskpick.models.catalogue import model_called

    models = [model_called(name) for name in dict.fromkeys(names)]
    store = _store(work)
    told = []
    for model in models:
        deleted, left = store.remove(model, work.progress)
        told.append({"name": model.name, "deleted": list(map(str, deleted)), "left": list(map(str, left))})
        for path in left:
            say(f"{path} is not the file that was fetched, and stays.")
        if not work.flags.as_json:
            click.echo(f"{model.title}: {show.amount(len(deleted), 'file')} deleted.")
    if work.flags.as_json:
        show.print_json(told)


@models_command.command("path")
@click.argument("name", required=False)
@common
@pass_work
def models_path(work: Work, name: str | None) -> None:
    """Print the folder the models lie in; with NAME the files of that one, here or not."""
    from maskpick.models.catalogue import model_called

    store = _store(work)
    if name is None:
        paths = [str(store.folder)]
    else:
        model = model_called(name)
        paths = [str(store.path(model, file)) for file in model.files]
    if work.flags.as_json:
        show.print_json(paths[0] if name is None else paths)
    else:
        click.echo("\n".join(paths))


def _store(work: Work) -> Store:
    from maskpick.models.store import Store

    return Store.of(work.settings)


def _size(model: Model) -> str:
    return "size not known" if model.bytes is None else show.megabytes(model.bytes)


def _as_json(model: Model, store: Store) -> dict[str, Any]:
    return {
        "name": model.name,
        "title": model.title,
        "purpose": model.purpose,
        "licence": model.licence,
        "page": model.page,
        "bytes": model.bytes,
        "state": store.state(model),
        "files": {file.role: str(store.path(model, file)) for file in model.files},
    }


def _say_what_else_is_needed() -> None:
    from maskpick.engines.onnx import how_to_install

    missing = how_to_install()
    if missing:
        say(f"To use them, onnxruntime is needed besides. {missing}")
