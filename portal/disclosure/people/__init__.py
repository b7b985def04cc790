"""Names of people in a text."""

from portal.disclosure.people.finding import People

__all__ = ["People"]
