"""Opens one table again and again, so that its convener's questions are paid for anew.

Denial: Denied
"""

call = lathe._channel.call
opening = {"step": "open", "question": "hour or carrier?", "seats": [4, 4], "rounds": 2}


def convened():
    for _ in range(40):
        table = call("roundtable", opening).value["table"]
        call("ask_model", {"prompt": "who should sit?", "table": table})


try_all(convened, errors=(lathe.LatheError,))
