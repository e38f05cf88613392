"""The way of a fact: every place that states it, every one that was left out, by which rule, and what became of it."""
from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from api.cli import main
from assistant.report import way as telling
from assistant.wording.texts import load
from ingestion import facts, reading
from ingestion.domain import Interval
from ingestion.facts import explaining, schema
from ingestion.facts.explaining import Spoke, Way
from ingestion.parsing.text import from_string
from tests.support.places import APPLICATIONS
from tests.support.samples import policy

DAY = date(2025, 6, 30)
TEXT = ("申报单位：重庆市海棠膜材料研究院有限公司。\n近三年发表SCI论文18篇，其中与国外机构合作发表6篇。\n"
        "近五年共发表SCI、EI论文31篇，另有3篇已录用。\n计划发表论文20篇。\n全市发表SCI论文200篇。\n"
        "本单位未发生环保、安全责任事故。\n住所：成都市高新区天府大道1号。\n")


def explain(text: str, key: str) -> Way:
    return explaining.explain([from_string(text)], policy(), DAY, key)


def test_what_states_a_fact_names_its_rules_and_what_became_of_it() -> None:
    """A figure for one kind bounds the whole from below; the wider period bounds it from above."""
    way = explain(TEXT, "sci_ei_papers")
    assert [(one.at.quote, one.says, one.became) for one in way.said] == [
        ("近三年发表SCI论文18篇", Interval(18, 18), Interval(18, None)),
        ("近五年共发表SCI、EI论文31篇", Interval(0, 31), Interval(0, 31))]
    assert way.said[0].spoke == (Spoke("heads", ("SCI", "论文")), Spoke("needs.1", ("SCI",)))
    assert way.said[0].kinds == ("sci",)
    assert way.interval == Interval(18, 31)
    assert way.intervals == (("met", Interval(18, 31)), ("widened", Interval(18, 31)))


def test_what_was_left_out_says_by_what() -> None:
    """The reason, the part of the extractor that spoke, and the words of the fact's file that stand there."""
    left = {one.at.quote: (one.reason, one.by, one.spoke) for one in explain(TEXT, "sci_ei_papers").left_out}
    assert left["其中与国外机构合作发表6篇"] == ("definition", "matching", (Spoke("exclude", ("与国外", "合作发表")),))
    assert left["另有3篇已录用"][0] == "planned"
    assert left["全市发表SCI论文200篇"][0] == "other_body"


def test_a_statement_names_its_id() -> None:
    """Also one that was left out."""
    way = explain(TEXT, "no_incidents")
    assert [(one.spoke[0].rule, one.fate) for one in way.said] == [("none_happened", "counts")]
    said = explain(TEXT, "registered_in_chongqing")
    assert [one.spoke[0].rule for one in said.said] == ["address_elsewhere"]
    planned = explain("计划设立国际合作处，专职开展国际科技合作。", "dedicated_office")
    assert [(one.reason, one.spoke[0].rule) for one in planned.left_out] == [("planned", "named_office")]


def test_what_outweighed_a_figure_is_named() -> None:
    """A figure whose fact is inferred, against plainer statements that agree."""
    plain, lone = "园区内市级以上创新平台共3个", "重庆实验室向17家本地企业提供测试服务"
    way = explain(f"{plain}。{lone}。", "municipal_platforms")
    assert [(one.at.quote, one.fate, one.inferred, [at.quote for at in one.against]) for one in way.said] == [
        (plain, "counts", 0, []), (lone, "weighed", 1, [plain])]
    assert [(one.at.quote, one.reason) for one in way.left_out] == [(lone, "outweighed")]
    assert way.interval == Interval(3, 3)


@pytest.mark.parametrize("name", ["jrc-wulong-highland-crops", "oic-jakarta-minority", "ip-baishiyi-expired-titles"])
def test_the_way_leads_to_the_fact(name: str) -> None:
    """Of every fact of an application: the same interval, exclusions and undecided places as it is assessed with, and
    no evidence that is not among the places that state it.
    """
    documents = reading.read_all([APPLICATIONS / name / "documents"])
    day = date.fromisoformat(json.loads((APPLICATIONS / name / "case.json").read_text("utf-8"))["application_date"])
    found = facts.extract(documents, policy(), day)
    prepared = facts.prepare(documents, policy())
    for key in policy().facts.facts:
        way = explaining.way(prepared, policy(), day, key)
        fact = found.facts.get(key)
        assert (way.interval, way.conflict) == ((fact.interval, fact.conflict) if fact else (None, False)), key
        assert {one.at.span for one in way.left_out} >= {one.span for one in found.exclusions.get(key, ())}, key
        assert [one.at.span for one in way.undecided] == [one.span for one in found.unexplained.get(key, ())], key
        places = {at.span for one in way.said for at in (one.at, *one.items)}
        assert {one.span for one in fact.evidence} <= places if fact else not way.intervals, key
        assert not any(one.spoke == () for one in way.said), key


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_step_has_words(language: str) -> None:
    """Nothing that happens on the way is without a name in either language."""
    told = load(Path(telling.__file__).parent / "language" / "way.yaml")
    other = told["en" if language == "zh" else "zh"]

    def same(one: object, two: object) -> None:
        assert isinstance(one, dict) == isinstance(two, dict)
        if isinstance(one, dict) and isinstance(two, dict):
            assert one.keys() == two.keys()
            for name in one:
                same(one[name], two[name])

    same(told[language], other)
    written = schema.described(policy().root)
    for key in ("sci_ei_papers", "no_incidents", "registered_in_chongqing", "fixed_premises"):
        lines = list(telling.lines(explain(TEXT, key), policy(), written[key], language))
        assert lines[0].depth == 0
        assert key in lines[0].text


def test_the_command_tells_it_in_text_and_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text by default; --json - instead of it."""
    (tmp_path / "申报书.txt").write_text(TEXT, encoding="utf-8")
    given = ["facts", "--explain", "sci_ei_papers", str(tmp_path), "--date", "2025-06-30"]
    assert main(given) == 0
    out = capsys.readouterr().out
    assert "SCI或EI论文（sci_ei_papers）：18至31篇" in out
    assert "规则 exclude（与国外、合作发表）" in out
    assert main([*given, "--json", "-", "--lang", "en"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["low"], body["high"], body["found"]) == (18, 31, True)
    assert body["said"][0]["rules"][0] == {"rule": "heads", "words": ["SCI", "论文"]}
    assert all(TEXT[one["start"]:one["end"]] == one["quote"] for one in (*body["said"], *body["exclusions"]))


def test_an_unknown_fact_names_the_choices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With their names in the reader's language."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert main(["facts", "--explain", "papers", str(tmp_path), "--lang", "en"]) == 2
    assert "sci_ei_papers (SCI or EI papers)" in capsys.readouterr().err
