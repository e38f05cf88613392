"""How soon the page of a case shows what was found: an application of 40 pages in five files, none of them a scan.

    python -m tests.bench.bench_page [ROUNDS]

Goals: the first facts within 3 s, the whole assessment within 10 s, both from the moment the files are chosen, in
Chromium against `guohe serve` with an empty data folder. Then the same case on a line of 50 kB/s with a delay of 50 ms,
in a browser that has seen no page of it before: what it came to is painted within 3 s, for its applicant and, once it
is handed in, for a reviewer.
"""
from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser import steps
from tests.browser.people import given, registered
from tests.browser.server import Server
from tests.support import pdf_samples as samples

EXAMPLE = Path(__file__).parents[2] / "examples" / "membrane-center"
PDFS = 3
SECTIONS = 19   # of each, about 13 pages
SLOW = 50_000   # bytes a second
PAINTED = """(() => {
  const look = () => {
    const head = document.querySelector('#result-head, #review-summary h2');
    if (head?.getBoundingClientRect().height) requestAnimationFrame(() => { window.painted = performance.now(); });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""     # frames come once the styles are there


def application(folder: Path) -> list[Path]:
    """The example's form and list, and pdf files that make up 40 pages with its form."""
    for number in range(PDFS):
        story = samples.application(SECTIONS)
        (folder / f"附件{number + 1}.pdf").write_bytes(samples.flowed(story))
    for name in ("申报书.docx", "论文清单.xlsx"):
        shutil.copy(EXAMPLE / name, folder / name)
    return sorted(folder.iterdir())


def measure(browser: Browser, server: Server, files: list[Path], number: int) -> None:
    context = browser.new_context(base_url=server.address, locale="zh-CN", viewport={"width": 1440, "height": 900})
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
    case = page.url.split("?")[0]
    paint(browser, context, case, "applicant")
    page.goto(f"{case}/submission")
    page.click('button:has-text("确认提交")')
    page.locator(".submission").wait_for()
    other = browser.new_context(base_url=server.address, locale="zh-CN")
    given(server, registered(other.new_page()), "reviewer")
    paint(browser, other, case.replace("/cases/", "/review/cases/"), "reviewer")
    other.close()
    context.close()


def paint(browser: Browser, known: BrowserContext, address: str, whose: str) -> None:
    """When the headline of the case is painted, in a browser without anything kept."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900},
                                  storage_state=known.storage_state())
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": 50, "downloadThroughput": SLOW,
                                                      "uploadThroughput": SLOW})
    page.add_init_script(PAINTED)
    page.goto(address, wait_until="load")
    found = page.evaluate("""() => [window.painted, performance.getEntriesByType('navigation')[0].loadEventEnd,
      performance.getEntriesByType('navigation')[0].encodedBodySize,
      performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0)]""")
    print(f"  on 50 kB/s, {whose}'s page: painted {found[0] / 1000:.1f} s, whole {found[1] / 1000:.1f} s, "
          f"page {found[2] / 1000:.0f} kB, the rest {found[3] / 1000:.0f} kB")
    context.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
            below = Path(folder) / str(number)  # an installation of its own: nothing is known from the round before
            (below / "files").mkdir(parents=True)
            server = Server(below / "data").start()
            measure(browser, server, application(below / "files"), number)
            server.stop()
        browser.close()


if __name__ == "__main__":
    print(json.dumps({"load": os.getloadavg(), "processors": os.cpu_count()}))
    main()
