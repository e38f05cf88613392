"""How fast pdf files are read, against pypdf's plain text and pdfplumber's tables, in one run.

    python -m tests.bench.bench_pdf [FOLDER ...]

Without a folder it measures files that it makes. Every figure is a ratio of times of this run, so that a busy machine
does not matter; goals: text and tables in at most half of pypdf's time, the same cells as pdfplumber, the same time a
page from 10 to 1,000 pages, below 300 MB.
"""
from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.support import pdf_samples

ROUNDS = 5
SIZES = (10, 100, 1_000)
GROW = """
import hashlib, json, resource, sys, time
import re
from pathlib import Path
from ingestion.parsing.pdf import reader as pdf
data = Path(sys.argv[1]).read_bytes()
before = time.process_time()
document = pdf.read(data, "grown.pdf", hashlib.sha256(data).hexdigest())
seconds = time.process_time() - before
status = Path("/proc/self/status")  # the peak of this process alone, where there is such a thing
peak = int(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1]) if status.exists() \\
    else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"pages": len(document.pages), "seconds": seconds, "megabytes": peak / 1024}))
"""


def main(folders: list[str]) -> None:
    files = [path.read_bytes() for folder in folders for path in sorted(Path(folder).rglob("*.pdf"))] or [
        pdf_samples.flowed(pdf_samples.application(pages)) for pages in (1, 4, 12)]
    files = [data for data in files if born_digital(data)]
    ours, theirs = together(lambda: read_all(files), lambda: pypdf_text(files))
    print(f"text and tables of {len(files)} files: {ours / theirs:.3f} of pypdf's text ({ours:.3f} s, {theirs:.3f} s)")
    start = time.process_time()
    same, wanted = table_cells(files)
    print(f"cells that pdfplumber finds: {wanted}; the same here: {same} ({time.process_time() - start:.1f} s)")
    if not folders:
        grow()


def born_digital(data: bytes) -> bool:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    return all(page.get_textpage().count_chars() for page in document)


def together(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """The best processor times of the two, measured by turns."""
    best = [float("inf")] * 2
    for _ in range(ROUNDS):
        for place, call in enumerate((first, second)):
            start = time.process_time()
            call()
            best[place] = min(best[place], time.process_time() - start)
    return best[0], best[1]


def read_all(files: list[bytes]) -> None:
    from ingestion.parsing.pdf import reader as pdf

    for data in files:
        pdf.read(data, "file.pdf", hashlib.sha256(data).hexdigest())


def pypdf_text(files: list[bytes]) -> None:
    import pypdf

    for data in files:
        for page in pypdf.PdfReader(io.BytesIO(data)).pages:
            page.extract_text()


def table_cells(files: list[bytes]) -> tuple[int, int]:
    """How many of pdfplumber's filled cells of ruled tables stand in our tables too, with the same neighbours."""
    import pdfplumber

    from ingestion.domain import BlockKind
    from ingestion.parsing.pdf import reader as pdf

    same = wanted = 0
    for data in files:
        document = pdf.read(data, "file.pdf", "")
        rows = set()
        for block in document.blocks:
            if block.kind is BlockKind.TABLE:
                by_row: dict[int, list[str]] = {}
                for cell in block.cells:
                    by_row.setdefault(cell.row, []).append("".join(document.quote(cell.span).split()))
                rows |= {tuple(filter(None, row)) for row in by_row.values()}
        with pdfplumber.open(io.BytesIO(data)) as opened:
            for page in opened.pages:
                for found in page.extract_tables():
                    for row in found:
                        filled = tuple("".join(cell.split()) for cell in row if cell and cell.strip())
                        wanted += len(filled)
                        same += len(filled) if filled in rows else 0
    return same, wanted


def grow() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for pages in SIZES:
            path = Path(folder) / f"{pages}.pdf"
            path.write_bytes(pdf_samples.flowed(pdf_samples.application(pages)))
            result = json.loads(subprocess.run([sys.executable, "-c", GROW, str(path)], check=True,
                                               capture_output=True, text=True).stdout)
            print(f"{result['pages']:5d} pages: {1000 * result['seconds'] / result['pages']:.2f} ms a page, "
                  f"{result['megabytes']:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
