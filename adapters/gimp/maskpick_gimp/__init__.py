"""maskpick inside GIMP 3: its dialog and its procedures. Standard library and GIMP's own interface only."""
