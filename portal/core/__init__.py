"""What every room stands on: settings, database, permissions, clock, errors, Markdown, headers."""
