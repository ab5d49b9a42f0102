"""Fetching over HTTP, for whoever does: sessions that try again with care, waits that can be cut short."""
