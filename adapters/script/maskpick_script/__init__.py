"""A host without a screen: files in, layered files out.

from maskpick_script import ScriptHost

photo = ScriptHost().open("photo.jpg")
photo.find()
photo.pick(points=[(320, 240)])
photo.remove_selected()
photo.save("photo.ora")     # every object on its layer, and above them the patch that hides the picked one
photo.save("photo.png")     # what is seen
"""

from __future__ import annotations

from maskpick_script.host import ScriptHost

__all__ = ["ScriptHost"]
