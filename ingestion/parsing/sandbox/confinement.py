"""What a process that reads files gives up before it opens one: memory, time, network, programs, files of others.

Each layer is taken where the system has it (Linux: seccomp, Landlock; limits on every Unix) and named by what it
keeps out, so that the level in force can be told. Nothing here needs privileges, and nothing can be taken back.
"""
from __future__ import annotations

import contextlib
import os
import platform
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

MEMORY = 1_500_000_000             # bytes of data for a file that is read
RECOGNITION_MEMORY = 3_000_000_000  # for one whose pictures are recognised
ADDRESSES = 12_000_000_000         # of address space, which libraries reserve far beyond what they use
FILE_BYTES = 256_000_000           # of one file that is written
OPEN_FILES = 512
CPU_SECONDS = 40                   # from one sign of life to the next

# Layers, as `/readyz` names them.
PROCESS, LIMITS, NETWORK, PROGRAMS, FILES = "process", "limits", "no_network", "no_programs", "own_files_only"

_SYSCALLS = {  # by machine: AUDIT_ARCH, then numbers of system calls
    "x86_64": (0xC000003E, 41, (101, 310, 311, 321, 298, 165, 272, 308, 304, 425, 438), (59, 322)),
    "aarch64": (0xC00000B7, 198, (117, 270, 271, 280, 241, 40, 97, 268, 265, 425, 438), (221, 281)),
}  # socket; ptrace, process_vm_readv, …_writev, bpf, perf_event_open, mount, unshare, setns, open_by_handle_at,
#   io_uring_setup, pidfd_getfd; execve, execveat
_X32 = 0x40000000
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_AF_UNIX = 1
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER, _PARENT_DEATH = 38, 22, 2, 1

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE, _READ, _READ_DIR, _REMOVE, _MAKE_SOCKET = 1, 2, 4, 8, 1 << 5, 1 << 9
_WRITE_ALL = _WRITE | 0b1_1111_1111_0000 | 1 << 13 | 1 << 14
_ON_FILES = _EXECUTE | _WRITE | _READ | 1 << 14 | 1 << 15
_READABLE = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/opt", "/proc", "/sys", "/dev",
             "/var/cache/fontconfig", "/var/spool/libreoffice", "/var/lib/libreoffice")
_SOCKETS = "/tmp"  # noqa: S108 - where LibreOffice makes its socket (and first removes one)


def limit(*, recognition: bool = False, memory: int | None = None, seconds: int | None = None) -> bool:
    """Limits on memory, processor time from now on, and what is written; False where the system has none."""
    try:
        import resource
    except ImportError:  # Windows
        return False
    used = resource.getrusage(resource.RUSAGE_SELF)
    wanted = {
        resource.RLIMIT_DATA: memory or (RECOGNITION_MEMORY if recognition else MEMORY), resource.RLIMIT_AS: ADDRESSES,
        resource.RLIMIT_FSIZE: FILE_BYTES, resource.RLIMIT_NOFILE: OPEN_FILES, resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime) + (
            seconds or CPU_SECONDS * (4 if recognition else 1))}
    for which, most in wanted.items():
        with contextlib.suppress(ValueError, OSError):
            hard = resource.getrlimit(which)[1]
            resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    return True


def confine(writable: Sequence[str], readable: Iterable[str]) -> list[str]:
    """No network, and no files but the system's, `readable` and `writable`. The layers that are in force."""
    layers = [PROCESS]
    if limit():
        layers.append(LIMITS)
    if sys.platform == "linux":
        if _no_network():
            layers.append(NETWORK)
        if _own_files(writable, readable):
            layers.append(FILES)
    return layers


def no_programs() -> bool:
    """No program can be started and no socket of any kind made from here on."""
    return sys.platform == "linux" and _filter(programs=False)


def die_with_parent() -> None:
    """End when the process that started this one ends."""
    if sys.platform == "linux":
        import signal
        _libc().prctl(_PARENT_DEATH, int(signal.SIGKILL), 0, 0, 0)


def _libc() -> Any:
    import ctypes
    return ctypes.CDLL(None, use_errno=True)


def _no_network() -> bool:
    return _filter(programs=True)


def _filter(*, programs: bool) -> bool:
    """Install a seccomp filter: the rest of the process's life is without what it refuses."""
    known = _SYSCALLS.get(platform.machine())
    if known is None:
        return False
    import ctypes

    machine, socket, never, starting = known
    refused = never if programs else (*never, *starting)
    code = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, 0),
            (_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _REFUSE)]
    for number in refused:
        code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    code += [(_EQUAL, 0, 3, socket), (_LOAD, 0, 0, 16), (_EQUAL, int(programs), 0, _AF_UNIX if programs else 0),
             (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    if not programs:
        code[-3] = (_RETURN, 0, 0, _REFUSE)
    raw = b"".join(struct.pack("<HBBI", *one) for one in code)
    buffer = ctypes.create_string_buffer(raw)
    program = struct.pack("@HP", len(code), ctypes.addressof(buffer))
    libc = _libc()
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return not libc.prctl(_SET_SECCOMP, _FILTER, ctypes.create_string_buffer(program), 0, 0)


def _own_files(writable: Sequence[str], readable: Iterable[str]) -> bool:
    """Landlock: a file that is not named cannot be opened, nor a process outside be signalled or looked into."""
    import ctypes

    libc = _libc()
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    handled = (1 << (13, 14, 15, 15)[min(version, 4) - 1]) - 1 if version < 5 else (1 << 16) - 1
    attributes = struct.pack("<QQQ", handled, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = libc.syscall(_CREATE_RULESET, ctypes.create_string_buffer(attributes, 24), size, 0)
    if rules < 0:
        return False
    try:
        for path, access in _rules(writable, readable):
            try:
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            allowed = access & handled & (_ON_FILES if not Path(path).is_dir() else -1)
            libc.syscall(_ADD_RULE, rules, 1, ctypes.create_string_buffer(struct.pack("<Qi", allowed, place), 12), 0)
            os.close(place)
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return False
        return not libc.syscall(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _rules(writable: Sequence[str], readable: Iterable[str]) -> Iterator[tuple[str, int]]:
    for path in (*_READABLE, sys.prefix, sys.base_prefix, *readable):
        yield path, _EXECUTE | _READ | _READ_DIR
    for path in sys.path:  # only to look modules up
        yield path or ".", _READ_DIR
    yield "/dev/null", _READ | _WRITE
    yield _SOCKETS, _MAKE_SOCKET | _REMOVE
    for path in writable:
        yield path, _WRITE_ALL | _READ | _READ_DIR
