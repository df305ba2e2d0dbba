"""What every peer can do."""

from typing import Any, Protocol


class Peer(Protocol):
    """A way to hand data to processes that have been started before."""

    def prepare(self, children: int, kind: str) -> None:
        """Have so many children ready, warmed up for that kind of data; not measured."""
        ...

    def hand_over(self, data: Any, children: int) -> list[float]:
        """Hand the data to each of the children and return the sums they found."""
        ...

    def stop(self) -> None:
        """End everything that was started."""
        ...
