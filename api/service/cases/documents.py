"""Documents as they were read, and pictures of their pages: what the viewer shows."""
from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from api.errors import Failure
from api.service.cases.events import Events
from api.service.cases.files import CaseFiles
from api.service.cases.layouts import KINDS, Layout, Layouts, LayoutState
from api.service.cases.reading import Reader
from api.service.cases.work import settle
from api.service.context import Context
from api.service.records import Actor, FileState, FileView, Picture
from api.service.views import file_view, plain
from api.store.models import File
from api.store.rows import INSTALLATION
from ingestion.domain import Document
from ingestion.parsing.sandbox import wall

LEAST_SCALE, MOST_SCALE = 0.1, 4.0
PICTURES = frozenset({"pdf", "image"})


@dataclass(frozen=True)
class Documents:
    context: Context
    files: CaseFiles
    reader: Reader
    events: Events
    layouts: Layouts

    def document(self, actor: Actor, case_id: str, file_id: str) -> Document:
        """The file, read; read now if nobody has yet. An unread one is a document without text that says why."""
        file = self.files.get(actor, case_id, file_id)
        document = self.reader.document(file.sha256, file.name)
        if file.state in {FileState.WAITING, FileState.READING, FileState.OCR}:
            with self.context.database.writing(INSTALLATION) as session:
                row = session.get(File, file_id)
                if row is not None:
                    settle(row, document)
                    self.events.publish(session, case_id, "file", plain(file_view(row)))
        return document

    def layout(self, actor: Actor, case_id: str, file_id: str) -> Layout | None:
        """An office file as pages, or how far they are; None for a kind that has pages of its own, or none."""
        document = self.document(actor, case_id, file_id)
        return self.layouts.of(document.sha256, document.kind) if document.kind in KINDS else None

    def page_image(self, actor: Actor, case_id: str, file_id: str, page: int, scale: float = 1.5) -> Picture:
        """Page `page` (from 1) of a pdf, a picture, or an office file as it is laid out; `scale` pixels a point (0.1 to
        4).

        Failure "no_picture" for other kinds, "no_such_page" for a page it does not have; "layout_waiting" while an
        office file is laid out, and why it cannot be.
        """
        document = self.document(actor, case_id, file_id)
        file = self.files.get(actor, case_id, file_id)
        if document.kind in KINDS:
            return self._of_layout(document, page, scale)
        if document.kind not in PICTURES:
            raise Failure("no_picture", kind=document.kind)
        shown = next((one for one in document.pages if one.number == page), None)
        if shown is None:
            raise Failure("no_such_page", page=page, count=len(document.pages))
        scale = round(min(max(scale, LEAST_SCALE), MOST_SCALE), 2)
        content, width, height = self._drawn(document, file, page, scale)
        tag = hashlib.sha256(f"{file.sha256} {page} {scale}".encode()).hexdigest()[:32]
        return Picture(content, "image/png" if document.kind == "pdf" else "image/jpeg", tag, width, height)

    def _of_layout(self, document: Document, page: int, scale: float) -> Picture:
        """A page of an office file as it was laid out; Failure while it is not, or for no such page."""
        from PIL import Image

        layout = self.layouts.of(document.sha256, document.kind)
        if layout.failure is not None:
            raise layout.failure
        data = self.layouts.pdf(document.sha256, document.kind) if layout.state is LayoutState.READY else None
        if data is None or layout.pages is None:
            raise Failure("layout_waiting")
        if not 1 <= page <= len(layout.pages.pages):
            raise Failure("no_such_page", page=page, count=len(layout.pages.pages))
        scale = round(min(max(scale, LEAST_SCALE), MOST_SCALE), 2)
        content = wall.draw(data, "pdf", page, scale)
        tag = hashlib.sha256(f"{document.sha256} {page} {scale}".encode()).hexdigest()[:32]
        with Image.open(io.BytesIO(content), formats=("PNG",)) as drawn:
            return Picture(content, "image/png", tag, drawn.width, drawn.height)

    def tag(self, file: FileView, page: int, scale: float) -> str:
        """The tag that `page_image` will give, without drawing."""
        scale = round(min(max(scale, LEAST_SCALE), MOST_SCALE), 2)
        return hashlib.sha256(f"{file.sha256} {page} {scale}".encode()).hexdigest()[:32]

    def _drawn(self, document: Document, file: FileView, page: int, scale: float) -> tuple[bytes, int, int]:
        """A page as an image with its width and height, smaller than it came if that is asked."""
        from PIL import Image

        data = self.context.contents.read(file.sha256)
        if document.kind == "pdf":
            content = wall.draw(data, "pdf", page, scale)
            with Image.open(io.BytesIO(content), formats=("PNG",)) as drawn:
                return content, drawn.width, drawn.height
        shown = next(one for one in document.pages if one.number == page)
        with Image.open(io.BytesIO(wall.draw(data, "image", page)), formats=("PNG",)) as drawn:
            width, height = round(shown.width * scale) or drawn.width, round(shown.height * scale) or drawn.height
            stream = io.BytesIO()
            smaller = width < drawn.width
            (drawn.resize((width, height), Image.Resampling.LANCZOS) if smaller else drawn).save(
                stream, "JPEG", quality=85)
            return stream.getvalue(), *((width, height) if smaller else (drawn.width, drawn.height))
