"""What passages guarantee."""
from __future__ import annotations

import policy_corpus
from ingestion.indexing import chunking
from ingestion.policies import articles

TEXT = (policy_corpus.DEFAULT / "text.txt").read_text(encoding="utf-8")
POLICY = chunking.policy_passages("seed", TEXT, *articles.parse(TEXT))


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


def test_a_long_item_is_cut_where_sentences_end() -> None:
    """Pieces of at most LONG characters, about equally long, of one reference, that together are the item."""
    body = "".join(f"第{number}年度，应当与境外机构联合开展研究并取得成果，论文若干篇。" for number in range(60))
    text = f"第一条 条件如下：\n（一）{body}\n（二）有人员。\n"
    found = [one for one in chunking.policy_passages("small", text, *articles.parse(text)) if one.ref == "第一条（一）"]
    assert len(found) > 2
    assert "".join(one.text for one in found).endswith(body)
    assert all(one.text.endswith("。") for one in found)
    assert max(len(one.text) for one in found) <= chunking.LONG
    assert min(len(one.text) for one in found) > chunking.LONG // 4


def test_text_without_any_stop_is_cut_too() -> None:
    """A megabyte without a stop or a space makes no passage longer than LONG, and nothing of it is lost."""
    text = "第一条 " + "研" * 100_001 + "\n第二条 本办法自发布之日起实施。\n"
    found = chunking.policy_passages("small", text, *articles.parse(text))
    assert sum(one.text.count("研") for one in found) == 100_001
    assert max(len(one.text) for one in found) <= chunking.LONG


def test_the_same_policy_gives_the_same_ids() -> None:
    """Ids come from references, so that vectors and citations stay valid; each stands once."""
    again = chunking.policy_passages("seed", TEXT, *articles.parse(TEXT))
    assert [one.id for one in again] == [one.id for one in POLICY]
    assert len({one.id for one in again}) == len(again)
