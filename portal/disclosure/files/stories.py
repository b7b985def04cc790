"""A story: paragraphs of one place in a document, where some words may be hidden from readers."""

from dataclasses import dataclass, field

from portal.disclosure.files.gathering import LEFT_OUT, Gathering
from portal.disclosure.files.reading import Where
from portal.disclosure.files.rendering import Inline


@dataclass(frozen=True)
class Look:
    """How text looks where that is said: colours as "rrggbb", size in points."""

    hidden: bool | None = None
    colour: str | None = None
    fill: str | None = None
    """What lies behind the text; "" where it cannot be told."""
    size: float | None = None

    def over(self, base: "Look") -> "Look":
        """Return this look, with what it does not say taken from `base`."""
        return Look(
            base.hidden if self.hidden is None else self.hidden,
            base.colour if self.colour is None else self.colour,
            base.fill if self.fill is None else self.fill,
            base.size if self.size is None else self.size,
        )

    def hides(self) -> Where | None:
        """Return how the text is hidden from a reader, or nothing."""
        if self.hidden:
            return Where.HIDDEN
        if self.size is not None and self.size <= SMALLEST:
            return Where.TINY
        fill = "ffffff" if self.fill is None else self.fill
        if self.colour and fill and near(rgb(self.colour), rgb(fill)):
            return Where.SAME_COLOUR
        if self.colour and not fill:
            return Where.UNSURE
        return None


SMALLEST = 2.0
"""Points; nobody reads letters of that size."""
_NEAR = 24
"""Of 255, in each of red, green and blue: closer colours are not told apart."""

RGB = tuple[float, float, float]


def rgb(colour: str) -> RGB | None:
    """Return "rrggbb" as red, green and blue of 0 to 255, or nothing where it is no colour."""
    colour = colour.lstrip("#")
    try:
        red, green, blue = bytes.fromhex(colour)
    except ValueError:
        return None
    return (red, green, blue)


def near(one: RGB | None, other: RGB | None) -> bool:
    """Tell whether two colours look the same."""
    if one is None or other is None:
        return False
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


@dataclass
class Story:
    """Paragraphs that belong together; `shown` ones are rendered too."""

    gathering: Gathering
    where: Where
    place: str = ""
    seen: bool = True
    shown: bool = False
    paragraphs: list[str] = field(default_factory=list)
    inline: Inline = field(default_factory=Inline)
    _text: list[str] = field(default_factory=list)
    _hidden: list[tuple[Where, str]] = field(default_factory=list)
    _before: Where | None = None

    def text(self, text: str, hidden: Where | None = None, link: str = "") -> None:
        """Add words to the paragraph; `hidden` says how a reader is kept from seeing them."""
        before, self._before = self._before, hidden
        if hidden is Where.UNSURE and text.strip():
            self.gathering.warn(LEFT_OUT)
        if hidden is None:
            self._text.append(text)
            self.inline.text(text, link)
        elif before is hidden and self._hidden:
            self._hidden[-1] = (hidden, self._hidden[-1][1] + text)
        else:
            self._hidden.append((hidden, text))

    def end(self, heading: int = 0, item: tuple[int, bool] | None = None) -> None:
        """End the paragraph: a heading of a level, a list item (depth, numbered), or neither."""
        text = "".join(self._text).strip()
        number = len(self.paragraphs) + 1
        for where, words in self._hidden:
            self.gathering.add(words, where, self._paragraph(number))
        if text:
            self.paragraphs.append(text)
        if self.shown and self.seen:
            if self.where in (Where.FOOTNOTE, Where.ENDNOTE):
                self.gathering.rendering.note(self.inline)
            elif heading:
                self.gathering.rendering.heading(heading, self.inline)
            elif item:
                self.gathering.rendering.item(*item, self.inline)
            else:
                self.gathering.rendering.paragraph(self.inline)
        self._text, self._hidden, self.inline = [], [], Inline()

    def finish(self) -> None:
        """Keep the story's text as one piece."""
        if self._text or self._hidden:
            self.end()
        self.gathering.add("\n".join(self.paragraphs), self.where, self.place, seen=self.seen)

    def _paragraph(self, number: int) -> str:
        place = f"{self.where} {self.place}".strip() if self.where is not Where.BODY else ""
        return f"paragraph {number}" + (f" of {place}" if place else "")
