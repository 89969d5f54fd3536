"""Landlock by system call: which files, TCP ports and signals the process may reach.

Source: https://docs.kernel.org/userspace-api/landlock.html (ABI 1 to 7).
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable, Sequence

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH, NET_PORT = 1, 2
GET_VERSION = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
BIND_TCP, CONNECT_TCP = 1, 2
SCOPE_ALL = 3
HIGHEST_FS = {1: 1 << 12, 2: 1 << 13, 3: 1 << 14, 4: 1 << 14}
READ = READ_FILE | READ_DIR
SIGNAL_SCOPE_ABI = 6

libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


def syscall(number: int, *arguments: object) -> int:
    """Make a system call; raises OSError."""
    if libc is None:
        raise OSError("no system calls here")
    result = int(libc.syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def abi() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    try:
        return syscall(CREATE_RULESET, None, ctypes.c_size_t(0), GET_VERSION)
    except (OSError, AttributeError):
        return 0


def every_right(version: int) -> int:
    """Return all file rights that a kernel of this version knows."""
    return (HIGHEST_FS.get(version, 1 << 15) << 1) - 1


class Ruleset:
    """What is allowed; all else is denied once `enforce` was called."""

    def __init__(self, *, limit_connect: bool, unlimited: int = 0) -> None:
        self._abi = abi()
        self.rights = every_right(self._abi) & ~unlimited
        net = CONNECT_TCP if limit_connect and self._abi >= 4 else 0
        scope = SCOPE_ALL if self._abi >= SIGNAL_SCOPE_ABI else 0
        attributes = struct.pack("QQQ", self.rights, net, scope)[: self._size()]
        self._fd = syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
        self._net = bool(net)

    def _size(self) -> int:
        return 8 if self._abi < 4 else 16 if self._abi < SIGNAL_SCOPE_ABI else 24

    def allow(self, paths: Iterable[str], rights: int) -> None:
        """Grant rights on the paths and all below them; what is not there is passed over."""
        for path in paths:
            try:
                fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            try:
                self.allow_open(fd, rights)
            finally:
                os.close(fd)

    def allow_open(self, fd: int, rights: int) -> None:
        """Grant rights on what is open, whatever it is called by now, and all below it."""
        granted = rights & self.rights
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            granted &= ON_FILES
        syscall(ADD_RULE, self._fd, PATH_BENEATH, struct.pack("=Qi", granted, fd), 0)

    def allow_connect(self, ports: Sequence[int]) -> None:
        """Grant TCP connections to the ports."""
        for port in ports if self._net else ():
            syscall(ADD_RULE, self._fd, NET_PORT, struct.pack("QQ", CONNECT_TCP, port), 0)

    def enforce(self) -> None:
        """Deny all that was not allowed, for this thread and what it starts, for ever."""
        try:
            syscall(RESTRICT_SELF, self._fd, 0)
        finally:
            os.close(self._fd)
