"""A host without a screen: files in, layered files out."""
