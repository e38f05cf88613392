"""The font in which a pdf is read where it holds none of its own: a box for every character, made here.

The file's own widths put the characters of a text in their places; a font is asked only for what they cover, and text
that covers nothing (a lone ideograph, a line that runs downwards) would be left out. With the machine's fonts a file
would be read as each machine has it, and a font of many megabytes be opened for it.
"""
from __future__ import annotations

import struct

EM = 1000
ASCENT, DESCENT = 880, -120         # of a line in most Chinese fonts, where the file says nothing of its own
TOP, BOTTOM, WIDE = 700, -100, 200  # of the box: pdfium widens a character's place by it, so it stays within any
BLANKS = ((0x20, 0x20), (0xA0, 0xA0), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000))


def made() -> bytes:
    """A TrueType font of two glyphs: an empty one, for `BLANKS`, and the box, for all other characters."""
    box = (struct.pack(">5h", 1, 0, BOTTOM, WIDE, TOP)       # contours; left, bottom, right, top
           + struct.pack(">2H4B", 3, 0, 1, 1, 1, 1)          # last point; no program; all points on the curve
           + struct.pack(">8h", 0, WIDE, 0, -WIDE, BOTTOM, 0, TOP - BOTTOM, 0))  # from point to point: x, then y
    firsts, lasts = [last + 1 for _, last in BLANKS], [first - 1 for first, _ in BLANKS[1:]] + [0x10FFFF]
    groups = b"".join(struct.pack(">3I", first, last, 1) for first, last in zip(firsts, lasts, strict=True))
    return _file({
        b"cmap": struct.pack(">4HI2H3I", 0, 1, 3, 10, 12, 13, 0, 16 + len(groups), 0, len(firsts)) + groups,
        b"glyf": box,
        b"head": struct.pack(">4I2H2Q4h2H3h", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, EM, 0, 0, 0, DESCENT, EM, ASCENT, 0,
                             8, 2, 1, 0),
        b"hhea": struct.pack(">I3hH11hH", 0x10000, ASCENT, DESCENT, 0, EM, 0, EM - WIDE, WIDE, 1, *[0] * 7, 2),
        b"hmtx": struct.pack(">HhHh", EM, 0, EM, 0),
        b"loca": struct.pack(">3I", 0, 0, len(box)),
        b"maxp": struct.pack(">I14H", 0x10000, 2, 4, 1, 0, 0, 1, *[0] * 8),
    })


def _file(tables: dict[bytes, bytes]) -> bytes:
    """A font file of `tables`, which are in the order of their names."""
    head = struct.pack(">I4H", 0x10000, len(tables), 64, 2, 16 * len(tables) - 64)
    places, body = b"", b""
    for name, table in tables.items():
        places += struct.pack(">4s3I", name, 0, len(head) + 16 * len(tables) + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return head + places + body
