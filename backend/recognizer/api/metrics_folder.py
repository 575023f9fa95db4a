"""The folder in which the workers of one server count together; those of dead servers.

A worker holds a shared lock on the folder until it ends, however it ends.
"""

import fcntl
import hashlib
import multiprocessing
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "digits-metrics-"


def open_folder() -> Path:
    """Return the folder of this worker's server, and remove those without a living worker."""
    # The authentication key is known only to processes with the same parent.
    family = hashlib.sha256(multiprocessing.current_process().authkey).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"{PREFIX}{family}"
    while not lock(folder):
        pass
    for other in folder.parent.glob(f"{PREFIX}*"):
        if other != folder:
            with suppress(OSError):  # it belongs to another user, or is in use
                remove_unused(other)
    return folder


def lock(folder: Path) -> bool:
    """Create a folder and lock it; return False if it was removed meanwhile."""
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)  # until the process ends
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        return os.path.samestat(os.fstat(descriptor), folder.stat())
    except FileNotFoundError:
        os.close(descriptor)
        return False


def remove_unused(folder: Path) -> None:
    """Remove a folder; raise BlockingIOError if a living worker has locked it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(descriptor)
