"""Asks lathe for sources that are not its own, too many of them, and lies about who found what.

Denial: Denied
Roles: subtask
"""

call = lathe._channel.call
other = target["victim_id"]
try_all(
    *[
        lambda ids=ids: call("sources", {"ids": ids})
        for ids in ([other], [2], [other, 10**9], list(range(51)), ["coordinator/victim"], None, "1", [-1])
    ],
    lambda: call("roundtable", {"step": "heard", "table": 1, "cited": [{"subtask": other, "cells": [1]}]}),
    lambda: lathe.synthesise("what was heard?", {"victim": lathe.subtask(f"subtask://{other}")}),
    lambda: call("synthesised", {"claims": []}),
    errors=(lathe.LatheError, TypeError, ValueError),
)
