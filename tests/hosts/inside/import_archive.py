"""A scenario: Krita's own importer of Python plug-ins takes /out/maskpick.zip; its question is answered with yes."""

from krita import Krita
from plugin_importer.plugin_importer_extension import PluginImporterExtension


def steps(drive):
    importer = PluginImporterExtension(Krita.instance())
    importer.confirm_activate = lambda plugins: drive.record("imported", [one["name"] for one in plugins]) or True
    importer.display_errors = lambda error: drive.record("refused", str(error))
    importer.do_import("/out/maskpick.zip")
    yield from drive.until(lambda: Krita.instance().dockers(), "the dockers are there")
