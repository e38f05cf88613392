"""How fast whole applications are assessed: read, extract, check, against pypdf's plain text of the same pdf files.

    python -m tests.bench.bench_assess [FOLDER ...]

Without a folder it measures files that it makes and the applications of the tests. Times are processor times, best of
several, ours and pypdf's by turns; goals: at most pypdf's time on born-digital files (aim: a third), below 300 MB, the
same time a page from 10 to 1,000 pages, and a cold command within three times a bare Python that does the same with
pypdf.
"""
from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from ingestion import reading
from ingestion.parsing.sandbox import wall
from ingestion.policies import policy
from tests.ingestion.facts.generated import facts_grammar
from tests.support import pdf_samples

ROUNDS = 5
SIZES = (10, 100, 1_000)
DAY = date(2024, 6, 15)
BASE_TYPE = "joint_research_center"
APPLICATIONS = Path(__file__).parent.parent / "data" / "applications"
CHILD = """
import json, re, resource, sys, time
from datetime import date
from pathlib import Path
from assistant.judging import assessing
from ingestion.policies import policy
from ingestion.parsing.sandbox import wall
folder, day = Path(sys.argv[1]), date.fromisoformat(sys.argv[2])
known = policy.load()
assessing.assess([Path(sys.argv[4])], known, sys.argv[3], day)  # warm
start = time.process_time() + wall.spent()
result = assessing.assess([folder], known, sys.argv[3], day)
seconds = time.process_time() + wall.spent() - start
status = Path("/proc/self/status")  # the peak of this process alone, where there is such a thing
peak = int(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1]) if status.exists() \\
    else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"pages": sum(len(one.pages) for one in result.documents), "seconds": seconds,
                  "megabytes": peak / 1024}))
"""
BARE = """
import sys
import pypdf
for path in sys.argv[1:]:
    if path.endswith(".pdf"):
        for page in pypdf.PdfReader(path).pages:
            page.extract_text()
    else:
        open(path, encoding="utf-8").read()
"""


def main(folders: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as made:
        places = [Path(folder) for folder in folders] or [generated(Path(made) / "generated"),
                                                          *born_digital(Path(made))]
        for place in places:
            compare(place)
        if not folders:
            grow(Path(made))
            cold(Path(made))


def generated(folder: Path) -> Path:
    """Applications of a few pages from the grammar of the tests, as pdf."""
    folder.mkdir()
    for seed in range(8):
        (folder / f"{seed}.pdf").write_bytes(facts_grammar.as_pdf(facts_grammar.sample(seed)))
    return folder


def born_digital(made: Path) -> list[Path]:
    """The tests' applications that hold a pdf with text, without their scans and photos; all other files stay."""
    import pypdfium2

    found = []
    for case in sorted(APPLICATIONS.iterdir()):
        files = [path for path in sorted((case / "documents").iterdir()) if path.suffix not in {".jpg", ".png"}]
        files = [path for path in files if path.suffix != ".pdf" or all(
            page.get_textpage().count_chars() for page in pypdfium2.PdfDocument(path.read_bytes()))]
        if any(path.suffix == ".pdf" for path in files):
            folder = made / case.name
            folder.mkdir()
            for path in files:
                (folder / path.name).write_bytes(path.read_bytes())
            found.append(folder)
    return found


def compare(folder: Path) -> None:
    """One warm assessment of a folder's pdf files, its parts, and one of all its files, in units of pypdf's text."""
    from assistant.judging import assessing

    known = policy.load()
    paths = sorted(folder.rglob("*.pdf"))
    pdfs = [path.read_bytes() for path in paths]
    documents = reading.read_all(paths)
    whole, read, checked, everything, theirs = by_turns(
        lambda: assessing.assess(paths, known, BASE_TYPE, DAY),
        lambda: reading.read_all(paths),
        lambda: assessing.assess_documents(documents, known, BASE_TYPE, DAY),
        lambda: assessing.assess([folder], known, BASE_TYPE, DAY),
        lambda: pypdf_text(pdfs))
    print(f"{folder.name}: {whole / theirs:.3f} of pypdf's text (read {read / theirs:.3f}, extract and check "
          f"{checked / theirs:.3f}; {1000 * whole:.0f} ms against {1000 * theirs:.0f} ms); with its other files "
          f"{everything / theirs:.3f}")


def by_turns(*calls: Callable[[], object]) -> list[float]:
    """The best processor time of each, with what the readers behind the wall spend."""
    best = [float("inf")] * len(calls)
    for _ in range(ROUNDS):
        for place, call in enumerate(calls):
            start = time.process_time() + wall.spent()
            call()
            best[place] = min(best[place], time.process_time() + wall.spent() - start)
    return best


def pypdf_text(files: Sequence[bytes]) -> None:
    import pypdf

    for data in files:
        for page in pypdf.PdfReader(io.BytesIO(data)).pages:
            page.extract_text()


def grow(made: Path) -> None:
    """Time a page and memory, each size in a process of its own, and pypdf's time for the same file."""
    small = generated(made / "small")
    for pages in SIZES:
        folder = made / f"{pages}"
        folder.mkdir()
        data = pdf_samples.flowed(pdf_samples.application(pages))
        (folder / "申报书.pdf").write_bytes(data)
        result = json.loads(subprocess.run(
            [sys.executable, "-c", CHILD, str(folder), DAY.isoformat(), BASE_TYPE, str(small)], check=True,
            capture_output=True, text=True).stdout)
        start = time.process_time()
        pypdf_text([data])
        theirs = time.process_time() - start
        print(f"{result['pages']:5d} pages: {1000 * result['seconds'] / result['pages']:.2f} ms a page, "
              f"{result['seconds'] / theirs:.3f} of pypdf's text, {result['megabytes']:.0f} MB")


def cold(made: Path) -> None:
    """The command from start to end, against a Python that imports pypdf and reads the same files."""
    form = facts_grammar.sample(3)
    for name, content in (("text.txt", form.text.encode()), ("short.pdf", facts_grammar.as_pdf(form)),
                          ("long.pdf", pdf_samples.flowed(pdf_samples.application(10)))):
        path = made / name
        path.write_bytes(content)
        ours = best_child("-m", "api.cli", "assess", str(path), "--base-type", BASE_TYPE, "--date", DAY.isoformat(),
                          "--json", os.devnull, "--quiet")
        theirs = best_child("-c", BARE, str(path))
        print(f"cold, {name}: {ours / theirs:.2f} of bare pypdf ({1000 * ours:.0f} ms against {1000 * theirs:.0f} ms)")


def best_child(*arguments: str) -> float:
    """The least processor time, user and system, of a Python process with these arguments."""
    best = float("inf")
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


if __name__ == "__main__":
    main(sys.argv[1:])
