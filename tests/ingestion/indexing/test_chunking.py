"""What passages guarantee."""
from __future__ import annotations

import policy_corpus
from ingestion.domain import BlockKind, Document, Passage
from ingestion.indexing import chunking
from ingestion.parsing.builder import DocumentBuilder
from ingestion.policies import articles

TEXT = (policy_corpus.DEFAULT / "text.txt").read_text(encoding="utf-8")
POLICY = chunking.policy_passages("seed", TEXT, *articles.parse(TEXT))


def document(build: DocumentBuilder) -> tuple[Document, tuple[Passage, ...]]:
    made = build.build()
    return made, chunking.document_passages(made)


def builder() -> DocumentBuilder:
    return DocumentBuilder("申报书.docx", "0" * 64, "docx")


def row(*texts: str) -> list[tuple[str, int, int, int]]:
    return [(text, column, 1, 1) for column, text in enumerate(texts)]


def test_policy_has_a_passage_for_every_article_and_item() -> None:
    """Each reference once, in the policy's order."""
    refs = [ref for article in articles.parse(TEXT)[1] for ref in (article.ref, *(item.ref for item in article.items))]
    assert [one.ref for one in POLICY] == refs == [one.id for one in POLICY]


def test_cited_policy_text_is_verbatim() -> None:
    """A passage's text is the policy's at its span."""
    assert all(one.text == TEXT[one.span.start:one.span.end] for one in POLICY)


def test_item_is_embedded_with_its_articles_heading_and_opening() -> None:
    """An item that does not name its base type is found with it; the cited text stays the item alone."""
    item = next(one for one in POLICY if one.ref == "第八条（二）")
    assert "国际联合研究中心申报条件" in item.embedded
    assert item.embedded.endswith(item.text)
    assert item.text.startswith("（二）具有良好的国际科技合作基础")
    assert "国际联合研究中心" not in item.text


def test_words_after_the_last_item_belong_to_the_article() -> None:
    """A closing paragraph of an article (前款所称…) is a passage with the article's reference, and its own id."""
    text = ("第一条 条件如下：\n（一）有场地；\n（二）有人员。\n前款所称人员，是指专职人员。\n"
            "第二条 本办法自发布之日起实施。\n")
    found = chunking.policy_passages("small", text, *articles.parse(text))
    closing = next(one for one in found if one.text.startswith("前款所称"))
    assert closing.ref == "第一条"
    assert len({one.id for one in found}) == len(found)


def test_passages_never_cross_a_heading() -> None:
    """Short paragraphs are joined under one heading only, and know the headings above them."""
    build = builder()
    build.text_block(BlockKind.HEADING, "一、基本情况", level=1)
    build.text_block(BlockKind.PARAGRAPH, "本中心成立于2015年。")
    build.text_block(BlockKind.PARAGRAPH, "现有专职人员3名。")
    build.text_block(BlockKind.HEADING, "二、合作", level=1)
    build.text_block(BlockKind.HEADING, "（一）伙伴", level=2)
    build.text_block(BlockKind.PARAGRAPH, "与5家机构合作。")
    made, found = document(build)
    assert [one.text for one in found] == ["本中心成立于2015年。\n现有专职人员3名。", "与5家机构合作。"]
    assert [one.headings for one in found] == [("一、基本情况",), ("二、合作", "（一）伙伴")]
    assert all(one.text == made.quote(one.span) for one in found)


def test_heading_without_text_is_a_passage() -> None:
    """Nothing that was written is lost: a heading with nothing under it can be found."""
    build = builder()
    build.text_block(BlockKind.HEADING, "三、重庆—布达佩斯联合实验室", level=1)
    build.text_block(BlockKind.HEADING, "四、其他", level=1)
    assert [one.text for one in document(build)[1]] == ["三、重庆—布达佩斯联合实验室", "四、其他"]


def test_long_paragraph_is_cut_where_sentences_end() -> None:
    """Pieces of at most LONG characters, about equally long, that together are the paragraph."""
    build = builder()
    text = "".join(f"第{number}年度，本中心与境外机构联合开展研究并取得成果，论文若干篇。" for number in range(40))
    build.text_block(BlockKind.PARAGRAPH, text)
    _, found = document(build)
    assert "".join(one.text for one in found) == text
    assert all(one.text.endswith("。") for one in found)
    assert max(len(one.text) for one in found) <= chunking.LONG
    assert min(len(one.text) for one in found) > chunking.SHORT


def test_text_without_any_stop_is_cut_too() -> None:
    """A megabyte without a stop or a space makes no passage longer than LONG."""
    build = builder()
    build.text_block(BlockKind.PARAGRAPH, "研" * 100_001)
    _, found = document(build)
    assert sum(len(one.text) for one in found) == 100_001
    assert max(len(one.text) for one in found) <= chunking.LONG


def test_table_rows_carry_the_header_row() -> None:
    """Rows are found by their columns' names and the table's title, which are not part of the cited text."""
    build = builder()
    build.text_block(BlockKind.HEADING, "五、论文", level=1)
    title = [("近三年论文清单", 0, 1, 3)]
    long = "Joint study of catalytic materials for low temperature conversion of biomass into fuels and chemicals"
    build.table([title, row("序号", "题目", "收录"), row("1", long, "SCI"), row("2", long + " II", "EI")])
    made, found = document(build)
    assert [one.text.split("\t")[0] for one in found] == ["1", "2"]
    assert all("近三年论文清单 | 序号 | 题目 | 收录" in one.context and "五、论文" in one.context for one in found)
    assert all(one.text == made.quote(one.span) for one in found)


def test_short_table_rows_are_joined() -> None:
    """A table of figures is a few passages, not one a row."""
    build = builder()
    build.table([row("年度", "项目", "经费"), *(row(str(2000 + number), "合作", "12") for number in range(24))])
    _, found = document(build)
    assert 1 < len(found) < 12
    assert "".join(one.text for one in found).count("合作") == 24


def test_table_of_names_only_is_not_lost() -> None:
    """A table whose rows all look like a header still has a passage."""
    build = builder()
    build.table([row("单位", "国别", "性质")])
    assert [one.text for one in document(build)[1]] == ["单位\t国别\t性质"]


def test_merged_cell_is_context_of_the_rows_it_spans() -> None:
    """A cell that is merged over rows stands once in the text; the later rows are found by it too."""
    build = builder()
    work = "联合开展轻量化合金材料制备关键技术研究，形成联合发明专利并在本市企业完成中试转化，推动技术落地应用" * 2
    build.table([row("国别", "机构", "内容"), [("匈牙利", 0, 2, 1), ("布达佩斯技术大学", 1, 1, 1), (work, 2, 1, 1)],
                 [("赛格德大学", 1, 1, 1), (work, 2, 1, 1)]])
    found = document(build)[1]
    assert "匈牙利" in found[1].context
    assert "匈牙利" not in found[1].text


def test_furniture_is_no_passage_and_joins_nothing() -> None:
    """A running head is not found, and paragraphs on both sides of it are not cited as one piece."""
    build = builder()
    build.text_block(BlockKind.PARAGRAPH, "前半句")
    build.text_block(BlockKind.FURNITURE, "第 3 页")
    build.text_block(BlockKind.PARAGRAPH, "后半句")
    assert [one.text for one in document(build)[1]] == ["前半句", "后半句"]


def test_automatic_number_is_part_of_the_passage() -> None:
    """A number that the word processor made stands in the cited text, as the reader sees it."""
    build = builder()
    build.text_block(BlockKind.LIST_ITEM, "与慕尼黑工业大学共建联合实验室。", label="（三）")
    assert document(build)[1][0].text == "（三）与慕尼黑工业大学共建联合实验室。"


def test_sheets_are_not_mixed() -> None:
    """Rows of two sheets are never one passage, and each knows its sheet."""
    build = builder()
    build.table([row("甲", "1")], section="经费")
    build.table([row("乙", "2")], section="人员")
    assert [one.headings for one in document(build)[1]] == [("经费",), ("人员",)]


def test_document_without_blocks_is_cut_as_text() -> None:
    """A document of which only the text is known still has passages."""
    found = chunking.document_passages(Document("a.txt", "0" * 64, "text", "只有一段话。"))
    assert [one.text for one in found] == ["只有一段话。"]


def test_same_document_gives_the_same_ids() -> None:
    """Ids come from place and name, so that vectors and citations stay valid."""
    def once() -> list[str]:
        build = builder()
        for number in range(5):
            build.text_block(BlockKind.PARAGRAPH, f"第{number}段。" * 30)
        return [one.id for one in document(build)[1]]

    assert once() == once()
    assert len(set(once())) == len(once())
