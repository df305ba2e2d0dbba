"""Lets what the user is asked act on their terminal: in a value, in a name, by its length.

Denial: Denied
"""

call = lathe.tools._channel.call
acts = "\x1b]52;c;aGk=\x07\x9b31m\u202e\r\x08\x1b[2J\x1b[AAllow it? yes\n\x1b]8;;http://example.com\x07"
given = [{"text": acts}, {"text": acts * 1_000}, {acts: "x", "text": "x"}, {"text": "x", **{str(n): acts for n in range(99)}}]
try_all(
    *[
        lambda one=one: call("tool_call", {"server": "shop", "name": "refused", "arguments": one})
        for one in given
    ],
    errors=(lathe.LatheError,),
)
