"""What a file loses on the way is said; nothing is met by a file that was cut off."""
from __future__ import annotations

import random
import tempfile
from pathlib import Path

import openpyxl
from reportlab.platypus import Paragraph

from ingestion.domain import Outcome as Result
from ingestion.errors import UnreadableError
from ingestion.parsing.sandbox import wall
from tests.hostile import live
from tests.hostile.packages import WORDS
from tests.ingestion.parsing import test_hostile, test_incomplete
from tests.long.goals import Figure, Outcome
from tests.support import pdf_samples
from tests.support.web_samples import APPLICATION
from tests.support.word_samples import package, paragraph

SEEDS = 10
READ = {"far_cell": "23"}   # what a file holds that some seeds' files lose and others do not
NEAR_END = (8, 40, 400)     # bytes: where a reader may still make something of a file


def run(count: int) -> Outcome:
    """`count` applications cut off at places spread over them; every kind of loss with ten seeds."""
    faults, said = [], 0
    for seed in range(SEEDS):
        for name, code in test_hostile.SAID.items():
            document = wall.read(*reversed(live.CLASSES[name](random.Random(seed))))
            said += 1
            if code not in {one.code for one in document.notices} and READ.get(name, "\0") not in document.text:
                faults.append(f"{name} {seed}: nothing says {code}")
        said += 1
        if WORDS not in wall.read(*reversed(live.CLASSES["text_box_only"](random.Random(seed)))).text:
            faults.append(f"text_box_only {seed}: lost")
    refused = 0
    chance, files = random.Random(count), [(name, whole.rstrip()) for name, whole in whole_files().items()]
    for place in range(count):
        name, whole = files[place % len(files)]
        end = chance.randrange(1, len(whole)) if place % 2 else len(whole) - chance.randint(1, chance.choice(NEAR_END))
        try:
            wall.read(whole[:end], name)
        except UnreadableError:
            refused += 1
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, name).write_bytes(whole[:end])
            met = [key for key, (result, _) in test_incomplete.outcomes(Path(folder), "zh").items()
                   if result is Result.MET]
        if met:
            faults.append(f"{name} cut at {end} of {len(whole)}: {met}")
    return Outcome(count, (
        Figure("有损失的文件", "files with a loss", str(said)),
        Figure("其中拒收的", "of them refused", str(refused)),
        Figure("未提示的或凭其判为符合的", "not told, or met by them", str(len(faults)))), tuple(faults[:20]))


def whole_files() -> dict[str, bytes]:
    lines = APPLICATION.strip().split("\n")
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in lines:
        book.active.append([line])
    with tempfile.TemporaryDirectory() as folder:
        book.save(Path(folder, "a.xlsx"))
        sheet = Path(folder, "a.xlsx").read_bytes()
    return {"申报书.pdf": pdf_samples.flowed([Paragraph(line, pdf_samples.BODY) for line in lines]),
            "申报书.docx": package("".join(paragraph(line) for line in lines)), "申报书.xlsx": sheet}
