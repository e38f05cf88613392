"""The geometry of a page, whatever it was read with: lines, tables, paragraphs in their order."""
