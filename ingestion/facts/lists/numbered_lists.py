"""Which numbered and bulleted lists enumerate a fact's things, and their items."""

from __future__ import annotations

import re

from ingestion.facts.claims.assertions import Claims
from ingestion.facts.lexicon import is_partial, listed, words
from ingestion.facts.lists.items import judge, list_item, meets
from ingestion.facts.lists.list_titles import of_another, of_any, title_above
from ingestion.facts.lists.pools import Item, Pool, Setting
from ingestion.facts.prose.dating import section_period
from ingestion.facts.prose.modality import polarity, section_block
from ingestion.facts.prose.phrases import says_any
from ingestion.facts.prose.terms import term
from ingestion.facts.scanning.columns import is_place
from ingestion.facts.scanning.scan import ListGroup
from ingestion.facts.schema import FactBook, FactSpec, Listing
from ingestion.facts.sentences import Sentence
from ingestion.language import fold, load, pattern
from ingestion.language.ngrams import Text
from ingestion.names import organisations
from ingestion.names.organisations import Origin
from ingestion.numbers.numerals import quantities

LEAST = 3  # items of a list of which those that name nothing are passed over
_LABEL = re.compile(r"\s*([^，。；：\n]{2,12})[。：]")
_COUNTED = re.compile(r"（\s*(?:共|计)?\s*(\d+\s*[^（）\d，。]{1,2})）")


def list_items(book: FactBook, spec: FactSpec, group: ListGroup, setting: Setting, claims: Claims) -> None:
    """The items of one list as things of a fact, where its lead-in, its heading or most of its items say that they are.
    """
    listing = spec.listing
    if listing is None or not listing.prose:
        return
    *outer, nearest = group.section.headings or ("",)
    title, weak, above = group.section.lead or nearest, False, None
    if not says_any(book, listing.about, title):
        title = "\n".join([nearest, group.section.lead])
        weak = True
        said = _said_in_lead(book, listing, group)
        headed = says_any(book, listing.about, nearest) and (
            _references(group) or _told_by_items(book, listing, group, setting, headed=True)
        )
        if group.section.lead and not said and not headed and not _neutral(group.section.lead):
            return
        if headed and not said:
            title, weak = nearest, False  # 论文目录; and then how it is ordered, before its entries
        elif said:
            title, weak = group.section.lead, False
        elif not says_any(book, listing.about, title):
            above = None if of_another(book, listing, nearest) else title_above(book, listing, outer, nearest)
            untitled = not above and not of_any(book, title)
            if above is None or not (above or (untitled and _told_by_items(book, listing, group, setting))):
                return
            title, weak = f"{above}\n{nearest}", not above
    if listing.avoid and says_any(book, listing.avoid, "\n".join([title, nearest])):
        return
    if _topics(book, group):
        return
    last = title.strip().split("\n")[-1]
    if words("resolves").search(last) or (words("explains").search(last) and not last.endswith("：")):
        return
    document = group.document
    counting = [span for span in group.items if counts(spec, fold(document.quote(span)))]
    if len(counting) * 2 > len(group.items):
        return  # 国家级：…1个；市级：…2个: the lines hold figures, not one thing each
    items = [
        list_item(document, span, fold(document.quote(span)))
        for span in group.items
        if document.quote(span).strip()
    ]
    bodies = any(require.origin == "foreign" and "title" in require.columns for require in listing.require)
    weak = weak or not (_leads(group.section.lead) or above or sum(i.titled for i in items) * 2 > len(items))
    if weak and bodies:  # 部门通报了清理结果：…; 会议认为，…: statements, and no names
        items = [item for item in items if _names_body(item)] if len(items) > LEAST else items
        if not items or len(items) * 2 < len(group.items):
            return
    sentence = Sentence(document, group.items[0], Text(""), group.section)
    pool = Pool(
        document,
        title,
        section_period(sentence, setting.window),
        items,
        is_partial(title + "\n" + document.name.rsplit("/", 1)[-1]),
        weak=weak,
        reason=section_block(group.section) or polarity(title.split("\n")[-1]),
    )
    judge(book, spec, pool, setting, claims)


def _references(group: ListGroup) -> bool:
    """Whether most items are titles as a bibliography has them: a heading says whose, and no lead-in need."""
    titled = [list_item(group.document, span, fold(group.document.quote(span))).titled for span in group.items]
    return sum(titled) * 2 > len(titled)


def _names_body(item: Item) -> bool:
    """Whether an item begins with the name of a body: 某国某研究所在园区…, 某团队; and not 准备再签某国的3家."""
    begun = next(iter(organisations.scan(item.name)), None)
    named = begun is not None and begun.start == 0 and begun.kind is not organisations.Kind.GENERIC
    body = re.compile(load("discourse")["body_words"], re.IGNORECASE).search(item.name)
    return body is not None and (named or body.end() == len(item.name.rstrip()))


def _said_in_lead(book: FactBook, listing: Listing, group: ListGroup) -> bool:
    """与我们签了长期协议的，是下面几家：: a lead-in that says what is asked of bodies abroad, as the items are."""
    abroad = any(r.origin == "foreign" and "title" in r.columns for r in listing.require)
    if not (abroad and _leads(group.section.lead) and says_any(book, listing.named_in, group.section.lead)):
        return False
    origins = [organisations.origin(fold(group.document.quote(span))) for span in group.items]
    return sum(one in (Origin.FOREIGN, Origin.GREATER_CHINA) for one in origins) * 3 >= len(origins) * 2


def _told_by_items(
    book: FactBook, listing: Listing, group: ListGroup, setting: Setting, *, headed: bool = False
) -> bool:
    """Whether most items of a list that no title names show by their own words what is asked for: bodies abroad with
    the term of an agreement; or all of several requirements, below a heading that names it (`headed`) of one."""
    texts = [fold(group.document.quote(span)) for span in group.items]
    if listing.term and any(r.origin == "foreign" and "title" in r.columns for r in listing.require):
        told = [bool(term(t, setting.window)) and organisations.origin(t) is Origin.FOREIGN for t in texts]
    elif len(listing.require) > 1 or headed:
        items = [list_item(group.document, span, text) for span, text in zip(group.items, texts, strict=True)]
        pool = Pool(group.document, "", None, items, partial=False, weak=True)
        told = [all(meets(book, require, pool, item) for require in listing.require) for item in items]
    else:
        return False
    return sum(told) >= 2 and sum(told) * 3 >= len(told) * 2


def _topics(book: FactBook, group: ListGroup) -> bool:
    """企业。…；平台。…；海外团队。…: numbered paragraphs that are named by what several facts count list no things."""
    labels = [_LABEL.match(fold(group.document.quote(span))) for span in group.items]
    named = [label[1].strip() for label in labels if label is not None]
    topics = {
        key for label in named for key, spec in book.facts.items()
        if spec.heads and len(book.pattern(spec.heads).sub("", label)) <= 1
    }
    return len(named) * 2 > len(group.items) and len(topics) > 1


def counts(spec: FactSpec, text: str) -> bool:
    """Whether a line states a count of the fact's things right at its name."""
    found_ = quantities(_COUNTED.sub(r"\1", text).split("（")[0])  # 发明专利（5件）
    always = ("thing", "organisation", "team", "paper")  # 二等奖1项 may be one thing with its number
    return any(q.measure in spec.measures and (q.measure in always or q.interval.low > 1) for q in found_)


def _leads(lead: str) -> bool:
    """A lead-in or a caption, which says what the list below holds; not just the title of a text."""
    return lead.rstrip().endswith("：") or listed("title_lines").search(lead) is not None


def _neutral(lead: str) -> bool:
    return (
        is_place(lead.strip())
        or bool(words("neutral_lead").search(lead.strip()))
        or pattern(tuple(load("tables")["note_row"])).match(lead.strip()) is not None
    )
