"""Notes megabytes: in one note, in one letter, in more notes than there may be.

Denial: Denied
"""

call = lathe._channel.call


def flooded():
    for n in range(250):
        call("note", {"kind": "guess", "text": f"guess {n}"})


try_all(
    lambda: call("note", {"kind": "fact", "text": "x" * 1_001}),
    lambda: call("note", {"kind": "fact", "text": "x" * 3_000_000}),
    lambda: call("note", {"kind": "fact", "text": "x" * 30_000_000}),
    lambda: call("note", {"kind": "fact", "text": "e" + "\u0301" * 1_500_000}),
    lambda: call("note", {"kind": "fact", "text": " \n"}),
    lambda: call("note", {"kind": "order", "text": "x"}),
    lambda: call("note", {"kind": "fact", "text": ["x"]}),
    flooded,
    errors=(lathe.LatheError,),
)
