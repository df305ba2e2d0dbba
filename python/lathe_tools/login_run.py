"""A login from its beginning to its end, and the end of one."""

from typing import Any

from mcp import Client

from lathe_tools.callback import Callback
from lathe_tools.definition import Address, Definition
from lathe_tools.failures import fault_of
from lathe_tools.faults import Fault, shortened
from lathe_tools.http import HTTPNotes, http_transport
from lathe_tools.login import LoginFile, forgotten, new_login, refusal_of
from lathe_tools.wire import Wire


async def log_in(definition: Definition, request: int, wire: Wire) -> dict[str, Any]:
    """Log in at a server's address; the user is told where to go.

    `logged_in` is false where the server wants no login.

    Raises:
        Fault: it is at no address, or the login did not come to an end.
    """
    way = _address(definition)
    name = definition.name
    notes = HTTPNotes(name, way)

    async def shown(address: str) -> None:
        await wire.tell("login", request=request, server=name, address=address)

    # An earlier login holds until this one is whole.
    draft = LoginFile(f"{way.login}.new")
    try:
        async with Callback() as callback:
            login = new_login(way.url, draft, callback, shown)
            async with Client(http_transport(way, notes, login), cache=None):
                pass
        if login.is_done:
            draft.path.replace(str(way.login))
    except Exception as error:
        told = refusal_of(error)
        if told is None:
            raise notes.fault() or fault_of(error, name) from None
        raise Fault(
            "unauthorized",
            f"the login did not come to an end: {shortened(told, 500)}",
            'try again; where the server takes no such logins, give a token in its "headers"',
            name,
        ) from None
    finally:
        draft.forget()
    return {"logged_in": login.is_done}


async def log_out(definition: Definition) -> dict[str, Any]:
    """Forget a login; `was` says whether there was one, `revoked` whether its server knows.

    Raises:
        Fault: the server is at no address.
    """
    way = _address(definition)
    return await forgotten(way.url, LoginFile(str(way.login)))


def _address(definition: Definition) -> Address:
    way = definition.way
    if not isinstance(way, Address) or way.login is None:
        raise Fault("bad_request", "only a server at an address takes a login", "", definition.name)
    return way
