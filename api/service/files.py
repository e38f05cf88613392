"""The files of a case: added, listed, taken away; stored once by content."""
from __future__ import annotations

from collections.abc import Sequence

from api.service.records import Actor, AddedFile, FileView, Upload


class Files:
    def add(self, actor: Actor, case_id: str, uploads: Sequence[Upload]) -> tuple[AddedFile, ...]:
        """Store files; a zip of documents is opened. One entry for each file, none is passed over silently.

        A name that is there already is replaced by new content, the old one is kept for assessments that rest on it.
        """
        raise NotImplementedError

    def list(self, actor: Actor, case_id: str) -> tuple[FileView, ...]:
        """The present files by name; bounded by the limit on files of a case."""
        raise NotImplementedError

    def get(self, actor: Actor, case_id: str, file_id: str) -> FileView:
        """Also a file that was removed, while an assessment rests on it."""
        raise NotImplementedError

    def content(self, actor: Actor, case_id: str, file_id: str) -> bytes:
        """The bytes as uploaded."""
        raise NotImplementedError

    def remove(self, actor: Actor, case_id: str, file_id: str) -> None:
        raise NotImplementedError
