"""A text as readers would see it, by the same renderer that publication uses; nothing is kept."""

from sqlalchemy.orm import Session

from portal.library import content, service
from portal.library.models import Document, State
from portal.library.rendering import Renderer
from portal.library.vocabularies import Vocabularies


def of(session: Session, item: content.Item, vocabularies: Vocabularies) -> Document:
    """Return an item as a rendered document that is not in the database."""
    document = Document(reference=item.id, state=State.PUBLISHED, withdrawn_reason=None)
    with session.no_autoflush:
        service.fill(document, item, "", {})
        Renderer(service.glossary_of(session), vocabularies).render(document)
    return document
