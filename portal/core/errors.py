"""Errors in the words of the domain. A view puts one on a field; `ui.errors` makes a page of it."""


class DomainError(Exception):
    """A rule of the portal was not met; the message is fit to be shown."""


class NotFound(DomainError):
    """There is no such thing, or this person may not know that there is."""


class Gone(DomainError):
    """The thing was published once and has been taken away for a stated reason."""

    def __init__(
        self, reason: str = "", *, how: str = "withdrawn", successor: tuple[str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.how = how
        """`withdrawn`, `superseded` or `removed`."""
        self.successor = successor
        """Reference and title of what stands in its place, if the person may read that."""


class NotAllowed(DomainError):
    """The person may not do this to this thing, although they may open the page."""


class Conflict(DomainError):
    """Somebody or something else holds the place already."""


class InvalidTransition(Conflict):
    """The thing is not in a state from which this can be done, perhaps no longer."""


class TooManyAttempts(DomainError):
    """Sign-in was tried too often; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many attempts")
        self.retry_after = retry_after
