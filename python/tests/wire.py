"""Frames over a real socket: the stand-in for `_lathe_channel`, and lathe's end in tests."""

import array
import os
import socket
import struct
from collections.abc import Sequence

_HEADER = struct.Struct("<IBBHQ")


def send(
    channel: socket.socket, kind: int, call: int, payload: bytes, descriptors: Sequence[int]
) -> None:
    header = _HEADER.pack(len(payload), kind, len(descriptors), 0, call)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
    sent = channel.sendmsg([header], rights if descriptors else [])
    channel.sendall(header[sent:] + payload)


def receive(channel: socket.socket) -> tuple[int, int, bytes, list[int]]:
    numbers = array.array("i")
    header = b""
    while len(header) < _HEADER.size:
        data, ancillary, _, _ = channel.recvmsg(
            _HEADER.size - len(header), socket.CMSG_SPACE(253 * numbers.itemsize)
        )
        if not data:
            raise EOFError("the other end has gone")
        header += data
        for _, _, content in ancillary:
            numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
    length, kind, count, zero, call = _HEADER.unpack(header)
    assert zero == 0
    assert count == len(numbers)
    payload = bytearray()
    while len(payload) < length:
        data = channel.recv(min(length - len(payload), 1 << 20))
        if not data:
            raise EOFError("the other end has gone")
        payload += data
    for number in numbers:
        os.set_inheritable(number, False)
    return kind, call, bytes(payload), list(numbers)
