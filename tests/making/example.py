"""Makes the bundled application, examples/membrane-center: `python -m tests.making.example [FOLDER]`.

Fictional from end to end. What a reviewer should find in it: the form declares 24 papers and the list holds 19 that
count, the pledge speaks of serious accidents only, an agreement has run out, and the goals are no results.
"""
from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from tests.support.places import EXAMPLE

APPLICANT = "重庆澄江膜科学研究院有限公司"
CENTER = "膜法水处理国际联合研究中心"
ADDRESS = "重庆市北碚区缙泉路18号"
STAMP = datetime(2025, 6, 20, 9, 0, 0)  # noqa: DTZ001 — a document property without a zone
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(first_eight: str, organisation: str) -> str:
    """A code with both check characters (GB 11714, GB 32100-2015)."""
    total = sum(w * int(c, 36) for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), organisation, strict=True))
    check = 11 - total % 11
    body = first_eight + organisation + {10: "X", 11: "0"}.get(check, str(check))
    total = sum(pow(3, place, 31) * SYMBOLS.index(c) for place, c in enumerate(body))
    return body + SYMBOLS[-total % 31]


CODE = credit_code("91500109", "MA5U7C3K")

PARTNERS = (
    ("多瑙河材料研究所", "匈牙利", "科研院所", "2019年3月", "2027年3月", "中空纤维膜制备"),
    ("卢济塔尼亚水务学院", "葡萄牙", "高校", "2020年9月", "2026年9月", "膜污染机理"),
    ("代尔默膜技术公司", "荷兰", "企业", "2021年5月", "2028年5月", "膜组件中试"),
    ("槟榔屿南洋理工学院", "马来西亚", "高校", "2022年4月", "2027年4月", "棕榈油废水处理"),
    ("萨伊马湖环境中心", "芬兰", "科研院所", "2018年6月", "2023年6月", "低温膜过滤"),
)
PROJECTS = (
    ("中匈低压高通量膜材料联合研究", "国家重点研发计划政府间国际科技创新合作", "国家级", "2022.01—2024.12", "已结题"),
    ("三峡库区分散式污水膜法处理关键技术", "重庆市技术创新与应用发展专项重点项目", "市级", "2023.07—2026.06", "在研"),
    ("抗污染中空纤维膜的界面设计", "重庆市自然科学基金重点项目", "市级", "2022.10—2025.09", "在研"),
    ("澄江片区直饮水示范", "北碚区科技计划项目", "区级", "2023.01—2023.12", "已结题"),
    ("中葡海水淡化预处理联合实验室", "国家重点研发计划", "国家级", "", "申报中"),
)
JOINT = {number: f"{PARTNERS[place][0]}（{PARTNERS[place][1]}）"
         for number, place in ((2, 0), (5, 1), (8, 0), (12, 2), (15, 3), (20, 1))}
TITLES = (
    "Loose-nanofiltration hollow fibres with a gradient pore structure",
    "Fouling of ceramic membranes by algal exudates",
    "Interlayer-free thin-film composites on electrospun supports", "Vacuum distillation of brackish groundwater",
    "Ageing of PVDF modules in municipal service", "A two-step quench for low-pressure membranes",
    "Zwitterionic grafting against protein adsorption", "Backwash timing learned from transmembrane pressure",
    "Forward osmosis for shale-gas produced water",
    "Silica scaling at high recovery", "Recycling of end-of-life modules",
    "Phosphate recovery by selective electrodialysis", "Graphene-oxide spacers under cross-flow",
    "Boron rejection of polyamide films after chlorine contact", "Palm-oil effluent in anaerobic membrane reactors",
    "Trace organics in the Three Gorges reservoir tail", "Gravity-driven filtration for scattered households",
    "Critical flux of humic mixtures", "Air-gap distances in membrane distillation",
    "Seasonal fouling in a seawater pre-treatment line", "Permeability of asymmetric alumina tubes",
)


def papers() -> list[tuple[str, str, date, str, str, str]]:
    """24 rows: title, journal, date, index, state, foreign side. 19 of them count."""
    rows = []
    for number, title in enumerate(TITLES, 1):
        published = date(2022 + (number - 1) // 6, 1 + (number * 5) % 6, 8 + number % 17)
        journal = ("Journal of Membrane Works", "Separation Letters", "Water Process Studies")[number % 3]
        rows.append((title, journal, published, "EI" if number % 5 == 0 else "SCI", "已发表", JOINT.get(number, "")))
    title, journal, _, index, state, partner = rows[8]
    rows[8] = (title, journal, date(2021, 11, 15), index, state, partner)        # before the window
    rows[16] = ("农村分散污水重力流膜过滤研究", "水处理工程学报", rows[16][2], "北大核心", "已发表", "")
    rows.insert(14, rows[3])                                                     # the same paper again
    rows += [("Slug-flow aeration in flat-sheet modules", "Separation Letters", date(2025, 9, 30), "SCI", "已录用", ""),
             ("Antiscalant dosing by turbidity", "Water Process Studies", date(2025, 10, 31), "SCI", "已录用", "")]
    return rows


def form() -> bytes:
    """申报书.docx"""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = docx.Document()
    for name in ("Normal", "Title", "Heading 1"):
        style = document.styles[name]
        style.font.name = "Times New Roman"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    document.styles["Normal"].font.size = Pt(11)
    document.add_paragraph("重庆市国际科技合作基地申报书", style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    _docx_table(document, (("基地名称", CENTER, "基地类型", "国际联合研究中心"),
                           ("依托单位", APPLICANT, "推荐部门", "北碚区科学技术局"),
                           ("统一社会信用代码", CODE, "单位性质", "独立法人（新型研发机构）"),
                           ("注册地址", ADDRESS, "填报日期", "2025年6月20日")))
    for kind, text in (
        ("Heading 1", "一、依托单位概况"),
        ("Normal", f"{APPLICANT}成立于2016年5月，从事膜材料与水处理技术研究，具有独立法人资格，注册地址为{ADDRESS}。"),
        ("Normal", "研究院拥有市级重点实验室1个、区级工程技术研究中心1个。"),
        ("Heading 1", "二、管理机构与人员"),
        ("Normal", "研究院设立国际科技合作部，专职开展国际科技合作，现有专职管理人员3名，另有兼职联络员2名。"),
        ("Normal", "国际合作经费由研究院年度预算和横向课题共同保障。"),
        ("Heading 1", "三、国际科技合作基础"),
        ("Normal", "研究院与海外机构签有长期合作协议，合作单位见表1。"),
        ("Caption", "表1 海外合作单位一览表"),
    ):
        document.add_paragraph(text, style=kind)
    _docx_table(document, (("序号", "外方机构名称", "国别", "机构性质", "合作起始", "协议有效期至", "合作内容"),
                           *((str(number), *row) for number, row in enumerate(PARTNERS, 1))), header=True)
    document.add_paragraph("四、科研项目", style="Heading 1")
    document.add_paragraph("表2 承担科研项目一览表", style="Caption")
    _docx_table(document, (("序号", "项目名称", "项目来源", "级别", "起止时间", "状态"),
                           *((str(number), *row) for number, row in enumerate(PROJECTS, 1))), header=True)
    for kind, text in (
        ("Heading 1", "五、主要成果"),
        ("Normal", "近三年，研究院在膜法水处理领域发表SCI或EI论文24篇，其中中外联合发表6篇，明细见论文清单。"),
        ("Normal", "已获授权发明专利9件，另有6件正在申请。2023年获重庆市科技进步奖二等奖1项。"),
        ("Heading 1", "六、建设目标"),
        ("Normal", "到2028年，力争发表SCI或EI论文60篇，其中中外联合发表20篇，新增海外合作单位3家。"),
    ):
        document.add_paragraph(text, style=kind)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = APPLICANT, "国际科技合作基地申报书", ""
    properties.created = properties.modified = STAMP
    stream = io.BytesIO()
    document.save(stream)
    return repacked(stream.getvalue())


def workbook() -> bytes:
    """论文清单.xlsx: a title row, a header, 24 rows; dates are real dates."""
    import openpyxl
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "论文清单"
    sheet.append(["近三年SCI/EI论文清单"])
    sheet.merge_cells("A1:H1")
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=14), Alignment(horizontal="center")
    sheet.append(["序号", "论文题目", "期刊名称", "出版日期", "收录类别", "状态", "是否中外联合", "外方单位"])
    for number, (title, journal, published, index, state, partner) in enumerate(papers(), 1):
        sheet.append([number, title, journal, published, index, state, "是" if partner else "否", partner or None])
        sheet.cell(number + 2, 4).number_format = "yyyy-mm-dd"
    for letter, size in zip("ABCDEFGH", (6, 62, 26, 12, 10, 8, 13, 28), strict=True):
        sheet.column_dimensions[letter].width = size
    sheet.freeze_panes = "A3"
    book.properties.creator = APPLICANT
    book.properties.created = book.properties.modified = STAMP
    stream = io.BytesIO()
    book.save(stream)
    return repacked(stream.getvalue(), {"docProps/core.xml": _fixed_modified})


def pledge() -> bytes:
    """证照与承诺书.pdf: the licence, then the pledge."""
    import os

    import weasyprint

    os.environ["SOURCE_DATE_EPOCH"] = "0"  # font subsets carry the time they were made at
    html = f"""<html lang="zh"><head><meta charset="utf-8"><title>证照与承诺书</title><style>
      @page {{ size: A4; margin: 25mm }} body {{ font: 12pt/1.9 "Noto Serif CJK SC", serif }}
      h1 {{ text-align: center; font: 20pt "Noto Serif CJK SC", serif; margin: 0 0 12mm }} p {{ margin: 0 0 3mm }}
      .body {{ text-indent: 2em }} .next {{ break-before: page }} .right {{ text-align: right }}
    </style></head><body>
    <h1>营业执照（副本）</h1>
    <p>统一社会信用代码：{CODE}</p><p>名称：{APPLICANT}</p><p>类型：有限责任公司</p><p>法定代表人：程沛然</p>
    <p>注册资本：贰仟万元整</p><p>成立日期：2016年05月12日</p><p>住所：{ADDRESS}</p>
    <p>经营范围：膜材料研发；水处理技术研究、技术服务、技术转让。</p>
    <p class="right">登记机关：重庆市北碚区市场监督管理局</p>
    <h1 class="next">承诺书</h1>
    <p class="body">本单位申报国际联合研究中心，郑重承诺如下：</p>
    <p class="body">一、近三年未发生重大安全责任事故。</p>
    <p class="body">二、近三年未出现科研诚信问题。</p>
    <p class="body">三、严格遵守我国科技保密有关规定，对外合作事项均经保密审查。</p>
    <p class="body">四、所提交材料真实、完整，复印件与原件一致。</p>
    <p class="right">{APPLICANT}（盖章）</p><p class="right">2025年6月20日</p></body></html>"""
    return bytes(weasyprint.HTML(string=html).write_pdf())


def repacked(package: bytes, edits: dict[str, object] | None = None) -> bytes:
    """The same zip with fixed times, so that the same content is the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = old.read(name)
            edit = (edits or {}).get(name)
            if callable(edit):
                content = edit(content)
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _fixed_modified(core: bytes) -> bytes:
    import re

    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), core)


def _docx_table(document: object, rows: Sequence[Sequence[str]], *, header: bool = False) -> None:
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")  # type: ignore[attr-defined]
    for row, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    if header:
        for cell in table.rows[0].cells:
            cell.paragraphs[0].runs[0].bold = True
    document.add_paragraph()  # type: ignore[attr-defined]


FILES = {"申报书.docx": form, "论文清单.xlsx": workbook, "证照与承诺书.pdf": pledge}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        (folder / name).write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE)
