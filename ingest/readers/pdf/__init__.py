"""PDF: glyphs to lines, lines to blocks, blocks to text."""
