"""All text of an uploaded file, also what a reader does not see, and a clean rendering of it.

The file itself is parsed in a process of its own, within limits; nothing heavy is loaded here.
"""

from portal.disclosure.files.limits import Limits
from portal.disclosure.files.process import read
from portal.disclosure.files.reading import Kind, Picture, Piece, Reading, Where
from portal.disclosure.files.refusals import Refused

__all__ = ["Kind", "Limits", "Picture", "Piece", "Reading", "Refused", "Where", "read"]
