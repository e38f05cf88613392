"""One process at a time on an embedded data folder."""
from __future__ import annotations

from pathlib import Path

from ingestion.errors import UsageError

FILE = "lock"


class FolderLock:
    """Held from its making until `release`, or until the process ends, however it ends.

    `index`: of the folder with the vector index only, beside a database of its own.
    """

    def __init__(self, folder: Path, *, index: bool = False) -> None:
        """UsageError where another process holds the folder."""
        from filelock import FileLock, Timeout

        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / FILE, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout as error:
            if index:
                raise UsageError(
                    f"another guohe has its vector index in {str(folder)!r}; name another folder with --data, or a "
                    "Chroma server that all share (GUOHE_CHROMA).",
                    f"另一个 guohe 正在使用 {str(folder)!r} 中的向量索引；请用 --data 另指定文件夹，"
                    "或设置共用的 Chroma 服务器（GUOHE_CHROMA）。") from error
            raise UsageError(
                f"another guohe is running on the data folder {str(folder)!r}; stop it, or name another with --data. "
                "Several processes at once need PostgreSQL (GUOHE_DATABASE_URL).",
                f"数据文件夹 {str(folder)!r} 已有另一个 guohe 在使用；请先停止它，或用 --data 换一个。"
                "多个进程同时运行需使用 PostgreSQL（GUOHE_DATABASE_URL）。") from error

    def release(self) -> None:
        self._lock.release()
