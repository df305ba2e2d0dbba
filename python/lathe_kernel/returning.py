"""The part of the `lathe` object by which code goes back, or tries several ways."""

from collections.abc import Mapping, Sequence

from lathe_kernel import branches
from lathe_kernel.branches import Branches, Keep
from lathe_kernel.channel import Channel, close


class Returning:
    """Checkpoints of the kernel, and alternatives in copies of it."""

    _channel: Channel

    def checkpoint(self, name: str | None = None) -> int:
        """Keep all variables as they are now; return the number for `rollback`.

        Example: `lathe.checkpoint("before the join")`; it takes milliseconds, whatever they hold.
        Files are not part of it.
        """
        reply = self._channel.call("checkpoint", {"name": name})
        close(reply.descriptors)
        number = int(reply.value["checkpoint"])
        dropped = "".join(f"; {one} was let go for it" for one in reply.value["dropped"])
        print(f"[checkpoint {number}{dropped}]")
        return number

    def rollback(self, to: int | str | None = None) -> None:
        """Go back to a checkpoint when this cell has ended; the rest of the cell still runs.

        Example: `lathe.rollback("before the join")`; without `to` the last one that was made with
        `checkpoint`, else before the previous cell. Files and answers are not undone.
        """
        reply = self._channel.call("rollback", {"to": to})
        close(reply.descriptors)
        print(f"[back to checkpoint {reply.value['title']} when this cell has ended]")

    def branch(self, codes: Sequence[str] | Mapping[str, str], keep: Keep = "lowest") -> Branches:
        """Run alternatives side by side, each from the state as it is now, and keep one.

        Example: `lathe.branch({"a": fit_a, "b": fit_b}, keep="lowest")`; `keep` is "lowest" or
        "highest" value of the last expression, a label, a function of the branches, or None.
        """
        return branches.run(self._channel, codes, keep)
