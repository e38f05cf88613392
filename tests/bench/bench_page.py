"""How soon the page of a case shows what was found: an application of 40 pages in five files, none of them a scan.

    python -m tests.bench.bench_page [ROUNDS]

Goals: the first facts within 3 s, the whole assessment within 10 s, both from the moment the files are chosen, in
Chromium against `guohe serve` with an empty data folder.
"""
from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests import pdf_samples as samples
from tests.browser import steps
from tests.browser.server import Server

EXAMPLE = Path(__file__).parents[2] / "examples" / "membrane-center"
PDFS = 3
SECTIONS = 19   # of each, about 13 pages


def application(folder: Path) -> list[Path]:
    """The example's form and list, and pdf files that make up 40 pages with its form."""
    for number in range(PDFS):
        story = samples.application(SECTIONS)
        (folder / f"附件{number + 1}.pdf").write_bytes(samples.flowed(story))
    for name in ("申报书.docx", "论文清单.xlsx"):
        shutil.copy(EXAMPLE / name, folder / name)
    return sorted(folder.iterdir())


def measure(browser: Browser, address: str, files: list[Path], number: int) -> None:
    context = browser.new_context(base_url=address, locale="zh-CN", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto("/register")
    page.fill("#email", f"bench{number}@example.com")
    page.fill("#name", "评测")
    page.fill("#password", "a sentence that is remembered")
    page.click("main button")
    page.wait_for_url("**/cases")
    steps.new_case(page)
    steps.ready(page)
    began = time.perf_counter()
    page.set_input_files("#pick", [str(one) for one in files])
    page.locator("#live-facts li").first.wait_for(timeout=60_000)
    facts = time.perf_counter() - began
    page.locator(".criterion").first.wait_for(timeout=120_000)
    whole = time.perf_counter() - began
    pages = sum(int(one.split()[0]) for one in page.locator(".file-name .sub").all_inner_texts()
                for one in [one.split("·")[-1].strip()] if one.endswith("页"))
    print(f"first facts {facts:.1f} s, assessed {whole:.1f} s, {len(files)} files, {pages} pages of pdf")
    context.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
            below = Path(folder) / str(number)  # an installation of its own: nothing is known from the round before
            (below / "files").mkdir(parents=True)
            server = Server(below / "data").start()
            measure(browser, server.address, application(below / "files"), number)
            server.stop()
        browser.close()


if __name__ == "__main__":
    print(json.dumps({"load": os.getloadavg(), "processors": os.cpu_count()}))
    main()
