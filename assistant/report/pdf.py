"""The report as PDF: one HTML template, laid out by weasyprint without any outside resource."""
from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from assistant.report.letter import Line
from assistant.report.model import Report
from assistant.report.word_file import readable
from assistant.report.words import Wording
from ingestion.errors import UsageError

FOLDER = Path(__file__).parent
COLUMNS = ("number", "category", "item", "clause", "requirement", "figure", "evidence", "outcome", "note")
FONT = ('"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", '
        '"Noto Serif CJK SC", "SimSun", "Droid Sans Fallback", sans-serif')


def render(report: Report) -> bytes:
    """The same report gives the same bytes on the same machine (fonts differ from one to another)."""
    return _laid_out(html(report))


def _laid_out(page: str) -> bytes:
    """A page as pdf; UsageError where the system's library is missing."""
    try:
        import weasyprint
    except OSError as error:
        raise UsageError("the PDF report needs the system library Pango, which is missing; install it "
                         "(on Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0) or write a .docx report.",
                         "PDF 审查表需要系统库 Pango，本机没有；请安装"
                         "（Debian：libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0），或改用 .docx。") from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    with _fixed_time():
        return bytes(weasyprint.HTML(string=page, url_fetcher=_refuse).write_pdf())


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], words: Wording, status: str) -> bytes:
    """A list under its title."""
    import jinja2

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
                                     loader=jinja2.FileSystemLoader(FOLDER), finalize=_clean)
    page = environment.get_template("list.html").render(title=title, columns=columns, rows=rows, css=_style(words),
                                                        status=f"{words('pre_screen')} · {status}")
    return _laid_out(page)


def letter(name: str, lines: Sequence[Line], mark: str, language: str) -> bytes:
    """An official document on portrait pages."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
                                     loader=jinja2.FileSystemLoader(FOLDER), finalize=_clean)
    before, after = Wording(language)("letter.page", page="\0").split("\0")
    css = (FOLDER / "letter.css").read_text(encoding="utf-8").replace(
        "PAGE_OF", f'"{before}" counter(page) "{after}"').replace("FONT", FONT)
    return _laid_out(environment.get_template("letter.html").render(
        name=name, lines=lines, mark=mark, css=Markup(css), language=language))  # noqa: S704 — our own file


def html(report: Report) -> str:
    """The page that is laid out; everything that comes from a document is escaped."""
    import jinja2

    words = Wording(report.language)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
                                     loader=jinja2.FileSystemLoader(FOLDER), finalize=_clean)

    return environment.get_template("report.html").render(
        report=report, words=words, css=_style(words), columns=COLUMNS,
        policy_line=next(one.value for one in report.head if one.key == "policy"))


def _style(words: Wording) -> Any:
    from markupsafe import Markup

    before, between, after = words("page_of", page="\0", pages="\0").split("\0")
    counter = f'"{before}" counter(page) "{between}" counter(pages) "{after}"'
    css = (FOLDER / "report.css").read_text(encoding="utf-8")
    return Markup(css.replace("PAGE_OF", counter).replace("FONT", FONT))  # noqa: S704 — our own file


def _clean(value: object) -> object:
    return readable(value) if type(value) is str else value


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    """Nothing is fetched for a report, whatever a document holds."""
    raise ValueError(f"not fetched: {url!r}")


@contextmanager
def _fixed_time() -> Iterator[None]:
    """Font subsets carry the time they were made at, unless the environment names one."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
