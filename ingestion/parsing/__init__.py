"""From files to documents: one module or room for each kind of file, the only place that knows its library.

    formats     what kind a file is; `read` gives its document
    text, image, office, archive        kinds of one module each
    docx, pdf, workbook                 kinds of several
    pages, ocr                          the geometry of a page, and text recognition: for pdf files and pictures
    builder, structure, symbols, notices, package       what they share
    sandbox     all of it behind a wall, in a process of its own
"""
from ingestion.parsing.formats import ARCHIVES, MODULES, SUFFIXES, Progress, Reader, kind, read, second_reader, suffix

__all__ = ["ARCHIVES", "MODULES", "SUFFIXES", "Progress", "Reader", "kind", "read", "second_reader", "suffix"]
