"""Signed heads in a table of another database, best one that this bank's people cannot write otherwise."""

from sqlalchemy import BigInteger, Column, Engine, MetaData, Table, Text, and_, create_engine, insert, make_url, select
from sqlalchemy.exc import IntegrityError as AlreadyThere, SQLAlchemyError
from sqlalchemy.pool import NullPool

from tokenpay.adapters.head_sink.same import check_same
from tokenpay.audit.signed_head import HeadStep
from tokenpay.errors import InvalidInput, SinkUnavailable

TIMEOUT_S = 3
_metadata = MetaData()
kept_heads = Table(
    "kept_heads",
    _metadata,
    Column("bank", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
)


class DatabaseSink:
    """Inserts a row a head, and never changes one: its login needs INSERT and SELECT on `kept_heads` alone."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        place = self._engine.url
        self.name = f"database {place.host or ''}/{place.database or ''}"
        self._made = False

    def keep(self, step: HeadStep) -> None:
        """Insert a head; raises SinkUnavailable, IntegrityError where another is kept."""
        head, text = step.signed.head, step.text()
        row = {"bank": head.bank, "stream": head.stream, "size": head.size, "content": text}
        same = and_(*(kept_heads.c[name] == row[name] for name in ("bank", "stream", "size")))
        try:
            if not self._made:
                _metadata.create_all(self._engine)
                self._made = True
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(kept_heads), row)
            except AlreadyThere:
                with self._engine.connect() as connection:
                    kept = connection.execute(select(kept_heads.c.content).where(same)).scalar_one()
                check_same(kept, text)
        except (SQLAlchemyError, ModuleNotFoundError):
            raise SinkUnavailable("the database for heads does not take them") from None


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        waits = {"timeout": TIMEOUT_S} if sqlite else {"connect_timeout": TIMEOUT_S}
        return create_engine(parsed, poolclass=NullPool, connect_args=waits, hide_parameters=True)
    except (SQLAlchemyError, ValueError, ModuleNotFoundError):
        raise InvalidInput("the database for heads is named by a sqlite:/// or postgresql:// URL") from None
