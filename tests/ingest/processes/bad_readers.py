"""Readers that misbehave as the file tells them to, for the processes under test to read with."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

from pincite.ingest.readers import Reader, Reading
from pincite.ingest.readers.plain.text import TEXT


def read(data: bytes, name: str) -> tuple[Reader, Reading]:
    """Do what the file's first word says, and read it as text if that leaves one alive."""
    order, _, rest = data.decode().partition(" ")
    match order:
        case "hang":
            time.sleep(600)
        case "swell":
            bytearray(3 * 1024**3)
        case "burst":  # as a library of C does that gets no more memory
            _ = b"x" * (3 * 1024**3 // 2)
            os.abort()
        case "crash":
            ctypes.string_at(0)
        case "fail":
            raise KeyError("colour")
        case "chatter":
            print("noise between the results", flush=True)  # noqa: T201
            os.write(2, b"and here")
        case "once":  # ends the first process that reads it, and not the second
            mark = Path(rest.strip())
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case "killed":  # ends every process that reads it
            os.kill(os.getpid(), signal.SIGKILL)
        case "modules":
            data = " ".join(sorted(sys.modules)).encode()
    return TEXT, TEXT.read(data, name)
