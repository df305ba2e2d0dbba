"""How a server is reached, as lathe says it: all variables are in place already."""

from dataclasses import dataclass
from typing import Any, cast

from lathe_tools.faults import Fault


@dataclass(frozen=True)
class Command:
    """A program that speaks MCP on its standard input and output."""

    command: str
    args: tuple[str, ...]
    environment: dict[str, str]
    """All of it: nothing else of an environment reaches the program."""
    folder: str | None


@dataclass(frozen=True)
class Address:
    """A server that speaks MCP over streamable HTTP."""

    url: str
    headers: dict[str, str]
    login: str | None = None
    """Absolute path of the file that keeps its login, which need not be there."""


@dataclass(frozen=True)
class Definition:
    """One server."""

    name: str
    way: Command | Address
    log: str | None
    """Absolute path of the file for what the server writes to standard error."""

    @staticmethod
    def of(params: dict[str, Any]) -> "Definition":
        """Read what lathe sent.

        Raises:
            Fault: it has another form.
        """
        try:
            name, given = str(params["server"]), cast("dict[str, Any]", params["definition"])
            args = cast("list[Any]", given.get("args") or [])
            env, headers = _texts(given.get("env")), _texts(given.get("headers"))
            log = params.get("log")
            if "url" in given:
                login = params.get("login")
                way: Command | Address = Address(
                    str(given["url"]), headers, str(login) if login else None
                )
            else:
                way = Command(
                    str(given["command"]),
                    tuple(str(each) for each in args),
                    env,
                    given.get("cwd"),
                )
            return Definition(name, way, str(log) if log else None)
        except (KeyError, TypeError, AttributeError) as error:
            raise Fault("bad_request", f"a definition of another form: {error!r}") from None


def _texts(given: object) -> dict[str, str]:
    members = cast("dict[str, Any]", given or {})
    return {str(key): str(value) for key, value in members.items()}
