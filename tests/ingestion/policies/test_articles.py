"""What the parser of policy texts guarantees."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policy_corpus
from ingestion.domain import Article, Item
from ingestion.policies.articles import by_ref, in_english, make_ref, parse, parse_refs

TEXT = (policy_corpus.DEFAULT / "text.txt").read_text(encoding="utf-8")
CHAPTERS, ARTICLES = parse(TEXT)


def refs(text: str) -> list[str]:
    return [article.ref for article in parse(text)[1]]


def test_seed_policy_has_its_chapters_and_articles() -> None:
    """Five chapters with their titles, and articles 1 to 18 without a gap."""
    assert [(one.number, one.title) for one in CHAPTERS] == [
        (1, "总则"), (2, "申报条件"), (3, "认定程序"), (4, "支持和管理"), (5, "附则")]
    assert [one.number for one in ARTICLES] == list(range(1, 19))
    assert [one.chapter for one in ARTICLES] == [0] * 3 + [1] * 6 + [2] * 2 + [3] * 6 + [4]


def test_seed_policy_has_its_items() -> None:
    """Items are found at the start of a line, indented ones too, and counted within their article."""
    counts = {one.number: len(one.items) for one in ARTICLES if one.items}
    assert counts == {5: 4, 6: 4, 7: 4, 8: 4, 9: 4, 11: 5, 12: 4, 15: 5}


def test_spans_hold_the_text_as_it_stands() -> None:
    """An article starts at its number, an item at its bracket; neither has white space at its ends."""
    for article in ARTICLES:
        assert TEXT[article.span.start:article.span.end].startswith(article.ref)
        opening = TEXT[article.opening.start:article.opening.end]
        assert opening == opening.strip()
        for item in article.items:
            quote = TEXT[item.span.start:item.span.end]
            assert quote.startswith(item.ref.removeprefix(article.ref))
            assert quote == quote.strip()


def test_heading_is_the_title_on_the_numbers_line() -> None:
    """A short title alone on the line of the number is the heading; an opening sentence is none."""
    assert {one.number: one.heading for one in ARTICLES if one.heading} == {
        6: "国际创新园申报条件", 7: "国际技术转移中心申报条件",
        8: "国际联合研究中心申报条件", 9: "海外科技创新中心申报条件"}


def test_heading_may_stand_on_the_line_after_the_number_or_in_brackets() -> None:
    """Both other usual places of a heading are read."""
    assert parse("第一条\n适用范围\n本办法适用于本市。")[1][0].heading == "适用范围"
    assert parse("第一条【适用范围】本办法适用于本市。")[1][0].heading == "适用范围"


@pytest.mark.parametrize("text", [
    "第一条 依据如下，\n第七条 的规定执行。\n第二条 略。",
    "第一条 申报单位应符合\n第八条（二）的规定。\n第二条 略。",
    "第一条 根据第八条、第九条办理。\n第二条 符合“第五条（一）”的单位。",
    "第一条 按照\n第七条规定执行。\n第二条 略。",
    "第一条 甲。\n第二条 乙。\n第一条的规定不适用。",
])
def test_cross_reference_is_no_heading(text: str) -> None:
    """A reference to an article, in a line or at its start, opens no article."""
    assert refs(text) == ["第一条", "第二条"]


def test_cross_reference_to_an_item_is_no_item() -> None:
    """“第五条（一）” in running text adds no item to the article that holds it."""
    article = parse("第六条 符合第五条（一）且满足下列条件：\n（一）甲，见第五条（二）；\n（二）乙。")[1][0]
    assert [one.ref for one in article.items] == ["第六条（一）", "第六条（二）"]


@pytest.mark.parametrize("text", [
    "第8条 条件：\n（一）甲；\n（二）乙。",
    "第８条 条件：\n(一)甲；\n(二)乙。",
    "  第 八 条　条件：\n 1. 甲；\n 2. 乙。",
    "第八条 条件：\n（1）甲；\n（2）乙。",
    "第八条 条件：\n1．甲；\n2．乙。",
    "第八条 条件：（一）甲；（二）乙。",
    "第八条：条件：\n一、甲；\n二、乙。",
])
def test_other_spellings_of_numbers(text: str) -> None:
    """Half-width brackets, blanks before and in the number, Arabic and full-width figures, items in one line."""
    article = parse(text)[1][0]
    assert article.ref == "第八条"
    assert [one.ref for one in article.items] == ["第八条（一）", "第八条（二）"]
    assert [text[one.span.start:one.span.end][-2] for one in article.items] == ["甲", "乙"]


def test_numbered_points_inside_an_item_belong_to_it() -> None:
    """The outermost numbering makes the items."""
    text = "第八条 条件：\n（一）甲：\n1. 子一；\n2. 子二。\n（二）乙：\n（1）子三。"
    article = parse(text)[1][0]
    assert [one.number for one in article.items] == [1, 2]
    assert "子二" in text[article.items[0].span.start:article.items[0].span.end]
    assert text[article.items[1].span.start:article.items[1].span.end].endswith("（1）子三。")


def test_closing_paragraph_is_no_part_of_the_last_item() -> None:
    """A paragraph of the article after its list is left to the article."""
    text = "第八条 条件：\n（一）甲；\n（二）乙。\n前款所称甲，是指丙。\n第九条 略。"
    article = parse(text)[1][0]
    assert text[article.items[1].span.start:article.items[1].span.end] == "（二）乙。"
    assert text[article.span.start:article.span.end].endswith("是指丙。")


def test_articles_beyond_a_hundred() -> None:
    """第一百零三条 follows 第一百零二条 and keeps its spelling."""
    assert refs("第九十九条 甲。\n第一百条 乙。\n第一百零一条 丙。\n第一百零二条 丁。\n第一百零三条 戊。")[-2:] == [
        "第一百零二条", "第一百零三条"]


def test_table_of_contents_opens_no_chapter_twice() -> None:
    """Chapters named in a table of contents are counted where they stand."""
    text = "目录\n第一章 总则\n第二章 条件\n\n第一章 总则\n第一条 甲。\n第二章 条件\n第二条 乙。\n附件：清单"
    chapters, articles = parse(text)
    assert [(one.number, one.title) for one in chapters] == [(1, "总则"), (2, "条件")]
    assert [one.chapter for one in articles] == [0, 1]
    assert text[articles[1].span.start:articles[1].span.end] == "第二条 乙。"


def test_articles_inserted_later() -> None:
    """第八条之一 stands between 第八条 and 第九条."""
    assert refs("第八条 甲。\n第八条之一 乙。\n第九条 丙。") == ["第八条", "第八条之一", "第九条"]


def test_text_without_articles() -> None:
    """A text that is no policy has none, and is no error."""
    assert parse("") == ((), ())
    assert parse("关于召开会议的通知\n（一）时间") == ((), ())


@pytest.mark.parametrize(("written", "expected"), [
    ("第八条", ["第八条"]), ("第8条怎么说", ["第八条"]), ("8条2项", ["第八条（二）"]),
    ("第八条第二项", ["第八条（二）"]),
    ("第八条（二）", ["第八条（二）"]), ("第八条(2)", ["第八条（二）"]), ("第 八 條 第（二）項", ["第八条（二）"]),
    ("第八条第一款第二项", ["第八条（二）"]), ("第八条第二款", ["第八条"]), ("第八条里的第二项", ["第八条（二）"]),
    ("Article 8", ["第八条"]), ("Art. 8(2)", ["第八条（二）"]), ("item 2 of article 8", ["第八条（二）"]),
    ("article 8, item 2", ["第八条（二）"]), ("Articles 6 and 7", ["第六条", "第七条"]), ("八（二）", ["第八条（二）"]),
    ("why is 8.2 not met?", ["第八条（二）"]), ("第六至八条", ["第六条", "第七条", "第八条"]),
    ("第六条至第八条", ["第六条", "第七条", "第八条"]), ("Articles 5-7 say", ["第五条", "第六条", "第七条"]),
    ("第五、六条", ["第五条", "第六条"]), ("第五条（一）、（三）", ["第五条（一）", "第五条（三）"]),
    ("第五条第一、三项", ["第五条（一）", "第五条（三）"]), ("第九条和第八条，还有第九条", ["第九条", "第八条"]),
    ("第一百零三条", ["第一百零三条"]), ("第十九条规定了什么？", ["第十九条"]),
])
def test_references_in_every_spelling(written: str, expected: list[str]) -> None:
    """Whatever the spelling, a reference is named in one way, in order and once."""
    assert parse_refs(written) == expected


@pytest.mark.parametrize("written", [
    "", "20篇（含）以上", "8.2万元", "提供3条意见", "有三条途径", "表八（二）", "party 8", "申报条件", "2021（3）",
    "近三年",
])
def test_what_is_no_reference(written: str) -> None:
    """Figures, other words with 条 and table numbers name no article."""
    assert parse_refs(written) == []


def test_by_ref_finds_articles_and_items() -> None:
    """Any spelling finds the article or the item; what does not exist is None."""
    article, item = by_ref(ARTICLES, "第8条"), by_ref(ARTICLES, "Art. 8(2)")
    assert isinstance(article, Article)
    assert isinstance(item, Item)
    assert (article.ref, item.ref) == ("第八条", "第八条（二）")
    assert by_ref(ARTICLES, "第十九条") is None
    assert by_ref(ARTICLES, "第八条（九）") is None
    assert by_ref(ARTICLES, "随便") is None


@given(st.integers(1, 9999), st.integers(1, 99))
def test_every_reference_reads_back(article: int, item: int) -> None:
    """A reference that is made is understood again as the same one."""
    assert parse_refs(make_ref(article, item)) == [make_ref(article, item)]


@given(st.integers(1, 9990), st.integers(1, 12), st.integers(1, 30))
def test_generated_policies_are_parsed_whole(first: int, articles: int, items: int) -> None:
    """Every article and item of a generated policy is found where it was put, without overlap."""
    text = "关于某事的办法\n" + "".join(
        f"{make_ref(first + place)} 条件：\n" + "".join(
            f"{make_ref(1, number)[3:]}见{make_ref(first)}（一）；\n" for number in range(1, items + 1))
        for place in range(min(articles, 9999 - first + 1)))
    found = parse(text)[1]
    assert [one.number for one in found] == list(range(first, first + len(found)))
    assert all(len(one.items) == items for one in found)
    edges = [edge for one in found for edge in (one.span.start, one.span.end)]
    assert edges == sorted(edges)


def test_references_in_english() -> None:
    """A reference has an English spelling that is understood again."""
    assert in_english("第八条（二）") == "Article 8(2)"
    assert in_english("第八条之一") == "Article 8-1"
    assert in_english("附件3") == "附件3"
    assert parse_refs(in_english("第十一条（四）")) == ["第十一条（四）"]
