"""A SQLite file as an input: read only, table by table or by query."""

import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lathe_kernel.errors import invalid
from lathe_kernel.packages import pandas

_SHOWN_TABLES = 40
_SHOWN_COLUMNS = 60


@dataclass(frozen=True)
class DatabaseTable:
    """One table or view: its columns with their declared types, and its rows where counted."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: int


class Database:
    """A read-only SQLite database.

    Example: `db.tables`, `db.read("orders")`, `db.query("select max(price) from orders")`
    """

    def __init__(self, path: Path) -> None:
        """Open the file without ever writing to it, journals included."""
        # Few kernels read a database.
        import sqlite3

        quoted = urllib.parse.quote(str(path))
        self._connection = sqlite3.connect(f"file:{quoted}?mode=ro&immutable=1", uri=True)
        with path.open("rb") as file:
            # Byte 18 of the header: the version of the format that writers use.
            self.is_write_ahead = file.read(20)[18:19] == b"\x02"
        self.tables = {table.name: table for table in self._tables()}

    def read(self, table: str) -> Any:
        """Return a whole table as a DataFrame. Example: `db.read("orders")`."""
        if table not in self.tables:
            known = ", ".join(list(self.tables)[:_SHOWN_TABLES]) or "none"
            raise invalid(f"there is no table `{table}`; the tables are: {known}")
        return self.query(f"select * from {_quoted(table)}")

    def query(self, sql: str, parameters: tuple[object, ...] = ()) -> Any:
        """Return the rows of a query as a DataFrame.

        Example: `db.query("select * from orders where city = ?", ("Oslo",))`
        """
        return pandas().read_sql_query(sql, self._connection, params=parameters)

    def summary(self) -> str:
        """Return the tables with their columns and row counts, one line each."""
        shown = list(self.tables.values())[:_SHOWN_TABLES]
        lines = [_line(table) for table in shown]
        if (left := len(self.tables) - len(shown)) > 0:
            lines.append(f"… {left} more tables: .tables")
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Show the tables."""
        return f"Database with {len(self.tables)} tables\n{self.summary()}"

    def _tables(self) -> list[DatabaseTable]:
        names = self._connection.execute(
            "select name from sqlite_master where type in ('table', 'view') "
            "and name not like 'sqlite\\_%' escape '\\' order by name"
        ).fetchall()
        return [self._table(str(name)) for (name,) in names]

    def _table(self, name: str) -> DatabaseTable:
        quoted = _quoted(name)
        columns = self._connection.execute(f"pragma table_info({quoted})").fetchall()
        (rows,) = self._connection.execute(f"select count(*) from {quoted}").fetchone()
        return DatabaseTable(name, tuple((str(c[1]), str(c[2])) for c in columns), int(rows))


def _line(table: DatabaseTable) -> str:
    columns = ", ".join(f"{name} {kind}".strip() for name, kind in table.columns[:_SHOWN_COLUMNS])
    if (left := len(table.columns) - _SHOWN_COLUMNS) > 0:
        columns += f", … {left} more"
    return f"{table.name} ({table.rows:,} rows): {columns}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
