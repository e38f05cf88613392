"""A supplement letter from draft to answer, and who hears of it: in a browser, with a true mail server and robot."""
from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from ingestion import parsing
from tests.browser import accessibility, steps
from tests.browser.accessibility import DESK, PHONE
from tests.browser.offices import WIDE
from tests.browser.people import browsers, given, registered
from tests.browser.server import Server
from tests.office.notice_samples import Group, Mailbox, group, mailbox

WAIT = 20.0


@dataclass(frozen=True)
class Town:
    server: Server
    box: Mailbox
    robot: Group


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A server that has mail and a group's robot."""
    with mailbox() as box, group() as robot:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {
                    "GUOHE_SMTP_HOST": "127.0.0.1", "GUOHE_SMTP_PORT": str(box.port), "GUOHE_SMTP_SECURITY": "none",
                    "GUOHE_SMTP_FROM": "guohe@example.cn", "GUOHE_ROBOT_WECOM": robot.url,
                    "GUOHE_WEBHOOK_NETWORKS": "127.0.0.0/8"}.items():
                patch.setenv(name, value)
            running = Server(tmp_path_factory.mktemp("town") / "data").start()
        yield Town(running, box, robot)
        running.stop()


@pytest.fixture
def come(chromium: Browser, town: Town) -> Iterator[Callable[[str], Page]]:
    """Somebody new with a role; a page that fails in its scripts fails the test."""
    with browsers(chromium, town.server) as opened:
        def made(role: str) -> Page:
            page = opened()
            given(town.server, registered(page, name=f"某{role}"), role)
            return page

        yield made


def accessible(page: Page, axe: str, *addresses: str) -> list[tuple[object, ...]]:
    """What axe finds, light and dark, on a desk and on a phone; and what lies beside the screen."""
    found: list[tuple[object, ...]] = []
    for address in addresses:
        page.goto(address)
        found += [(address, *one) for one in accessibility.found(page, axe, (DESK, PHONE))]
    page.set_viewport_size(dict(WIDE))
    return found


def until(what: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT
    while not what():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_letter_goes_from_draft_to_answer(town: Town, come: Callable[[str], Page], axe: str) -> None:
    """Set up by an administrator, drafted, edited, looked at, saved, sent; the applicant hears of it, opens it, has it
    as a file, answers; the reviewer hears of that. Nobody who sees, hears or has a phone is left out."""
    admin, applicant, reviewer = come("administrator"), come("applicant"), come("reviewer")
    admin.goto("/admin/settings")
    for field, value in (("reference", "渝科基补〔{year}〕{number}号"), ("contact", "李工，023-67510000"),
                         ("days", "10")):
        admin.fill(f"#office-{field}", value)
    admin.click('form[action="/admin/settings/office"] button')
    expect(admin.locator("#office-contact")).to_have_value("李工，023-67510000")

    case = steps.handed_in(applicant)
    letter = case.replace("/cases/", "/review/cases/") + "/letter"
    reviewer.goto("/notices")
    expect(reviewer.locator(".bell .count")).to_contain_text("1")
    steps.go(reviewer, '.notices a:has-text("新的申报")', "**/review/cases/*")
    expect(reviewer.locator(".bell .count")).to_have_count(0)
    reviewer.click('a:has-text("补正通知")')
    paper = reviewer.locator("#letter-preview")
    for part, words in (("title", "关于补正"), ("issuer", "重庆市科学技术局"), ("dated", "年"),
                        ("signed", "重庆市科学技术局")):
        expect(paper.locator(f".letter-{part}")).to_contain_text(words)
    expect(paper).to_contain_text("10个工作日内")
    expect(paper).to_contain_text("联系方式：李工，023-67510000")
    expect(paper).to_contain_text(re.compile("依据：第.条（.）：“"))
    text = str(reviewer.locator("#text").input_value())
    reviewer.fill("#text", text + "\n请一并附上检索证明原件。")
    reviewer.click('button:has-text("预览")')
    expect(paper).to_contain_text("请一并附上检索证明原件。")
    expect(reviewer.locator("table", has_text="版次")).to_have_count(0)
    reviewer.fill("#letter-due", "2020-01-01")
    reviewer.click('main button:has-text("保存") >> nth=0')
    expect(reviewer.locator(".notice.bad")).to_contain_text("补正期限 2020-01-01 已过")
    expect(reviewer.locator("#text")).to_have_value(re.compile("检索证明原件"))
    reviewer.fill("#letter-due", "")
    reviewer.click('main button:has-text("保存") >> nth=0')
    expect(reviewer.locator("table", has_text="版次").locator("tbody tr")).to_have_count(1)
    assert accessible(reviewer, axe, letter) == []
    reviewer.goto(letter)
    steps.go(reviewer, 'button[name="send"]', re.compile("/review/cases/[0-9a-f]+$"))
    assert accessible(reviewer, axe, letter) == []

    applicant.goto("/cases")
    expect(applicant.locator(".bell .count")).to_contain_text("1")
    applicant.click(".bell")
    assert accessible(applicant, axe, "/notices") == []
    applicant.goto("/notices")
    steps.go(applicant, '.notices a:has-text("需要补正")', "**/cases/*")
    told = applicant.locator(".submission blockquote")
    expect(told).to_contain_text("请一并附上检索证明原件。")
    expect(told).to_contain_text(re.compile(r"渝科基补〔\d{4}〕\d+号"))
    for kind in ("docx", "pdf"):
        address = str(applicant.locator(f'.submission a[href$="/{kind}"]').get_attribute("href"))
        file = parsing.read(applicant.request.get(address).body(), f"通知.{kind}").text.replace("\n", "")
        assert "请一并附上检索证明原件。" in file
    found = accessible(applicant, axe, case, f"{case}/submissions")
    assert found == [], "\n".join(map(str, found))
    applicant.goto(f"{case}/submission")
    applicant.click('button:has-text("确认提交")')
    expect(applicant.locator(".submission")).to_contain_text("已接收")
    reviewer.goto("/notices")
    expect(reviewer.locator(".notices li").first).to_contain_text("补正后重新提交（第 2 次）")


def test_a_person_chooses_and_an_administrator_sees_what_failed(town: Town, come: Callable[[str], Page], axe: str
                                                                ) -> None:
    """By mail as chosen; a mail server that refuses is told with when it is tried again; sent once more, it arrives."""
    admin, applicant, reviewer = come("administrator"), come("applicant"), come("reviewer")
    reviewer.goto("/notices")
    reviewer.check('input[name="mail-submitted"]')
    reviewer.click('form[action="/notices/choices"] button')
    expect(reviewer.locator(".notice.good")).to_contain_text("已保存")
    expect(reviewer.locator('input[name="mail-submitted"]')).to_be_checked()
    address = reviewer.evaluate("fetch('/api/v1/session').then((answer) => answer.json())")["user"]["email"]
    town.box.refuses = "451 later"
    steps.handed_in(applicant)
    until(lambda: any("收到一份新的申报" in body["text"]["content"] for _, body in town.robot.heard))
    row = admin.locator("tbody tr", has_text="某reviewer").filter(has_text="收到新的申报")
    for _ in range(20):
        admin.goto("/admin/notices")
        if row.filter(has_text="SMTP 451").count():
            break
        time.sleep(0.5)
    expect(row.first).to_contain_text("下次尝试")
    assert accessible(admin, axe, "/admin/notices", "/admin/settings") == []
    town.box.refuses = ""
    admin.goto("/admin/notices")
    row.first.locator("button").click()
    until(lambda: town.box.texts(address))
    (subject, _text), = town.box.texts(address)
    assert subject.startswith("国合助手：收到一份新的申报")
    admin.goto("/admin/notices")
    expect(row.first).to_contain_text("已送达")
    assert "geheim" not in admin.content()
