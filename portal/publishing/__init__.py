"""From a first word to a published document: writing, checking, review, life and end."""
