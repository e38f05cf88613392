"""The words of the pages: data in both languages, each used, none in a template; and nothing inline."""
from __future__ import annotations

import re
from collections.abc import Iterator

from api.pages.texts import texts as page_texts
from ingestion.parsing.sandbox.confinement import FILES, LIMITS, NETWORK, PROCESS, PROGRAMS
from tests.support.places import ROOT

TEMPLATES = sorted((ROOT / "api" / "web" / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "api" / "web" / "static" / "js").glob("*.js"))
STYLES = sorted((ROOT / "api" / "web" / "static" / "css").glob("*.css"))


def keys(tree: dict[str, object], above: str = "") -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from keys(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def texts(language: str) -> set[str]:
    return set(keys(page_texts(language)))


def used() -> tuple[set[str], set[str]]:
    """Keys that templates, code and scripts name whole, and the beginnings of those they put together."""
    whole, begun = set(), set()
    for path in (*TEMPLATES, *sorted((ROOT / "api" / "pages").rglob("*.py"))):
        source = path.read_text(encoding="utf-8")
        # t('a.b'), words(…)("a.b"), t.lines('a.b' if … else 'a.c'), say(f"a.{b}")
        for name in re.findall(r"""["']([a-z_]+(?:\.[a-z_]+)+)["']""", source):
            whole.add(name)
        begun |= set(re.findall(r"""["']([a-z_]+\.(?:[a-z_]+\.)*)["'] ~""", source))
        begun |= set(re.findall(r"""f["']([a-z_]+\.(?:[a-z_]+\.)*)\{""", source))
    for path in SCRIPTS:
        source = path.read_text(encoding="utf-8")
        whole |= {f"script.{name}" for name in re.findall(r'text\("([a-z_]+)"', source)}
        whole |= {f"script.{name}" for name in re.findall(r'"(yes|no|at_least)"', source)}
        begun |= {f"script.{name}" for name in re.findall(r"text\(`([a-z_]+)\$", source)}
    return whole, begun | {"script.reading", "script.ocr", "script.waiting", "script.done", "script.unread"}


def test_both_languages_say_the_same_things() -> None:
    """No page meets a text that one language lacks."""
    assert texts("zh") == texts("en")


def test_no_text_is_missing() -> None:
    """Every text that a template, a module or a script names is there."""
    sections = {name.partition(".")[0] for name in texts("zh")}
    named = {name for name in used()[0] if name.partition(".")[0] in sections and not name.endswith((".html", ".yaml"))}
    nested = {name.rsplit(".", 1)[0] for name in texts("zh")}
    assert named - texts("zh") - nested == set()


def test_no_text_is_left_over() -> None:
    """What nobody says any more is not translated for ever."""
    whole, begun = used()
    assert {name for name in texts("zh") if name not in whole and not name.startswith(tuple(begun))} == set()


def test_the_audit_and_the_wall_have_words() -> None:
    """Every act, kind of object and detail that the services record, and every layer of the wall, is named."""
    known = texts("zh")
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "api" / "service").rglob("*.py")))
    recorded = re.findall(r'\brecord\([^"]*"([a-z_]+)", "([a-z_]+)"', source)
    assert len(recorded) > len(set(recorded)) > 30
    assert {f"audit_actions.{act}" for act, _ in recorded} | {f"audit_kinds.{kind}" for _, kind in recorded} <= known
    calls = re.findall(r'\brecord\([^"]*"[a-z_]+", "[a-z_]+",((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)', source)
    details = set(re.findall(r"\b([a-z_0-9]+)=(?!=)", re.sub(r"\([^()]*\)", "", "".join(calls))))
    assert len(details) > 20
    assert {f"audit_details.{name}" for name in details - {"before", "after", "reason"}} <= known
    assert {f"health.levels.{one}" for one in (PROCESS, LIMITS, NETWORK, PROGRAMS, FILES)} <= known


def test_templates_hold_no_words_of_their_own() -> None:
    """Every word of a page is data, in both languages."""
    for path in TEMPLATES:
        source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert re.findall(r"[一-鿿]+", source) == [], path


def test_pages_need_nothing_inline_and_nothing_from_elsewhere() -> None:
    """A content security policy of 'self' holds: no inline scripts, styles or handlers, no other host."""
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)"
                             r"|(?:src|srcset|href|action)=\s*[\"']?https?://", source), path
    for path in (*SCRIPTS, *STYLES):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|innerHTML|document\.write|eval\(|@import", source), path


def test_a_theme_changes_colours_alone() -> None:
    """What is held against axe in the light needs in the dark to be held for its colours only."""
    themed = [(selector, said) for path in STYLES if path.name != "help.css"   # it has a picture for each theme
              for selector, said in re.findall(r"([^{}]*\[data-theme[^{}]*)\{([^{}]*)\}", path.read_text("utf-8"))]
    assert len(themed) >= 3
    for selector, said in themed:
        for one in filter(None, map(str.strip, said.split(";"))):
            assert re.fullmatch(r"color-scheme: (light|dark)|--[a-z-]+: (#[0-9a-f]{3,6}|none)", one), (selector, one)


def test_phones_of_every_width_have_one_layout() -> None:
    """None is wider than where a page changes its layout, so that the narrowest stands for all against axe."""
    widths = [float(one) for path in STYLES
              for one in re.findall(r"@media \((?:min|max)-width: ([\d.]+)rem", path.read_text("utf-8"))]
    assert min(widths) * 16 > 600
