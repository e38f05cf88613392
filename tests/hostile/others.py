"""Hostile pictures, names and texts, by class."""
from __future__ import annotations

import io
import random
import struct
import zlib

from PIL import Image

from tests.hostile.packages import WORDS, hostile, word, zipped

TEXT = (WORDS + "\n").encode()


def saved(picture: Image.Image, kind: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **more)
    return buffer.getvalue()


@hostile
def pixel_bomb(seed: random.Random) -> tuple[str, bytes]:
    side = seed.choice([20_000, 65_535])

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return "a.png", (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000_000)))
                     + chunk(b"IEND", b""))


@hostile
def three_hundred_frames(seed: random.Random) -> tuple[str, bytes]:
    frames = [Image.new("P", (60, 60), number % 250) for number in range(300 + seed.randint(0, 9))]
    return "a.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:])


@hostile
def disguised_format(seed: random.Random) -> tuple[str, bytes]:
    name, data = seed.choice([("a.png", b"MZ" + seed.randbytes(900)), ("a.jpg", b"<svg onload=alert(1)>"),
                              ("a.pdf", b"GIF89a" + bytes(20)), ("a.docx", b"%PDF-1.7\n"), ("a.txt", b"\x7fELF\0\0")])
    return name, data


@hostile
def polyglot(_: random.Random) -> tuple[str, bytes]:
    return "a.pdf", b"%PDF-1.7\n" + saved(Image.new("RGB", (9, 9)), "JPEG") + zipped(word())


@hostile
def exif(seed: random.Random) -> tuple[str, bytes]:
    picture = Image.new("RGB", (90, 60), "white")
    marks = picture.getexif()
    marks[274], marks[270] = seed.choice([0, 6, 99]), "论文99篇" * 2_000
    return "a.jpg", saved(picture, "JPEG", exif=marks)


@hostile
def name_that_climbs(seed: random.Random) -> tuple[str, bytes]:
    return seed.choice(["../../../etc/passwd.txt", "..\\..\\a.txt", "/etc/a.txt", "....//a.txt"]), TEXT


@hostile
def name_that_turns(_: random.Random) -> tuple[str, bytes]:
    return "申报\u202etxt.exe.txt", TEXT


@hostile
def name_of_300_bytes(seed: random.Random) -> tuple[str, bytes]:
    return "材" * seed.randint(100, 2_000) + ".txt", TEXT


@hostile
def name_with_nul(_: random.Random) -> tuple[str, bytes]:
    return "a\x00.txt", TEXT


@hostile
def name_with_line_ends(_: random.Random) -> tuple[str, bytes]:
    return "a\r\nSet-Cookie: x=1.txt", TEXT


@hostile
def name_in_gbk(_: random.Random) -> tuple[str, bytes]:
    return "申报书.txt".encode("gb18030").decode("latin-1"), TEXT


@hostile
def name_of_markup(_: random.Random) -> tuple[str, bytes]:
    return "<img src=x onerror=alert(1)>{{7*7}}.txt", TEXT


@hostile
def zero_width(_: random.Random) -> tuple[str, bytes]:
    return "a.txt", "\u200b".join(WORDS * 2_000).encode()


@hostile
def bidi(seed: random.Random) -> tuple[str, bytes]:
    return "a.txt", f"论文\u202e{seed.randint(30, 90)}\u202c篇。\u2066近三年\n".encode() * 500


@hostile
def homoglyph_digits(_: random.Random) -> tuple[str, bytes]:
    return "a.txt", "近三年发表SCI论文Ⅱ③篇、٢٣篇、𝟚𝟛篇、ЗО篇、²³篇。\n".encode() * 300


@hostile
def line_of_10_mb(seed: random.Random) -> tuple[str, bytes]:
    return "a.txt", seed.choice([WORDS, "x", "1", "甲", "，"]).encode() * (10_000_000 // 36)


@hostile
def backtracking(seed: random.Random) -> tuple[str, bytes]:
    piece = seed.choice(["第" * 30_000, "（一" * 20_000, "1" * 50_000 + "x", "2022年" * 20_000, " \t" * 50_000 + "x",
                         "**" * 30_000, "其中" * 20_000, "|" * 50_000, "二〇" * 20_000, "共计" * 20_000 + "项"])
    return "a.md", (piece + "\n" + WORDS).encode()


@hostile
def nested_groups(seed: random.Random) -> tuple[str, bytes]:
    return "a.rtf", b"{\\rtf1" + b"{\\b " * seed.randint(20_000, 100_000) + TEXT


@hostile
def wide_rows(seed: random.Random) -> tuple[str, bytes]:
    return "a.csv", ("1," * seed.randint(300_000, 500_000) + "\n").encode() * 3
