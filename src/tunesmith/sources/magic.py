"""Knows what a file is by its first bytes, where its name says that it holds text."""

UNPACK = "unpack it and put the files here"
SAVE = "open it and save the sheet as .csv"
BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (  # bytes, what begins so, the way out
    (b"PK\x03\x04", "a ZIP archive or an Excel or Word file", f"{UNPACK}, or {SAVE}"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file", SAVE),
    (b"\x1f\x8b", "packed with gzip", "put .gz behind its name"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "put .zst behind its name"),
    *((b"BZh%d1AY&SY" % level, "packed with bzip2", UNPACK) for level in range(1, 10)),
    (b"\xfd7zXZ\x00", "packed with xz", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"PAR1\x15", "a Parquet file", "name it .parquet"),
    (b"ARROW1\x00", "an Arrow file", "write it as .parquet"),
    (b"SQLite format 3\x00", "an SQLite database", "read it with a source of `kind: sql`"),
    (b"%PDF-", "a PDF file", "put its text into a .txt or .jsonl file"),
    (b"version https://git-lfs.github.com/", "a pointer of Git LFS", "fetch it: `git lfs pull`"),
)
PAGES = (b"<!doctype html", b"<html")  # what a server sends in place of a file


def not_text(head: bytes, form: str) -> str | None:
    """Return what a file is that is no text of rows, and the way out; null if it may be text.

    Args:
        head: its first bytes, unpacked where the name says that it is packed.
        form: the suffix of its format; in a .txt file the text may be that of pages.
    """
    for start, what, way_out in BEGINNINGS:
        if head.startswith(start):
            return f"by its first bytes {what}; {way_out}"
    if form != ".txt" and head.lstrip().lower().startswith(PAGES):
        return "by its first bytes a web page; fetch the file itself"
    return None
