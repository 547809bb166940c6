"""A layer between this process and its disk that counts each step, and can fail or die at any.

Steps are what Python code does (write, fsync, rename, unlink, mkdir, rmdir) and what SQLite does
(write, truncate, unlink: its unix VFS lets its system calls be replaced). Not seen are SQLite's
fsync, which cannot be replaced and changes no byte that a process sees, and its shared memory,
which it makes anew after a crash. A child process that a test has forked installs it, and never
takes it off again.
"""

from __future__ import annotations

import _sqlite3
import builtins
import contextlib
import ctypes
import io
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from errno import ENOSPC
from typing import Any, Protocol

_OS = ("fsync", "rename", "replace", "unlink", "remove", "mkdir", "rmdir")
_Write = ctypes.CFUNCTYPE(
    ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64, use_errno=True
)
_Truncate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int64, use_errno=True)
_Unlink = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, use_errno=True)
_Pointer = ctypes.c_void_p
_Set = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_char_p, _Pointer)
_Get = ctypes.CFUNCTYPE(_Pointer, _Pointer, ctypes.c_char_p)
_kept: list[Any] = []  # what C calls must not be collected


class Plan(Protocol):
    """What is to happen at which step."""

    def before(self, name: str, size: int) -> int | None:
        """Before a step; how many bytes of it are to be written, or None for all.

        Raises:
            OSError: the step fails so.
        """

    def after(self, name: str) -> None:
        """After a step, or after the bytes of it that were to be written."""


@dataclass(slots=True)
class Counting:
    """Notes the name of each step, and the stage in which it came."""

    stage: str = ""
    steps: list[tuple[str, str]] = field(default_factory=list)

    def before(self, name: str, size: int) -> int | None:
        self.steps.append((self.stage, name))
        return None

    def after(self, name: str) -> None:
        pass


@dataclass(slots=True)
class Dying:
    """Kills this process before the step ``at``, after it, or when half of it is done."""

    at: int
    when: str  # "before", "half" or "after"
    step: int = -1

    def before(self, name: str, size: int) -> int | None:
        self.step += 1
        if self.step == self.at and self.when == "before":
            _die()
        return size // 2 if self.step == self.at and self.when == "half" else None

    def after(self, name: str) -> None:
        if self.step == self.at:
            _die()


@dataclass(slots=True)
class Failing:
    """Fails the step ``at`` and, where it is to ``last``, all later ones."""

    at: int
    errno: int
    last: bool = False
    step: int = -1

    def before(self, name: str, size: int) -> int | None:
        self.step += 1
        if self.step == self.at or (self.last and self.step > self.at):
            raise OSError(self.errno, os.strerror(self.errno))
        return None

    def after(self, name: str) -> None:
        pass


@dataclass(slots=True)
class Full:
    """A disk that takes so many more bytes: the write that goes over is cut, the next refused."""

    left: int

    def before(self, name: str, size: int) -> int | None:
        if name != "write":
            return None
        if not self.left:
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        taken = min(size, self.left)
        self.left -= taken
        return taken

    def after(self, name: str) -> None:
        pass


def install(plan: Plan) -> None:
    """Let each step of this process to the disk go through the plan, from now on."""
    _patch_python(plan)
    _patch_sqlite(plan)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _patch_python(plan: Plan) -> None:
    for name in _OS:
        setattr(os, name, _planned(plan, name, getattr(os, name)))
    opened = _opener(plan)
    io.open = opened
    builtins.open = opened


def _planned(plan: Plan, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def step(*arguments: Any, **named: Any) -> Any:
        part = plan.before(name, 2)
        if part == 1 and name == "fsync":  # as a lost supply leaves what was never synced
            _cut(arguments[0])
        elif part is None or part == 2:
            done = real(*arguments, **named)
            plan.after(name)
            return done
        return plan.after(name)

    return step


def _cut(file: int | Any) -> None:
    descriptor = file if isinstance(file, int) else file.fileno()
    with contextlib.suppress(OSError):  # a folder
        os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)


def _opener(plan: Plan) -> Callable[..., Any]:
    """``open`` whose files write by the plan."""
    real = io.open

    class File(io.FileIO):
        def write(self, data: Any, /) -> int:
            view = memoryview(data).cast("B")
            part = plan.before("write", len(view))
            done = super().write(view if part is None else view[:part])
            plan.after("write")
            return done

    def opened(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        if not set(mode) & set("wax+"):
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = File(file, mode.replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)

    return opened


class _Vfs(ctypes.Structure):
    """The head of a ``sqlite3_vfs``, up to where system calls are replaced (its version 3)."""

    _fields_ = [
        *(("version", ctypes.c_int), ("file_size", ctypes.c_int), ("longest_path", ctypes.c_int)),
        *((name, _Pointer) for name in ("next", "name", "data", "open", "delete", "access")),
        *((name, _Pointer) for name in ("full_path", "dl_open", "dl_error", "dl_sym", "dl_close")),
        *((name, _Pointer) for name in ("random", "sleep", "time", "last_error", "time64")),
        *(("set_call", _Set), ("get_call", _Get)),
    ]


def _sqlite() -> ctypes.CDLL:
    """The library that Python's module is linked with; the program, where that is linked in."""
    return ctypes.CDLL(getattr(_sqlite3, "__file__", None))


def sqlite_is_within_reach() -> bool:
    """Whether SQLite's system calls can be replaced here."""
    return hasattr(os, "fork") and hasattr(_sqlite(), "sqlite3_vfs_find")


def _patch_sqlite(plan: Plan) -> None:
    find = _sqlite().sqlite3_vfs_find
    find.restype = ctypes.POINTER(_Vfs)
    vfs = find(None)

    def writes(real: Any) -> Any:
        def write(file: int, data: int, size: int, offset: int) -> int:
            part = plan.before("write", size)
            done = real(file, data, size if part is None else part, offset)
            kept = ctypes.get_errno()
            plan.after("write")
            ctypes.set_errno(kept)
            return int(done)

        return write

    def does(name: str) -> Callable[[Any], Any]:
        def of(real: Any) -> Any:
            def step(*arguments: Any) -> int:
                done = 0 if plan.before(name, 2) == 1 else real(*arguments)
                plan.after(name)
                return int(done)

            return step

        return of

    for call, form, of in (
        (b"pwrite", _Write, writes),
        (b"pwrite64", _Write, writes),
        (b"ftruncate", _Truncate, does("truncate")),
        (b"unlink", _Unlink, does("unlink")),
    ):
        if address := vfs.contents.get_call(ctypes.cast(vfs, _Pointer), call):
            replaced = form(_with_errno(of(form(address))))
            _kept.append(replaced)
            pointer = ctypes.cast(replaced, _Pointer)
            vfs.contents.set_call(ctypes.cast(vfs, _Pointer), call, pointer)


def _with_errno(step: Callable[..., int]) -> Callable[..., int]:
    """A step that tells C of its failure."""

    def told(*arguments: Any) -> int:
        try:
            return step(*arguments)
        except OSError as error:
            ctypes.set_errno(error.errno or 0)
            return -1

    return told
