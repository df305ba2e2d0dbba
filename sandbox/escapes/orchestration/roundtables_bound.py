"""Asks more for one table than was set aside for its convener's questions.

Denial: Denied
"""

call = lathe._channel.call
opening = {"step": "open", "question": "hour or carrier?", "seats": [4, 4], "rounds": 2}


def convened():
    table = call("roundtable", opening).value["table"]
    for _ in range(40):
        call("ask_model", {"prompt": "who should sit?", "table": table})


try_all(convened, errors=(lathe.LatheError,))
