"""The pictures of the guides, taken from the running product: `python -m tests.making.pictures`.

Each page is taken light and dark. A picture is written only where the page looks different from the one that is there;
what changed is said. With `--check` nothing is written, and the exit status is 1 where a page has changed.
"""
from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from api.service.records import Role
from tests.browser.offices import Place, of, office
from tests.support.places import ROOT

FOLDER = ROOT / "docs" / "guide"
THEMES = ("light", "dark")
WIDTH, HEIGHT, SCALE = 1280, 800, 1.5   # points, and pixels a point
COLOURS = 32                # of a picture: text and surfaces need no more
LARGEST = 100_000           # bytes of one picture
STEP, MOST = 24, 0.004      # a page has changed where more than this share of its pixels differs by more than this step


@dataclass(frozen=True)
class Shot:
    """A page as one role sees it, after a click on `click`, scrolled to `at`."""

    name: str
    role: Role
    address: str
    click: str = ""
    at: str = ""


def shots(place: Place) -> Iterator[Shot]:
    """What the guides show, in a few pictures."""
    case = next(one for one in place.pages[str(Role.APPLICANT)] if one.startswith("/cases/"))
    review = next(one for one in place.pages[str(Role.REVIEWER)] if one.startswith("/review/cases/"))
    yield Shot("case", Role.APPLICANT, case, '[id="c-8.2.papers"] a.cover', '[id="c-8.1.projects"]')
    yield Shot("review", Role.REVIEWER, review)
    yield Shot("policy", Role.POLICY_STAFF, next(
        one for one in place.pages[str(Role.POLICY_STAFF)] if one.startswith("/policy/versions/")))
    yield Shot("health", Role.ADMINISTRATOR, "/admin")


def taken(chromium: Browser, place: Place, shot: Shot, theme: str) -> bytes:
    """A page as a small picture."""
    context = of(chromium, place, str(shot.role), device_scale_factor=SCALE,
                 viewport={"width": WIDTH, "height": HEIGHT})
    context.add_cookies([{"name": "guohe_theme", "value": theme, "url": place.server.address}])
    page = context.new_page()
    page.goto(shot.address)
    page.wait_for_selector("html[data-ready]", state="attached")
    if shot.click:
        page.click(shot.click)
        page.wait_for_selector(".panel mark, aside mark, mark", state="attached")
        page.wait_for_load_state("networkidle")
    if shot.at:
        page.evaluate("at => document.querySelector(at).scrollIntoView()", shot.at)
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(300)
    content = page.screenshot(animations="disabled")
    context.close()
    target = BytesIO()
    few = Image.open(BytesIO(content)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.convert("RGB").save(target, "webp", lossless=True, quality=100, method=6)
    return target.getvalue()


def differs(before: bytes, after: bytes) -> bool:
    """Whether two pictures show different pages; days and other small marks are no difference."""
    first, second = (np.asarray(Image.open(BytesIO(one)).convert("L"), dtype=np.int16) for one in (before, after))
    if first.shape != second.shape:
        return True
    return float((np.abs(first - second) > STEP).mean()) > MOST


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.making.pictures", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say which pages have changed")
    options = parser.parse_args(arguments)
    changed = []
    path = os.environ.get("GUOHE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as made, office(Path(made) / "data") as place, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for shot in shots(place):
            for theme in THEMES:
                target, content = FOLDER / f"{shot.name}-{theme}.webp", taken(chromium, place, shot, theme)
                if target.is_file() and not differs(target.read_bytes(), content):
                    continue
                changed.append(target.name)
                print(f"changed: {target.name} ({len(content) // 1000} kB), {shot.address}")
                if not options.check:
                    target.write_bytes(content)
        chromium.close()
    print(f"{len(changed)} of the pictures show a page that has changed" if changed else "every picture is as its page")
    return 1 if changed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
