"""The guides of `docs/guide` as pages, with pictures for both themes, and three English pages of `docs`. Nothing comes
from a network."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml, unescapeAll
from markdown_it.token import Token

import api
from api.errors import Failure
from api.pages.rendering import page
from api.pages.routing import PageRoute

router = APIRouter(route_class=PageRoute)
ORDER = ("index", "applicants", "reviewers", "policy-staff", "administrators", "policy-folder")
ENGLISH = ("architecture", "python", "operations")   # pages of the folder above
LIGHT, DARK = "-light.webp", "-dark.webp"
PIXELS = 1.5   # of a picture for each point
A_DAY = {"Cache-Control": "public, max-age=86400"}
_PICTURE = re.compile(r"[a-z-]{1,40}\.webp")
# Of a diagram: a part with its name, the end of a part, a room with what it does
_PART = re.compile(r'subgraph \w+\["([^"]+)"\]|^\s*(end)$|\[\(?"(.+?)(?:<br>([^"]+))?"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Guide:
    """One page: its name in the address, its title, and its text as HTML without the title."""

    name: str
    title: str
    body: str
    language: str


@router.get("/help")
def index(request: Request) -> Response:
    return _shown(request, ORDER[0])


@router.get("/help/{name}")
def guide(request: Request, name: str) -> Response:
    """A guide, or one of its pictures."""
    if _PICTURE.fullmatch(name):
        path = folder() / name
        if not path.is_file():
            raise Failure("not_found")
        return FileResponse(path, headers=A_DAY)
    return _shown(request, name)


def _shown(request: Request, name: str) -> Response:
    if name not in {*ORDER, *ENGLISH}:
        raise Failure("not_found")
    return page(request, "help.html", guide=read(name), guides=[read(one) for one in (*ORDER, *ENGLISH)])


def folder() -> Path:
    """Beside the packages in the repository, inside this one where it is installed."""
    here = Path(api.__file__).parent
    return next((one for one in (here / "guide", here.parent / "docs" / "guide") if one.is_dir()), here)


@cache
def read(name: str) -> Guide:
    """A guide as HTML: links lead to the other guides, a picture has a light and a dark side."""
    path, language = folder() / f"{name}.md", "en" if name in ENGLISH else "zh-CN"
    text = (path if path.is_file() else folder().parent / path.name).read_text(encoding="utf-8")
    title, _, rest = text.partition("\n")
    return Guide(name, title.removeprefix("# ").strip(), str(_renderer().render(rest)), language)


def _renderer() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.add_render_rule("image", _picture)
    made.add_render_rule("link_open", _link)
    made.add_render_rule("fence", _fence)
    made.add_render_rule("table_open", lambda *_: '<div class="scroll" tabindex="0" role="group"><table>')
    made.add_render_rule("table_close", lambda *_: "</table></div>")
    return made


def _picture(self: Any, tokens: Sequence[Token], place: int, options: Any, _env: Mapping[str, Any]) -> str:
    """Both sides of a picture; the page's theme shows one of them."""
    token = tokens[place]
    name, alt = str(token.attrs["src"]), self.renderInlineAsText(token.children or [], options, {})
    made = ""
    for file, side in ((name, "for-light"), (name.replace(LIGHT, DARK), "for-dark")):
        width, height = _size(file)
        made += f'<img class="{side}" src="/help/{file}" alt="{alt}" width="{width}" height="{height}" loading="lazy">'
    return made


def _link(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Mapping[str, Any]) -> str:
    token = tokens[place]
    token.attrs["href"] = re.sub(r"^(?:\.\./)?([a-z-]+)\.md$", r"/help/\1", str(token.attrs["href"]))
    return str(self.renderToken(tokens, place, options, env))


def _fence(self: Any, tokens: Sequence[Token], place: int, options: Any, env: Mapping[str, Any]) -> str:
    """A block of code; of a diagram its parts with their rooms, one below the other, as it would be drawn."""
    if tokens[place].info != "mermaid":
        return str(self.fence(tokens, place, options, env))
    made = ""
    for one in _PART.finditer(unescapeAll(tokens[place].content)):
        part, end, room, of = (escapeHtml(text or "") for text in one.groups())
        made += (f"<section><strong>{part}</strong><ul>" if part else "</ul></section>" if end else
                 f"<li><b>{room}</b> {of}</li>")
    return f'<div class="rooms">{made}</div>'


def _size(name: str) -> tuple[int, int]:
    """Width and height of a picture in points; none where it is not there."""
    from PIL import Image

    path = folder() / name
    if not path.is_file():
        return 0, 0
    with Image.open(path) as picture:
        return round(picture.width / PIXELS), round(picture.height / PIXELS)
