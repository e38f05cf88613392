"""Processes of one installation share one database, one secret and one store of files; one that differs is refused.

The first process to start writes down what it has: a digest of the secret, and a mark in the store of files. Without
this, a second machine would end everybody's sessions, or tell of files that it does not have.
"""
from __future__ import annotations

import hashlib
import logging
import secrets
import zlib

from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.context import Context, now
from api.store.models import Setting
from ingestion.errors import UsageError

log = logging.getLogger(__name__)

NAME = "installation"
MARK = "installation"
_ALONE = zlib.crc32(b"installation")


def check(context: Context) -> None:
    """UsageError where this process is set up otherwise than the others of its database."""
    if context.database.embedded:
        return
    if not context.database.guarded():
        log.warning("the database role passes row-level security by: give guohe a role that is no superuser")
    secret = hashlib.sha256(f"installation:{context.settings.secret}".encode()).hexdigest()
    with context.database.writing() as session:
        context.database.alone(session, _ALONE)
        known = session.get(Setting, NAME)
        mark = _mark(context, known)
        if known is None:
            _write(session, secret, mark)
        elif known.value["secret"] != secret:
            raise UsageError("GUOHE_SECRET differs from that of the other processes of this database; give all the "
                             "same one.", "GUOHE_SECRET 与使用同一数据库的其他进程不同；请给所有进程设置相同的值。")


def _mark(context: Context, known: Setting | None) -> str:
    """The mark of the store of files, made where there is none yet; UsageError where it cannot be reached or is
    another's.
    """
    try:
        found = (context.contents.kept(MARK) or b"").decode("ascii", "replace")
    except Failure as failure:
        url = context.settings.blob_url
        raise UsageError(f"the store of files {url!r} (GUOHE_BLOB_URL) cannot be reached; check that it runs, its "
                         "address (AWS_ENDPOINT_URL) and its keys, and start again.",
                         f"文件存储 {url!r}（GUOHE_BLOB_URL）连接不上；请检查它是否在运行、"
                         "地址（AWS_ENDPOINT_URL）和密钥，然后重新启动。") from failure
    if known is None:
        if not found:
            found = secrets.token_hex(16)
            context.contents.keep(MARK, found.encode())
        return found
    if found != known.value["files"]:
        raise UsageError("the store of files (GUOHE_BLOB_URL) is not the one that the other processes of this database "
                         "use; give all the same one, an s3:// address or a shared folder.",
                         "文件存储（GUOHE_BLOB_URL）与使用同一数据库的其他进程不同；"
                         "请给所有进程设置同一个 s3:// 地址或共享文件夹。")
    return found


def _write(session: Session, secret: str, mark: str) -> None:
    session.add(Setting(name=NAME, value={"secret": secret, "files": mark}, revision=1, updated=now(), updated_by=""))
