"""Authorities that are unsure meet experienced ones that handle cases in a similar way."""
