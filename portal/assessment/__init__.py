"""Staff assess themselves: the instrument, anonymous answers, what of them may be shown."""
