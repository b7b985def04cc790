"""Append-only record of who did what to what. It holds no case text and no search query."""
