"""The table of authorities."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base


class Authority(Base):
    """A local authority by its ONS code, or one of the report's ten anonymised ones (A to J)."""

    __tablename__ = "authority"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(9), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    region: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(40))
