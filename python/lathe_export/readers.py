"""How a notebook reads the inputs of a session that take more than one call of pandas."""

# pyright: basic

import sqlite3
from pathlib import Path
from typing import Any


class Database:
    """A SQLite file, read only."""

    def __init__(self, path: str) -> None:
        """Open it."""
        uri = Path(path).resolve().as_uri()
        self._connection = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True)

    @property
    def tables(self) -> list[str]:
        """Return the names of its tables and views."""
        rows = self._connection.execute(
            "select name from sqlite_master where type in ('table', 'view') order by name"
        )
        return [name for (name,) in rows]

    def query(self, sql: str, parameters: Any = ()) -> Any:
        """Return the rows of a query as a DataFrame."""
        import pandas

        return pandas.read_sql_query(sql, self._connection, params=parameters)

    def read(self, table: str) -> Any:
        """Return a whole table."""
        name = table.replace('"', '""')
        return self.query(f'select * from "{name}"')


def read_json(path: str) -> Any:
    """Return what a JSON file holds; a list of records as a DataFrame."""
    import json

    import pandas

    value = json.loads(Path(path).read_text("utf-8-sig"))
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return pandas.DataFrame(value)
    return value


def read_excel(path: str) -> Any:
    """Return the one sheet of a workbook, or all of them by name."""
    import pandas

    sheets = pandas.read_excel(path, sheet_name=None)
    return next(iter(sheets.values())) if len(sheets) == 1 else sheets
