"""Finds objects on every example photo through the bridge, as an editor does: how many, to /out/found.json."""

import json
from pathlib import Path

from maskpick_bridge import Connection, MaskFile

connection = Connection("a test")
found = {}
for photo in sorted(Path("/src/docs/photos").glob("*.jpg")):
    result = connection.wait(connection.request("find", pixels={"path": str(photo)}, engine="local"), 300)
    masks = MaskFile.open(result["masks"])
    found[photo.name] = len(masks.masks)
    masks.close()
connection.close()
assert connection.join(60), "the worker did not end"
Path("/out/found.json").write_text(json.dumps(found), "utf-8")
