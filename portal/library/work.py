"""What the worker does for the library."""

from portal.core.database import db, reading
from portal.core.jobs import Jobs, Kind, each_day, each_minute
from portal.library import reminders
from portal.library.indexing import sync_index
from portal.library.vocabularies import Vocabularies
from portal.search.port import Engine


def register(jobs: Jobs, engine: Engine, vocabularies: Vocabularies) -> None:
    """Register the work of this room.

    The processes that serve the portal bring the index up to date by themselves when it changes.
    The worker makes up for one that died meanwhile.
    """

    def sync() -> None:
        with reading():
            sync_index(db.session, engine, vocabularies)

    jobs.register(Kind("library.index", "Bring the search index up to date", sync), each_minute)
    reminding = Kind("library.remind", "Remind curators of what must be read again", reminders.run)
    jobs.register(reminding, each_day)
