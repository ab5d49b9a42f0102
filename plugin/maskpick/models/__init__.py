"""Models other people have trained, fetched when the user asks for them: which there are, and where they lie here."""
