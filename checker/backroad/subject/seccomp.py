"""A seccomp filter made by hand: which system calls the process may make, on x86-64 and aarch64.

Source: https://docs.kernel.org/userspace-api/seccomp_filter.html; numbers from the kernel's tables.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

from backroad.subject.landlock import libc

LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
SET_MODE_FILTER, FILTER_MODE = 22, 2
X32_BIT = 0x40000000
CLONE_THREAD = 0x00010000
NO_MORE = errno.EAGAIN  # what a limit on processes answers, so that both read the same
CLONE_NAMESPACES = 0x7E020080
AF_UNIX, AF_INET, AF_INET6, AF_PACKET = 1, 2, 10, 17
SOCK_STREAM, SOCK_TYPE_MASK = 1, 0xF

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# name: (x86-64, aarch64); None where the architecture has no such call.
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171), "bpf": (321, 280),
    "chroot": (161, 51), "clock_adjtime": (305, 266), "clock_settime": (227, 112), "clone": (56, 220),
    "clone3": (435, 435), "delete_module": (176, 106), "execve": (59, 221), "execveat": (322, 281),
    "finit_module": (313, 273), "fork": (57, None), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fsopen": (430, 430), "fspick": (433, 433), "init_module": (175, 105), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "io_uring_setup": (425, 425), "ioperm": (173, None),
    "iopl": (172, None), "kcmp": (312, 272), "kexec_file_load": (320, 294), "kexec_load": (246, 104),
    "keyctl": (250, 219), "kill": (62, 129), "mount": (165, 40), "mount_setattr": (442, 442),
    "move_mount": (429, 429), "open_by_handle_at": (304, 265), "open_tree": (428, 428),
    "perf_event_open": (298, 241), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "pivot_root": (155, 41), "prlimit64": (302, 261), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "ptrace": (101, 117), "quotactl": (179, 60), "reboot": (169, 142),
    "request_key": (249, 218), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "setdomainname": (171, 162), "sethostname": (170, 161), "setns": (308, 268), "setrlimit": (160, 164),
    "setpgid": (109, 154), "setsid": (112, 157), "settimeofday": (164, 170), "socket": (41, 198),
    "socketpair": (53, 199), "swapoff": (168, 225), "swapon": (167, 224), "syslog": (103, 116),
    "tgkill": (234, 131), "tkill": (200, 130), "umount2": (166, 39), "unshare": (272, 97),
    "userfaultfd": (323, 282), "vfork": (58, None),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
}  # fmt: skip
NEVER = (
    "acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module finit_module fsconfig "
    "fsmount fsopen fspick init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp "
    "kexec_file_load kexec_load keyctl mount mount_setattr move_mount open_by_handle_at open_tree "
    "perf_event_open pidfd_getfd pivot_root process_vm_readv process_vm_writev ptrace quotactl reboot "
    "request_key setdomainname sethostname setns setrlimit settimeofday swapoff swapon syslog umount2 "
    "unshare userfaultfd setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr "
    "removexattrat"
).split()
# Landlock knows no right to change modes, and a filter sees no paths: nothing happens, anywhere. An error
# would be more honest, but copying a file sets its mode, and so does much that means no harm.
PRETENDED = ("chmod", "fchmod", "fchmodat", "fchmodat2")
# A module computes: it starts no process, opens no socket, signals nobody.
NEVER_IN_MODULES = (
    "execve execveat fork vfork socket kill tkill pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo "
    "setpgid setsid"
).split()


@dataclass(frozen=True)
class Instruction:
    """One step of a classic BPF program; jumps are relative."""

    code: int
    value: int
    if_true: int = 0
    if_false: int = 0

    def pack(self) -> bytes:
        """Return the eight bytes of a `struct sock_filter`."""
        return struct.pack("HBBI", self.code, self.if_true, self.if_false, self.value)


def fails_with(code: int) -> Instruction:
    """Return the end of a call that is denied with an errno."""
    return Instruction(RETURN, ERRNO | code)


def argument(index: int, *, high: bool = False) -> Instruction:
    """Load half of a call's argument."""
    return Instruction(LOAD, ARGUMENTS + 8 * index + (4 if high else 0))


def on(number: int, body: list[Instruction]) -> list[Instruction]:
    """Run `body`, which must end in a return, for one system call."""
    return [Instruction(JUMP_EQUAL, number, 0, len(body)), *body]


def clone_rule(bits: int, code: int, *, denied_when_set: bool) -> list[Instruction]:
    """Deny a clone by the bits of its flags."""
    deny, allow = fails_with(code), Instruction(RETURN, ALLOW)
    first, second = (deny, allow) if denied_when_set else (allow, deny)
    return [argument(0), Instruction(JUMP_ANY_BIT, bits, 0, 1), first, second]


def tgkill_rule() -> list[Instruction]:
    """Let a process signal its own threads only: abort() needs that."""
    same = Instruction(JUMP_EQUAL, os.getpid(), 0, 1)
    return [argument(0), same, Instruction(RETURN, ALLOW), fails_with(errno.EPERM)]


def prlimit_rule() -> list[Instruction]:
    """Limits may be read, not set: root could raise its own."""
    deny, allow = fails_with(errno.EPERM), Instruction(RETURN, ALLOW)
    low = [argument(2), Instruction(JUMP_EQUAL, 0, 1, 0), deny]
    high = [argument(2, high=True), Instruction(JUMP_EQUAL, 0, 1, 0), deny]
    return [*low, *high, allow]


def socket_rule() -> list[Instruction]:
    """TCP sockets; no UDP, no raw packets, no Unix sockets (Landlock does not cover these)."""
    deny, allow = fails_with(errno.EACCES), Instruction(RETURN, ALLOW)
    family = [
        argument(0),
        Instruction(JUMP_EQUAL, AF_UNIX, 7, 0),
        Instruction(JUMP_EQUAL, AF_PACKET, 6, 0),
        Instruction(JUMP_EQUAL, AF_INET, 1, 0),
        Instruction(JUMP_EQUAL, AF_INET6, 0, 3),
    ]
    kind = [
        argument(1),
        Instruction(0x54, SOCK_TYPE_MASK),  # and
        Instruction(JUMP_EQUAL, SOCK_STREAM, 0, 1),
    ]
    return [*family, *kind, allow, deny]


def program(*, service: bool, network: bool) -> bytes:
    """Return the filter for this machine; raises OSError where its numbers are not known."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise OSError(f"no table of system calls for {machine}")
    column = list(ARCHITECTURES).index(machine)
    numbers = {name: pair[column] for name, pair in NUMBERS.items()}
    steps = [
        Instruction(LOAD, ARCHITECTURE),
        Instruction(JUMP_EQUAL, ARCHITECTURES[machine], 1, 0),
        Instruction(RETURN, KILL),
        Instruction(LOAD, NUMBER),
        Instruction(JUMP_GREATER_EQUAL, X32_BIT, 0, 1),
        fails_with(errno.ENOSYS),
    ]
    for name, body in rules(service=service, network=network).items():
        number = numbers[name]
        if number is not None:
            steps += on(number, body)
    return b"".join(step.pack() for step in [*steps, Instruction(RETURN, ALLOW)])


def rules(*, service: bool, network: bool) -> dict[str, list[Instruction]]:
    """Return what happens to each call that is not simply allowed; Landlock limits whom a network reaches."""
    denied = NEVER if service else NEVER + NEVER_IN_MODULES
    found = {name: [fails_with(NO_MORE if name in ("fork", "vfork") else errno.EPERM)] for name in denied}
    found |= {name: [fails_with(0)] for name in PRETENDED}
    found["clone3"] = [fails_with(errno.ENOSYS)]  # glibc then uses clone, whose flags can be seen
    found["prlimit64"] = prlimit_rule()
    if network:
        found["socket"] = socket_rule()
    if service:
        found["clone"] = clone_rule(CLONE_NAMESPACES, errno.EPERM, denied_when_set=True)
    else:
        found["clone"] = clone_rule(CLONE_THREAD, NO_MORE, denied_when_set=False)
        found["tgkill"] = tgkill_rule()
    return found


class Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def enforce(*, service: bool, network: bool) -> None:
    """Apply the filter to this process and what it starts, for ever; needs no_new_privs."""
    if libc is None:
        raise OSError("no seccomp here")
    code = program(service=service, network=network)
    buffer = ctypes.create_string_buffer(code, len(code))
    described = Program(len(code) // 8, ctypes.addressof(buffer))
    if libc.prctl(SET_MODE_FILTER, FILTER_MODE, ctypes.byref(described), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
