"""Documents as they were read, and pictures of their pages: what the viewer shows."""
from __future__ import annotations

from api.service.records import Actor, Picture
from ingestion.domain import Document

MOST_SCALE = 4.0


class Documents:
    def document(self, actor: Actor, case_id: str, file_id: str) -> Document:
        """The file, read; read now if nobody has yet. An unread one is a document without text that says why."""
        raise NotImplementedError

    def page_image(self, actor: Actor, case_id: str, file_id: str, page: int, scale: float = 1.5) -> Picture:
        """Page `page` (from 1) of a pdf or a picture, `scale` pixels a point. Failure "no_picture" for other kinds."""
        raise NotImplementedError
