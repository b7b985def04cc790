"""A text as readers would see it, by the same renderer that publication uses; nothing is kept."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.library import content, service
from portal.library.models import Document, State
from portal.library.rendering import Renderer
from portal.library.vocabularies import Vocabularies


def of(
    session: Session,
    item: content.Item,
    vocabularies: Vocabularies,
    attachments: Sequence[tuple[str, str]],
) -> Document:
    """Return an item as a rendered document that is not in the database.

    `attachments` are titles with the addresses where each can be read before it is published.
    """
    document = Document(reference=item.id, state=State.PUBLISHED, withdrawn_reason=None)
    with session.no_autoflush:
        service.fill(document, item, "", {})
        Renderer(service.glossary_of(session), vocabularies).render_linked(document, attachments)
    return document
