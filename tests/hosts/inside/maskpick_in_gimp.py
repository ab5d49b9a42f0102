"""Writes down which of maskpick's procedures this GIMP knows, to /out/maskpick_in_gimp.json."""

import json
from pathlib import Path

from gi.repository import Gimp

names = Gimp.get_pdb().query_procedures("maskpick", *[".*"] * 7)
Path("/out/maskpick_in_gimp.json").write_text(json.dumps(sorted(names)), "utf-8")
