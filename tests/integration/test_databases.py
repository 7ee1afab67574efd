"""The database fixtures give a real, empty database of the kind they name."""

import sqlalchemy as sa


def test_the_url_opens_an_empty_database(database_url: str, request) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == []
        connection.execute(sa.text("CREATE TABLE mark (n INTEGER)"))
    assert engine.dialect.name in request.node.callspec.id
    engine.dispose()


def test_a_database_is_not_shared_between_tests(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == []
        connection.execute(sa.text("CREATE TABLE mark (n INTEGER)"))
    engine.dispose()
