"""What a file holds: its text in pieces, a rendering, and its pictures without their traces."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of file that can be read, in words for readers."""

    DOCX = "Word document (.docx)"
    ODT = "OpenDocument text (.odt)"
    PDF = "PDF document (.pdf)"
    RTF = "rich text (.rtf)"
    MARKDOWN = "Markdown text (.md)"
    TEXT = "plain text (.txt)"
    JPEG = "JPEG picture (.jpg)"
    PNG = "PNG picture (.png)"
    WEBP = "WebP picture (.webp)"
    GIF = "GIF picture (.gif)"


class Where(StrEnum):
    """Where in a file a piece of text stands, in words for readers."""

    BODY = "text"
    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTE = "footnote"
    ENDNOTE = "endnote"
    TEXT_BOX = "text box"
    COMMENT = "comment"
    COMMENT_AUTHOR = "author of a comment"
    DELETED = "deleted text"
    REVISION_AUTHOR = "author of a tracked change"
    HIDDEN = "hidden text"
    SAME_COLOUR = "text in the colour of its background"
    TINY = "text too small to read"
    INVISIBLE = "invisible text"
    COVERED = "text under a shape or picture"
    OFF_PAGE = "text outside the visible page"
    UNSURE = "text that a reader may not have seen"
    LAYER_OFF = "text of a layer that is switched off"
    LAYER = "name of a layer"
    ALT_TEXT = "description of a picture or shape"
    LINK_TARGET = "address of a link"
    BOOKMARK = "bookmark"
    FIELD = "field"
    FORM_FIELD = "form field"
    ANNOTATION = "annotation"
    SIGNATURE = "signature"
    PROPERTIES = "document properties"
    CUSTOM_PROPERTIES = "custom properties"
    SETTINGS = "document settings"
    DATA = "data behind the document"
    EMBEDDED = "file inside the file"
    EARLIER = "earlier version"
    OLDER_COPY = "copy for older programs"
    PICTURE_TRACE = "information in a picture"
    FILE_NAME = "file name"
    OTHER = "elsewhere in the file"


@dataclass(frozen=True)
class Piece:
    """A stretch of text. `seen`: somebody who reads the pages, and no more, would see it."""

    text: str
    where: Where
    place: str = ""
    """Such as "page 3"; empty where there is nothing to say."""
    seen: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture made anew from its pixels alone."""

    number: int
    """As in the rendering, from 1."""
    data: bytes
    media_type: str
    width: int
    height: int
    alt: str = ""


@dataclass(frozen=True)
class Reading:
    """All that was found in a file."""

    kind: Kind
    pieces: tuple[Piece, ...]
    markdown: str
    """What a reader was meant to see, headings at levels 2 and 3, pictures as "[Picture 1: …]"."""
    pictures: tuple[Picture, ...] = ()
    warnings: tuple[str, ...] = ()
    """What could not be checked, in sentences for readers."""
