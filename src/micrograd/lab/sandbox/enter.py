"""Finish the walls from inside, then become the program that they are for.

Run as a file, with nothing but the standard library: ``enter.py SPECIFICATION COMMAND...``, in namespaces that
``bwrap`` or ``unshare`` has just made. The specification is JSON, see ``main``. What this does, and those two do
not: one file system in memory for everything that is written, bounded in bytes and in files; everything else
read-only; no privileges; no system calls that a notebook does not need (``seccomp.py``). For ``unshare``, it also
puts together the file system that bwrap makes: the system's programs, Python, and nothing of the user's.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys

BOX, GIVEN = "/submission", "/given"
_RDONLY, _NOSUID, _NODEV, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
_NEWNS, _DETACH = 0x20000, 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442
_DEVICES = ("null", "zero", "full", "random", "urandom")
_library = ctypes.CDLL(None, use_errno=True)


def _must(result: int, what: str) -> None:
    if result:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    arguments = [text.encode() if text else None for text in (source, target, kind)]
    _must(_library.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def _bind(source: str, target: str) -> None:
    """Show a file or a folder in another place, read-only with all that is mounted below it."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    _mount(source, target, flags=_BIND | _REC)
    _read_only(target)


def _read_only(target: str) -> None:
    attributes = (ctypes.c_uint64 * 4)(_RDONLY | _NOSUID, 0, 0, 0)
    at_current_folder, recursive = -100, 0x8000
    result = _library.syscall(
        _MOUNT_SETATTR, at_current_folder, target.encode(), recursive, ctypes.byref(attributes), 32
    )
    _must(result, f"read-only {target}")


def box(size: int, files: int) -> None:
    """Mount the file system that is written to."""
    _mount("tmpfs", BOX, "tmpfs", _NOSUID | _NODEV, f"size={size},nr_inodes={files},mode=0700")


def own_tmp(shown: list[str]) -> None:
    """Put a bounded folder in the place of ``/tmp``, and show in it, read-only, what has to be seen there.

    Without anything to show, ``/tmp`` is a link to that folder already.
    """
    if not shown:
        return
    for path in shown:
        _bind(path, f"{BOX}{path}")
    _mount(f"{BOX}/tmp", "/tmp", flags=_BIND | _REC)


def new_root(specification: dict[str, object], root: str) -> None:
    """Make a file system of what is shown, and nothing else, the root."""
    _mount("", "/", flags=_REC | _PRIVATE)
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "size=4m,nr_inodes=4k,mode=0755")
    for path, target in specification["links"]:  # type: ignore[attr-defined]
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.symlink(target, root + path)
    for path in specification["shown"]:  # type: ignore[attr-defined]
        _bind(path, root + path)
    for nothing, path in specification["kept_back"]:  # type: ignore[attr-defined]
        _mount(nothing, root + path, flags=_BIND)
        _read_only(root + path)
    _bind(str(specification["given"]), root + GIVEN)
    for folder in (BOX, "/proc", "/dev/shm", "/dev/pts"):
        os.makedirs(root + folder)
    if not specification["in_tmp"]:
        os.symlink(f"{BOX}/tmp", f"{root}/tmp")
    for device in _DEVICES:
        os.close(os.open(f"{root}/dev/{device}", os.O_CREAT | os.O_WRONLY, 0o600))
        _mount(f"/dev/{device}", f"{root}/dev/{device}", flags=_BIND)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(target, f"{root}/dev/{name}")
    try:
        _mount("proc", f"{root}/proc", "proc", _NOSUID | _NODEV)
    except OSError:
        pass  # some containers refuse it: then there is none, rather than the one of the whole machine
    os.chdir(root)
    _must(_library.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    _must(_library.umount2(b".", _DETACH), "umount")
    os.chdir("/")


def without_privileges() -> None:
    """Give up every capability, for this process and for what it becomes."""
    for capability in range(64):
        _library.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3
    _must(_library.capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)())), "capset")
    _library.prctl(47, 4, 0, 0, 0)  # PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL
    _must(_library.prctl(38, 1, 0, 0, 0), "no_new_privs")


def main() -> None:
    """Finish the walls and run the command.

    The specification has ``kind`` (``"bubblewrap"`` or ``"namespaces"``), ``size`` and ``files`` (what may be
    written), and for namespaces ``root`` (an empty folder), ``given`` (the folder with the submission's files),
    ``shown`` (the paths that can be seen), ``kept_back`` (pairs of nothing and a path below those, in whose place it
    is seen) and ``links`` (pairs of a path and where it leads); ``in_tmp`` holds the paths that can be seen in
    ``/tmp``.
    """
    specification = json.loads(sys.argv[1])
    if specification["kind"] == "namespaces":
        new_root(specification, specification["root"])
        box(specification["size"], specification["files"])
        os.mkdir(f"{BOX}/shm")
        _mount(f"{BOX}/shm", "/dev/shm", flags=_BIND)
        own_tmp(specification["in_tmp"])
        _mount("", "/", flags=_REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)
    else:
        try:
            _must(_library.unshare(_NEWNS), "unshare")
            box(specification["size"], specification["files"])
            os.mkdir(f"{BOX}/shm")
            _mount(f"{BOX}/shm", "/dev/shm", flags=_BIND)
            own_tmp(specification["in_tmp"])
        except OSError as error:
            # Where bwrap may give no privileges on: the file system that bwrap has made has a size, too.
            if specification.get("strict"):
                sys.exit(f"the number of files is not bounded: {error}")
    shutil.copytree(GIVEN, BOX, symlinks=True, dirs_exist_ok=True)
    for folder in ("work", "home", "tmp", "matplotlib"):
        os.makedirs(f"{BOX}/{folder}", exist_ok=True)
    without_privileges()
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import seccomp  # type: ignore[import-not-found, unused-ignore]

    seccomp.install()
    os.chdir(f"{BOX}/work")
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
