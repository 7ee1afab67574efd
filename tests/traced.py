"""A forked worker that stops before every system call: there it can be killed, or told that its disk failed.

Linux's ptrace through libc. What is asked of a stopped worker is the same on every machine; the names of calls, and
how a call is answered in the kernel's place, are not.
"""

import ctypes
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.connection import Connection

from tests.forked import forked

_SYSCALL, _KILLED, _SEIZE, _INFO = 24, 0x100000, 0x4206, 0x420E
_POKE_USER, _GET_SET, _SET_SET = 6, 0x4204, 0x4205
_TOLD_APART, _EVENT_STOP, _ENTRY = 1, 128, 1
_NUMBERS = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "poll": 7, "lseek": 8, "ioctl": 16, "pread64": 17, "pwrite64": 18,
        "writev": 20, "getpid": 39, "sendto": 44, "recvfrom": 45, "fcntl": 72, "flock": 73, "fsync": 74,
        "fdatasync": 75, "ftruncate": 77, "unlink": 87, "fchown": 93, "geteuid": 107, "exit_group": 231,
        "openat": 257, "newfstatat": 262, "unlinkat": 263, "fallocate": 285, "getrandom": 318,
    },
    "aarch64": {
        "fcntl": 25, "ioctl": 29, "flock": 32, "unlinkat": 35, "ftruncate": 46, "fallocate": 47, "fchown": 55,
        "openat": 56, "close": 57, "lseek": 62, "read": 63, "write": 64, "writev": 66, "pread64": 67, "pwrite64": 68,
        "ppoll": 73, "newfstatat": 79, "fsync": 82, "fdatasync": 83, "exit_group": 94, "getpid": 172, "geteuid": 175,
        "sendto": 206, "recvfrom": 207, "getrandom": 278,
    },
}  # fmt: skip
_NAMES = {number: name for name, number in _NUMBERS.get(platform.machine(), {}).items()}
_BY_PATH = {"unlink": 0, "openat": 1, "unlinkat": 1}
"""These name their file, as the argument of that place."""
_BY_DESCRIPTOR = {"read", "write", "pread64", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "fallocate"}
"""These have it open."""
_X86_ANSWER, _X86_NUMBER = 10 * 8, 15 * 8
_ARM_REGISTERS, _ARM_NUMBER = 1, 0x404
_LONGEST_PATH = 4096


class _Info(ctypes.Structure):
    """`struct ptrace_syscall_info`."""

    _fields_ = [
        ("op", ctypes.c_uint8),
        ("padding", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("instruction", ctypes.c_uint64),
        ("stack", ctypes.c_uint64),
        ("number", ctypes.c_uint64),
        ("given", ctypes.c_uint64 * 6),
        ("more", ctypes.c_uint64 * 2),
    ]


class _Region(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


@dataclass(frozen=True)
class Call:
    """A system call that is about to be made."""

    worker: int
    number: int
    given: tuple[int, ...]

    @property
    def name(self) -> str:
        return _NAMES.get(self.number, str(self.number))

    @cached_property
    def file(self) -> str:
        """The path of the file that it reads, writes, syncs, opens or unlinks; else empty."""
        try:
            if self.name in _BY_PATH:
                return self._text(self.given[_BY_PATH[self.name]])
            return os.readlink(f"/proc/{self.worker}/fd/{self.given[0]}") if self.name in _BY_DESCRIPTOR else ""
        except OSError:
            return ""

    def _text(self, address: int) -> str:
        with open(f"/proc/{self.worker}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            page = memory.read(min(_LONGEST_PATH, _LONGEST_PATH - address % _LONGEST_PATH))
            if b"\0" not in page:
                page += memory.read(_LONGEST_PATH)
        return page.partition(b"\0")[0].decode("utf-8", "replace")


class Traced:
    """A worker that prepares itself, says `ready`, and from then on makes no call before it is let.

    `work` is given the line to this process, and `ready`, which it calls once.
    """

    def __init__(self, work: Callable[[Connection, Callable[[], None]], None]) -> None:
        self.worker, self.line = forked(lambda line: work(line, _ready), duplex=True)
        self._answer: int | None = None
        self._status: int | None = None
        self._info = _Info()
        _, status = os.waitpid(self.worker, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            self._status = status
            raise RuntimeError("the worker failed before it was ready")
        _ptrace(_SEIZE, self.worker, 0, _TOLD_APART | _KILLED)
        os.kill(self.worker, signal.SIGCONT)

    def calls(self) -> Iterator[Call]:
        """Stop before every call; the worker makes it when the next is asked for. They end when the worker does."""
        passed_on = 0
        _, status = os.waitpid(self.worker, 0)  # the stop in which it was seized
        while True:
            _ptrace(_SYSCALL, self.worker, 0, passed_on)
            _, status = os.waitpid(self.worker, 0)
            if not os.WIFSTOPPED(status):
                self._status = status
                return
            stop, passed_on = os.WSTOPSIG(status), 0
            if stop != signal.SIGTRAP | 0x80:
                passed_on = 0 if status >> 16 == _EVENT_STOP else stop
                continue
            info = self._info
            _ptrace(_INFO, self.worker, ctypes.sizeof(info), ctypes.addressof(info))
            if info.op == _ENTRY:
                yield Call(self.worker, info.number, tuple(info.given))
                if self._answer is not None:
                    _put_number(self.worker, -1)  # no such call: the kernel does nothing
            elif self._answer is not None:
                _put_answer(self.worker, self._answer)
                self._answer = None

    def fail(self, error: int) -> None:
        """Let the call before which the worker stands not be made, and answer with this errno."""
        self._answer = -error

    def kill(self) -> bool:
        """End the worker where it stands; return whether it was there still."""
        if self._status is not None:
            return False
        os.kill(self.worker, signal.SIGKILL)
        while self._status is None:
            _, status = os.waitpid(self.worker, 0)
            self._status = None if os.WIFSTOPPED(status) else status
        return True

    @property
    def exit_code(self) -> int | None:
        return None if self._status is None else os.waitstatus_to_exitcode(self._status)


def why_not() -> str:
    """Return why no worker can be traced here; empty where one can."""
    if not _NAMES or sys.platform != "linux":
        return f"a table of the system calls of {sys.platform} on {platform.machine()}"
    try:
        traced = Traced(lambda _line, ready: ready())
    except PermissionError:
        return "the right to trace a process of one's own (ptrace)"
    try:
        return "" if any(traced.calls()) else "PTRACE_GET_SYSCALL_INFO"
    except OSError:
        return "PTRACE_GET_SYSCALL_INFO (Linux 5.3)"
    finally:
        traced.kill()
        traced.line.close()


def _ready() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def _ptrace(request: int, worker: int, place: int, value: int) -> None:
    if _libc.ptrace(request, worker, place, value) == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _put_number(worker: int, number: int) -> None:
    if platform.machine() == "x86_64":
        _ptrace(_POKE_USER, worker, _X86_NUMBER, number)
    else:
        _registers(_SET_SET, worker, _ARM_NUMBER, ctypes.c_int(number))


def _put_answer(worker: int, answer: int) -> None:
    if platform.machine() == "x86_64":
        _ptrace(_POKE_USER, worker, _X86_ANSWER, answer)
    else:
        registers = (ctypes.c_uint64 * 34)()
        _registers(_GET_SET, worker, _ARM_REGISTERS, registers)
        registers[0] = answer & (2**64 - 1)
        _registers(_SET_SET, worker, _ARM_REGISTERS, registers)


def _registers(request: int, worker: int, which: int, value: "ctypes.Array[ctypes.c_uint64] | ctypes.c_int") -> None:
    region = _Region(ctypes.addressof(value), ctypes.sizeof(value))
    _ptrace(request, worker, which, ctypes.addressof(region))
