"""One process at a time on an embedded data folder."""
from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from ingestion.errors import UsageError

FILE = "lock"


class FolderLock:
    """Held from its making until `release`, or until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._stream: IO[str] = (folder / FILE).open("a+", encoding="utf-8")
        try:
            _lock(self._stream)
        except OSError as error:
            self._stream.close()
            raise UsageError(
                f"another guohe is running on the data folder {str(folder)!r}; stop it, or name another with --data. "
                "Several processes at once need PostgreSQL (GUOHE_DATABASE_URL).",
                f"数据文件夹 {str(folder)!r} 已有另一个 guohe 在使用；请先停止它，或用 --data 换一个。"
                "多个进程同时运行需使用 PostgreSQL（GUOHE_DATABASE_URL）。") from error
        self._stream.seek(0)
        self._stream.truncate()
        self._stream.write(f"{os.getpid()}\n")
        self._stream.flush()

    def release(self) -> None:
        self._stream.close()


if os.name == "nt":
    import msvcrt

    def _lock(stream: IO[str]) -> None:
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def _lock(stream: IO[str]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
