"""The guides: served without a network, every link and picture there, every command one that the program has."""
from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from api.cli import parser
from api.pages import guides
from tests.making import pictures
from tests.support.web_samples import Installation, installation

TEXTS = sorted(guides.folder().glob("*.md"))
HIGHER = [guides.folder().parent / f"{one}.md" for one in guides.ENGLISH]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    """The web application on an empty data folder."""
    with installation(tmp_path / "data") as made:
        yield made


class Named(HTMLParser):
    """What a page names: links and pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a":
            self.links.append(found["href"] or "")
        if tag == "img":
            self.pictures.append(found)


@pytest.mark.parametrize("name", [*guides.ORDER, *guides.ENGLISH])
def test_a_guide_is_a_page_for_everybody(site: Installation, name: str) -> None:
    """Without signing in; its links lead somewhere, its pictures are there with size and words, light and dark."""
    visitor = site.visitor()
    response = visitor.get("/help" if name == "index" else f"/help/{name}")
    assert response.status_code == 200
    assert f"<h1>{guides.read(name).title}</h1>" in response.text
    found = Named(response.text)
    for link in {one for one in found.links if one.startswith("/help")}:
        assert visitor.get(link).status_code == 200
    assert not any(one.startswith(("http", "//")) or one.endswith(".md") for one in found.links)
    for picture in found.pictures:
        assert picture["alt"]
        assert int(picture["width"] or 0) > 100
        assert visitor.get(picture["src"] or "").headers["content-type"] == "image/webp"
    assert len([one for one in found.pictures if one["class"] == "for-dark"]) * 2 == len(found.pictures)


def test_english_pages_say_what_language_they_are(site: Installation) -> None:
    """For who hears them read out; the diagram of the architecture is its parts with their rooms."""
    text = site.visitor().get("/help/architecture").text
    assert '<article lang="en">' in text
    assert '<a href="/help/python" lang="en"' in text
    assert "<li><b>parsing</b> a file becomes a Document</li><li><b>facts</b> a Document becomes Facts</li>" in text
    assert "<b>policy_corpus/&lt;policy&gt;</b>" in text
    assert "<strong>ingestion — what documents say</strong>" in text
    assert "flowchart" not in text


@pytest.mark.parametrize("address", ["/help/nothing", "/help/nothing.webp", "/help/..%2Fpython", "/help/index.md"])
def test_nothing_else_is_served(site: Installation, address: str) -> None:
    """An address that names no guide is a page that says so."""
    assert site.visitor().get(address).status_code == 404


def test_every_text_is_listed() -> None:
    """No guide lies in the folder that no page leads to."""
    assert {path.stem for path in TEXTS} == set(guides.ORDER)


@pytest.mark.parametrize("path", [*TEXTS, *HIGHER], ids=lambda path: path.stem)
def test_every_command_of_a_guide_is_one(path: Path) -> None:
    """Each guohe line is understood by the command line, options and all."""
    for block in re.findall(r"```\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("guohe "):
                assert callable(parser("zh").parse_args(shlex.split(line)[1:]).run)


def test_pictures_are_small() -> None:
    """Every picture is below 100 kB, in both themes."""
    found = sorted(guides.folder().glob("*.webp"))
    assert found
    assert all(path.stat().st_size < pictures.LARGEST for path in found)
    assert {path.name.replace("-dark", "-light") for path in found} == {
        path.name for path in found if path.name.endswith("-light.webp")}


def test_a_changed_page_is_told_from_a_changed_day() -> None:
    """A few letters are no change; a table that is another one is."""
    def drawn(*boxes: tuple[int, int, int, int]) -> bytes:
        picture, target = Image.new("RGB", (800, 500), "white"), BytesIO()
        for box in boxes:
            ImageDraw.Draw(picture).rectangle(box, fill="black")
        picture.save(target, "png")
        return target.getvalue()

    page = drawn((10, 10, 300, 200))
    assert not pictures.differs(page, drawn((10, 10, 300, 200), (400, 20, 430, 32)))
    assert pictures.differs(page, drawn((10, 40, 300, 230)))
    assert pictures.differs(page, drawn())
