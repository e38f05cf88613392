"""Two readers in a real browser: differences settled by keyboard alone; a reading that comes while a page is open."""
from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from api.service.accounts.credentials import SESSION
from api.service.records import Role
from assistant.second_reader.exam.examined import Course, Mistake, Score
from ingestion.domain import Interval
from tests.assistant.second_reader.second_reader_samples import HERE, answer, configured, examined
from tests.browser import accessibility, steps
from tests.browser.accessibility import DESK, PHONE
from tests.browser.offices import WIDE
from tests.browser.server import Server
from tests.support.model_server import Handler, saying, serving
from tests.support.review_samples import handed_in
from tests.support.web_samples import Client, Installation, installation

Said = Callable[[Mapping[str, Any]], str]
Fill = Callable[[Installation, Client], dict[str, str]]
TWICE = ("申报单位：重庆市海棠膜材料研究院有限公司。\n近三年发表SCI论文18篇。附表另计：近三年发表SCI论文22篇。\n"
         "近三年与国外机构合作发表论文6篇。附表另计：近三年与国外机构合作发表论文8篇。\n"
         "现有授权发明专利12件。附表另计：现有授权发明专利15件。\n承担市级科研项目4项。附表另计：承担市级科研项目6项。\n"
         "获市级科技进步奖1项。附表另计：获市级科技进步奖2项。\n设有国际合作处，配备专职人员3名。附表另计：国际合作处配备专职人员5名。\n")
WINDOW = {"period": {"text": "近三年", "is": "window"}}
SIX = {"sci_ei_papers": (22, 22, "近三年发表SCI论文22篇", 22, WINDOW),
       "joint_papers": (8, 8, "近三年与国外机构合作发表论文8篇", 8, WINDOW),
       "granted_ip": (15, 15, "现有授权发明专利15件", 15), "key_projects": (6, 6, "承担市级科研项目6项", 6),
       "municipal_awards": (2, 2, "获市级科技进步奖2项", 2), "dedicated_officers": (5, 5, "配备专职人员5名", 5)}

COURSE = Course(texts=123, read=123, second={key: Score(5, 6) for key in SIX}, first={key: Score(4, 6) for key in SIX},
                mistakes=[Mistake("papers-english", "sci_ei_papers", Interval(14, 14), Interval(14, 41), "differs"),
                          Mistake("awards-none", "municipal_awards", None, None, "late")],
                requests=129, tokens=741_203, estimated=True, seconds=512.3, deadline=600.0)


@dataclass
class Reading:
    """A server whose model waits until it is let go, and says what `said` makes of a request."""

    server: Server
    folder: Path
    cookies: dict[str, str]
    cases: dict[str, str]
    go: threading.Event
    asked: list[str] = field(default_factory=list)

    def page(self, chromium: Browser, name: str) -> Page:
        context: BrowserContext = chromium.new_context(base_url=self.server.address, viewport=WIDE, locale="zh-CN")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": SESSION, "value": self.cookies[name], "url": self.server.address}])
        return context.new_page()


@contextmanager
def reading(folder: Path, said: Said, fill: Fill,
            *, waits: bool) -> Iterator[Reading]:
    """`fill` makes cases before the server starts; with `waits` the model says nothing until it is let go."""
    go = threading.Event()
    asked: list[str] = []

    def behave(handler: Handler) -> None:
        request = handler.endpoint.requests[-1]
        asked.append(request["messages"][1]["content"])
        go.wait(60)
        saying(said(request))(handler)

    with ExitStack() as stack:
        endpoint = stack.enter_context(serving(behave))
        with installation(folder, **HERE) as site:
            owner, reviewer = site.client(name="王申报"), site.client(Role.REVIEWER, "李审查")
            administrator = site.client(Role.ADMINISTRATOR, "赵管理")
            if not waits:
                go.set()
                configured(site, endpoint.url)
                examined(site)
            cases = fill(site, owner)
            configured(site, endpoint.url)
            examined(site, course=COURSE)
            cookies = {name: str(one.http.cookies.get(SESSION)) for name, one in (
                ("owner", owner), ("reviewer", reviewer), ("administrator", administrator))}
        server = Server(folder).start()
        stack.callback(server.stop)
        yield Reading(server, folder, cookies, cases, go, asked)
        go.set()


def six(request: Mapping[str, Any]) -> str:
    text = request["messages"][1]["content"]
    return answer(request, {key: one if one[2] in text else None for key, one in SIX.items()})


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUOHE_READER_TRIES", "1")
    monkeypatch.setenv("GUOHE_WEBHOOK_NETWORKS", HERE["GUOHE_WEBHOOK_NETWORKS"])


def test_six_differences_by_keyboard_alone(chromium: Browser, tmp_path: Path, quick: None) -> None:
    """v, then one key for each, then the next one is there; a clause is seen before its criterion becomes met."""
    def fill(_site: Installation, owner: Client) -> dict[str, str]:
        return {"case": handed_in(owner, text=TWICE, title="六处不同")}

    with reading(tmp_path / "data", six, fill, waits=False) as place:
        page = place.page(chromium, "reviewer")
        page.goto(f"/review/cases/{place.cases['case']}")
        steps.ready(page)
        checks = page.locator(".check")
        differing = page.locator('.check:has(.tag:text("两次阅读不一致"))')
        expect(differing).to_have_count(6)
        total, clauses = checks.count(), list[str]()
        page.keyboard.press("v")
        for number in range(total):
            now = page.locator(".check:focus")
            expect(now).to_have_count(1)
            key = str(now.get_attribute("data-check"))
            one = page.locator(f'.check[data-check="{key}"]')
            if key in SIX and number == 0:
                expect(page.locator("#viewer-panel .half mark.target")).to_have_count(2)
            if key == "municipal_awards":
                page.keyboard.press("3")
                page.keyboard.type("2")
                page.keyboard.press("Enter")
            elif key == "key_projects":
                page.keyboard.press("4")
            else:
                page.keyboard.press("2" if key in SIX else "1")
                if one.locator(".clause-first[open]").count():
                    expect(one.locator(".clause-first[open] blockquote").first).to_be_visible()
                    clauses.append(key)
                    page.keyboard.press("Enter")
            expect(one).to_have_count(0)
        assert "sci_ei_papers" in clauses
        expect(page.locator("#to-check")).to_contain_text("都已核对")
        papers = page.locator("#s-sci_ei_papers")
        expect(papers.locator(".figure")).to_have_text("22篇")
        expect(papers.locator(".needs .outcome").first).to_have_class(re.compile(r"\bmet\b"))
        expect(page.locator("#s-key_projects .figure")).to_have_text("未见")
        papers.locator("details.more summary").first.click()
        expect(papers.locator(".history")).to_contain_text("采用第二读者")
        expect(papers.locator(".history")).to_contain_text("a-strong-reader")
        expect(papers.locator(".history")).to_contain_text("李审查")


def test_a_reading_arrives_while_the_page_is_open(chromium: Browser, tmp_path: Path, quick: None) -> None:
    """The first result is there at once; the second's comes without a reload, also after a decision was made; after a
    file was added the old one ends and one of the new state comes.
    """
    def fill(_site: Installation, owner: Client) -> dict[str, str]:
        return {"case": handed_in(owner, text=TWICE, title="后到的阅读"),
                "draft": owner.assessed(("申报书.txt", TWICE.encode()))}

    with reading(tmp_path / "data", six, fill, waits=True) as place:
        case = place.cases["case"]
        owner, reviewer = place.page(chromium, "owner"), place.page(chromium, "reviewer")
        owner.goto(f"/cases/{case}")
        steps.ready(owner)
        expect(owner.locator(".criterion").first).to_be_visible()
        expect(owner.locator("#second")).to_contain_text("还没有第二次阅读")
        expect(owner.locator("#second")).to_contain_text("127.0.0.1")
        reviewer.goto(f"/review/cases/{case}")
        steps.ready(reviewer)
        owner.click('button:has-text("请模型再读一遍")')
        steps.ready(owner)
        expect(owner.locator("#second-working")).to_be_visible()
        expect(owner.locator(".criterion").first).to_be_visible()
        papers = reviewer.locator("#s-sci_ei_papers")
        papers.locator('button[name="take"]').first.click()      # 18 and 22 contradict each other
        expect(papers.locator(".history")).to_contain_text("材料矛盾，采用")
        figure = papers.locator(".figure").inner_text()
        place.go.set()
        expect(owner.locator("#to-check")).to_be_visible(timeout=steps.LONG)
        expect(owner.locator('#to-check button[name="act"]')).to_have_count(0)
        expect(reviewer.locator("#to-check")).to_be_visible(timeout=steps.LONG)
        expect(papers.locator(".marks")).to_contain_text("两次阅读不一致")
        expect(papers.locator(".history")).to_contain_text("材料矛盾，采用")
        expect(papers.locator(".figure")).to_have_text(figure)
        expect(reviewer.locator('.check[data-check="sci_ei_papers"]')).to_have_count(0)
        # a file is added to a draft: the first reader stands alone, then the second has read the new state
        owner.goto(f"/cases/{place.cases['draft']}")
        steps.ready(owner)
        owner.click('button:has-text("请模型再读一遍")')
        expect(owner.locator("#to-check")).to_be_visible(timeout=steps.LONG)
        place.go.clear()
        added: FilePayload = {"name": "补充.txt", "mimeType": "text/plain", "buffer": "获得软件著作权3项。".encode()}
        owner.set_input_files("#pick", added)
        expect(owner.locator("#second")).to_contain_text(re.compile("正在阅读|排队|过时"), timeout=steps.LONG)
        expect(owner.locator("#to-check")).to_have_count(0, timeout=steps.LONG)
        place.go.set()
        expect(owner.locator("#to-check")).to_be_visible(timeout=steps.LONG)
        assert any("附件2" in one for one in place.asked)


def test_a_case_of_which_one_document_failed(chromium: Browser, tmp_path: Path, quick: None,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is said, nothing of the case counts as verified, and one may try again."""
    monkeypatch.setenv("GUOHE_READER_CONTEXT", "100")
    long = "本单位长期开展膜材料研究，有稳定的科研队伍和完善的试验条件。\n" * 60

    def said(request: Mapping[str, Any]) -> str:
        text = request["messages"][1]["content"]
        return "这一部分我读不了。" if "清单" in text and "# 材料" in text else six(request)

    def fill(_site: Installation, owner: Client) -> dict[str, str]:
        case = owner.assessed(("申报书.txt", (TWICE + long).encode()), ("清单.txt", ("清单如下。\n" + long).encode()))
        return {"case": case}

    with reading(tmp_path / "data", said, fill, waits=False) as place:
        page = place.page(chromium, "owner")
        page.goto(f"/cases/{place.cases['case']}")
        steps.ready(page)
        expect(page.locator("#second-unread")).to_contain_text("清单.txt")
        expect(page.locator("#second-unread")).not_to_contain_text("申报书.txt")
        expect(page.locator("#second")).to_contain_text("0 项两次阅读一致")
        expect(page.locator('button:has-text("重新阅读")')).to_be_visible()


def test_a_reading_survives_a_power_cut(chromium: Browser, tmp_path: Path, quick: None) -> None:
    """The server is killed while the model thinks: after the next start the reading goes on by itself."""
    def fill(_site: Installation, owner: Client) -> dict[str, str]:
        return {"case": owner.assessed(("申报书.txt", TWICE.encode()), title="停电")}

    with reading(tmp_path / "data", six, fill, waits=True) as place:
        page = place.page(chromium, "owner")
        page.goto(f"/cases/{place.cases['case']}")
        steps.ready(page)
        page.click('button:has-text("请模型再读一遍")')
        expect(page.locator("#second-working")).to_contain_text("正在阅读", timeout=steps.LONG)
        place.server.kill()
        place.go.set()
        place.server.start()
        page.goto(f"/cases/{place.cases['case']}")
        expect(page.locator("#to-check")).to_be_visible(timeout=steps.LONG)
        expect(page.locator("#second")).to_contain_text("a-strong-reader 也读了材料")


def test_axe_finds_nothing_where_two_readers_are_shown(
        chromium: Browser, tmp_path: Path, quick: None, axe: str) -> None:
    """待核对 of the reviewer and of the applicant, and the pages of administration about the model, in each theme, on a
    desk and on a phone; nothing lies beside the screen."""
    def fill(_site: Installation, owner: Client) -> dict[str, str]:
        case = handed_in(owner, text=TWICE, title="六处不同")
        return {"case": case, "draft": owner.assessed(("申报书.txt", TWICE.encode()))}

    with reading(tmp_path / "data", six, fill, waits=False) as place:
        found: list[tuple[object, ...]] = []
        for name, address in (("reviewer", f"/review/cases/{place.cases['case']}"),
                              ("owner", f"/cases/{place.cases['draft']}"), ("administrator", "/admin/model"),
                              ("administrator", "/admin/model/second")):
            page = place.page(chromium, name)
            page.goto(address)
            if name != "administrator":
                expect(page.locator("#to-check")).to_be_visible(timeout=steps.LONG)
            found += [(address, *one) for one in accessibility.found(page, axe, (DESK, PHONE))]
            page.context.close()
        assert found == [], "\n".join(map(str, found))
