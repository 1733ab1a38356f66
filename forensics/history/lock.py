"""One writer at a time. The lock is the operating system's, so it ends with its process, however that ends."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from forensics.errors import ForensicsError, OutputError

PATIENCE_S = 20.0
PAUSE_S = 0.05


@contextmanager
def writing(
    folder: Path, *, patience_s: float = PATIENCE_S, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Hold the lock of a history folder; wait for another writer for at most ``patience_s`` seconds.

    Raises:
        ForensicsError: the other writer is still at work.
        OutputError: the folder cannot be written to.
    """
    try:
        file = (folder / ".lock").open("a+b")
    except OSError as error:
        raise OutputError(
            f"cannot write to the history {folder}: {error.strerror}", hint="Name a folder you may write to."
        ) from error
    with file:
        waited = 0.0
        while not _take(file):
            if waited >= patience_s:
                raise ForensicsError(
                    f"another process has been writing to {folder} for {waited:.0f} s",
                    hint="Wait until it is done, then try again; nothing was changed.",
                )
            sleep(PAUSE_S)
            waited += PAUSE_S
        try:
            yield
        finally:
            _give_back(file)


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _give_back(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _give_back(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
