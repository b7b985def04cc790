"""Pictures: what they tell beside what they show, and a copy made of their pixels alone."""

import io
import re
from typing import Any
from xml.etree.ElementTree import Element

from PIL import ExifTags, Image, ImageOps, IptcImagePlugin
from PIL.ImageFile import ImageFile

from portal.disclosure.files.gathering import Gathering
from portal.disclosure.files.packages import parse
from portal.disclosure.files.picture_parts import beside_pixels
from portal.disclosure.files.reading import Kind, Picture, Where
from portal.disclosure.files.refusals import DAMAGED, TOO_COMPLEX, Refused

Crop = tuple[float, float, float, float]
"""Shares of width or height that are cut off: left, top, right, bottom."""

_KINDS = {"JPEG": Kind.JPEG, "PNG": Kind.PNG, "WEBP": Kind.WEBP, "GIF": Kind.GIF}
_OPENED = (*_KINDS, "BMP", "TIFF")
_ENCODED = re.compile(rb"^(ASCII\0\0\0|UNICODE\0|JIS\0{5}|\0{8})")
_TEXT_INFO = ("comment", "Description", "Comment", "XML:com.adobe.xmp", "parameters")
_XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_DULL_XMP = re.compile(r"^[\d\W]*$|^(?:xmp|uuid)[.:]|^W5M0Mp|^adobe:", re.IGNORECASE)


def opened(data: bytes, gathering: Gathering) -> ImageFile:
    """Open a picture without its pixels; raise Refused where it is damaged or too large."""
    try:
        image = Image.open(io.BytesIO(data), formats=_OPENED)
    except Image.DecompressionBombError as error:
        raise Refused(TOO_COMPLEX) from error
    except Exception as error:
        raise Refused(DAMAGED) from error
    if image.width * image.height > gathering.limits.pixels:
        raise Refused(TOO_COMPLEX)
    return image


def traces(image: ImageFile, data: bytes, gathering: Gathering, place: str = "") -> None:
    """Keep what the picture says beside its pixels: EXIF, GPS, IPTC, XMP, comments, texts."""
    for name, text in [*_exif(image), *_iptc(image), *_info(image)]:
        gathering.add(text, Where.PICTURE_TRACE, f"{place}: {name}" if place else name)
    for packet in _XMP.findall(data):
        xmp(packet, gathering, Where.PICTURE_TRACE, f"{place}: XMP" if place else "XMP")
    told = {
        line
        for piece in gathering.pieces
        if piece.where is Where.PICTURE_TRACE
        for line in piece.text.splitlines()
    }
    for part in beside_pixels(data):
        gathering.strings(part, Where.PICTURE_TRACE, place, known=told)


def _exif(image: Image.Image) -> list[tuple[str, str]]:
    """Return (name, text) of EXIF; what cannot be read is no longer there in the copy either."""
    try:
        exif = image.getexif()
        parts: list[tuple[dict[int, str], dict[int, Any]]] = [
            (ExifTags.TAGS, dict(exif)),
            (ExifTags.TAGS, exif.get_ifd(ExifTags.IFD.Exif)),
            (ExifTags.GPSTAGS, exif.get_ifd(ExifTags.IFD.GPSInfo)),
        ]
        small = exif.get_ifd(ExifTags.IFD.IFD1)
    except Exception:
        return [("EXIF", "information that cannot be read")]
    found = [
        (names.get(tag, "EXIF"), text)
        for names, part in parts
        for tag, value in part.items()
        if len(text := _words(value)) > 1
    ]
    if latitude := _degrees(parts[2][1]):
        found.append(("GPS position", latitude))
    if small:
        found.append(("thumbnail", "a small copy of the picture as it was taken"))
    return found


def _degrees(gps: dict[int, Any]) -> str:
    """Return a GPS position in degrees, or nothing."""
    try:
        values = [
            (float(d) + float(m) / 60 + float(s) / 3600, str(side))
            for (d, m, s), side in ((gps[2], gps[1]), (gps[4], gps[3]))
        ]
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return "a place on the map" if 2 in gps or 4 in gps else ""
    return ", ".join(f"{degrees:.5f} {side}" for degrees, side in values)


def _words(value: Any) -> str:
    """Return a value of EXIF as words; numbers alone say nothing about anybody."""
    if isinstance(value, bytes):
        if match := _ENCODED.match(value):
            wide = match[1].startswith(b"UNICODE")
            order = "utf-16-le" if value[9:10] == b"\0" else "utf-16-be"  # cameras differ
            return _clean(value[8:].decode(order if wide else "utf-8", "ignore"))
        if value[1:2] == b"\0" and value[3:4] == b"\0":  # the names that Windows writes
            return _clean(value.decode("utf-16-le", "ignore"))
        runs = re.findall(rb"[\x20-\x7e]{5,}", value)
        return "\n".join(run.decode("ascii") for run in runs)
    return _clean(value) if isinstance(value, str) else ""


def _clean(text: str) -> str:
    return text.replace("\0", " ").strip()


def _iptc(image: ImageFile) -> list[tuple[str, str]]:
    try:
        records = IptcImagePlugin.getiptcinfo(image) or {}
    except Exception:
        return [("IPTC", "information that cannot be read")]
    found = []
    for key, value in records.items():
        if key != (1, 90):  # how the others are written
            for one in value if isinstance(value, list) else [value]:
                found.append((f"IPTC {key[0]}:{key[1]}", one.decode("utf-8", "replace")))
    return found


def _info(image: Image.Image) -> list[tuple[str, str]]:
    """Return comments and texts; those of PNG also stand after the pixels, so these are read."""
    try:
        image.load()
    except Exception as error:
        raise Refused(DAMAGED) from error
    info = {**image.info, **getattr(image, "text", {})}
    found = []
    for key, value in info.items():
        if isinstance(value, bytes) and key in _TEXT_INFO:
            value = value.decode("utf-8", "replace")
        if isinstance(value, str) and "<x:xmpmeta" not in value:
            found.append((f"{key}", f"{value}"))
    return found


def xmp(packet: bytes, gathering: Gathering, where: Where, place: str) -> None:
    """Keep the texts of an XMP packet, those of its attributes too."""
    try:
        root = parse(packet)
    except Refused:
        gathering.strings(packet, where, place)
        return
    for element in root.iter():
        for name, text in [(element.tag, element.text or ""), *_attributes(element)]:
            if not _DULL_XMP.match(text.strip()) and not text.startswith("http://ns."):
                gathering.add(text, where, f"{place} {name}")


def _attributes(element: Element) -> list[tuple[str, str]]:
    return [(key, text) for key, text in element.attrib.items() if key not in ("about", "lang")]


def remade(image: Image.Image, gathering: Gathering, alt: str, crop: Crop | None = None) -> int:
    """Make a picture anew from its pixels; return its number in the rendering.

    What is cut off in the document is cut off the pixels. Raises Refused where there are too
    many, or the pixels are damaged.
    """
    if len(gathering.pictures) >= gathering.limits.pictures:
        raise Refused(TOO_COMPLEX)
    try:
        upright = ImageOps.exif_transpose(image)
        lossy = image.format == "JPEG"
        plain = upright.convert("RGB" if lossy else "RGBA")
        if crop:
            plain = _cropped(plain, crop)
        if not lossy and plain.getchannel("A").getextrema() == (255, 255):
            plain = plain.convert("RGB")
        clean = Image.frombytes(plain.mode, plain.size, plain.tobytes())
        out = io.BytesIO()
        clean.save(out, "JPEG" if lossy else "PNG", **({"quality": 90} if lossy else {}))
    except Exception as error:
        raise Refused(DAMAGED) from error
    kept = sum(len(picture.data) for picture in gathering.pictures)
    if kept + out.tell() > gathering.limits.picture_bytes:
        raise Refused(TOO_COMPLEX)
    number = len(gathering.pictures) + 1
    media_type = "image/jpeg" if lossy else "image/png"
    gathering.pictures.append(
        Picture(number, out.getvalue(), media_type, clean.width, clean.height, alt)
    )
    gathering.warn("What a picture shows, and words in it, cannot be checked: look at each one.")
    return number


def _cropped(image: Image.Image, crop: Crop) -> Image.Image:
    left, top, right, bottom = (min(max(share, 0.0), 0.99) for share in crop)
    box = (
        int(image.width * left),
        int(image.height * top),
        max(int(image.width * left) + 1, round(image.width * (1 - right))),
        max(int(image.height * top) + 1, round(image.height * (1 - bottom))),
    )
    return image.crop(box)


def read_picture(data: bytes, gathering: Gathering) -> None:
    """Take in a file that is a picture."""
    image = opened(data, gathering)
    if getattr(image, "n_frames", 1) > 1:
        gathering.warn("Only the first frame of a moving picture is kept.")
    traces(image, data, gathering)
    gathering.rendering.picture(remade(image, gathering, ""), "")


def in_document(
    data: bytes, gathering: Gathering, *, name: str, alt: str, crop: Crop | None, shown: bool
) -> int | None:
    """Take in a picture of a document; return its number where it is rendered.

    One that cannot be read is left out of the rendering, and a warning says so.
    """
    try:
        image = opened(data, gathering)
        traces(image, data, gathering, name)
        return remade(image, gathering, alt, crop) if shown else None
    except Refused as refused:
        if refused.reason != DAMAGED:
            raise
    gathering.strings(data, Where.PICTURE_TRACE, name)
    gathering.warn(f"The picture {name} could not be read and is left out.")
    return None
