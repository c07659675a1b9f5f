#!/usr/bin/env python3
"""Compares what `akshara import` reads with what other libraries read from the same files, and feeds it hostile ones.

    AKSHARA_BINARY=.build/release/akshara importers_parity.py [--documents 40] [--damages 60] [--seed 1] [SECTION…]

Peers: python-docx, openpyxl, odfpy, pyarrow, ftfy, and reportlab and screenplain as makers of PDFs (tools/parity-requirements.txt).
Sections: docx, xlsx, odf, parquet, mojibake, pdf, damages (Parquet files with other bytes at so many places, and cut), bombs (zip, gzip and
zstd that unpack to more than the command may use of memory), shapes (one line of 100 MB, FDX in UTF-16 and with a mark). All by default.
What is refused must be refused with the reason that it is made for.
"""

import argparse
import gzip
import io
import json
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile

import docx
import ftfy
import odf.opendocument
import odf.table
import odf.text
import openpyxl
import pyarrow
import pyarrow.parquet

import judge
from judge import AKSHARA, check, same, skip, verdict

MEMORY_LIMIT = 768 << 20  # of addresses: of what is read, the command keeps 256 MiB of one part of an archive at the most
BOMB = 800  # MiB
WORDS = (
    "ನಮಸ್ಕಾರ ಕನ್ನಡ ಪುಸ್ತಕವನ್ನು ಓದುತ್ತಾನೆ ಶ್ರೀಮತಿ ಕ್ಷಮಿಸಿ నమస్కారం తెలుగు పుస్తకం చదువుతున్నాడు "
    "ఎక్కడికి the house of café naïve “quoted” it's 42 3.5% a,b x;y <s> & [INST]"
).split()

def akshara(*arguments, limit: int | None = None) -> subprocess.CompletedProcess:
    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    return subprocess.run(
        [AKSHARA, *map(str, arguments)], capture_output=True, preexec_fn=bound if limit else None, timeout=300
    )


def rows(*arguments) -> list[dict]:
    """The conversations that an import gives."""
    return [json.loads(line) for line in judge.akshara("import", *arguments).stdout.split("\n") if line]


def texts(conversation: dict) -> list[str]:
    found = []
    for message in conversation["messages"]:
        content = message["content"]
        found.append(content if isinstance(content, str) else "".join(part["text"] for part in content))
    return found


def is_refused(result: subprocess.CompletedProcess, what: str, words: str) -> None:
    """An error must be a sentence with these words, not a crash."""
    said = result.stderr.decode()
    check(f"{what} is refused", result.returncode == 1 and words in said, f"exit {result.returncode}, {said[-300:]}")


class Maker:
    """Makes texts from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def line(self, least: int = 1, most: int = 12) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randint(least, most)))


def check_docx(maker: Maker, folder: pathlib.Path, count: int) -> None:
    for number in range(count):
        document = docx.Document()
        for _ in range(maker.random.randint(1, 12)):
            paragraph = document.add_paragraph(style=maker.random.choice([None, "Heading 1", "List Bullet"]))
            for _ in range(maker.random.randint(0, 4)):
                run = paragraph.add_run(maker.line() + maker.random.choice(["", "\t", "\n", " "]))
                run.bold = maker.random.random() < 0.3
        if maker.random.random() < 0.5:
            table = document.add_table(rows=maker.random.randint(1, 4), cols=maker.random.randint(1, 3))
            for cell in (cell for row in table.rows for cell in row.cells):
                cell.text = maker.line(1, 3)
        path = folder / f"{number}.docx"
        document.save(path)
        expected = []
        for part in docx.Document(path).iter_inner_content():
            if isinstance(part, docx.table.Table):
                expected += ["\t".join(cell.text for cell in row.cells) for row in part.rows]
            else:
                expected += part.text.split("\n")
        expected = [line for line in expected if line.strip()]
        if expected:
            same(path.name, [texts(row)[-1] for row in rows("text", path)], expected)
        else:
            is_refused(akshara("import", "text", path), f"{path.name}, without text,", "nothing was read")


def table_rows(maker: Maker) -> list[list]:
    """A header and rows, of texts with numbers among them."""
    made = [["prompt", "completion", "note"]]
    for _ in range(maker.random.randint(1, 9)):
        answer = maker.random.choice([maker.line(), maker.line() + "\n" + maker.line(), 7, 2.5, 10**12])
        made.append([maker.line(), answer, maker.random.choice([None, maker.line(1, 2)])])
    return made


def check_table(path: pathlib.Path, expected: list[list]) -> None:
    same(path.name, [texts(row) for row in rows("completion", path)], [[str(row[0]), str(row[1])] for row in expected[1:]])


def check_xlsx(maker: Maker, folder: pathlib.Path, count: int) -> None:
    for number in range(count):
        book = openpyxl.Workbook()
        for row in table_rows(maker):
            book.active.append(row)
        path = folder / f"{number}.xlsx"
        book.save(path)
        check_table(path, [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)])


def plain(element) -> str:
    """The text of an element of odfpy: its own `extractText` leaves tabs and spaces out."""
    if element.nodeType == element.TEXT_NODE:
        return str(element.data)
    name = element.qname[1]
    special = {"tab": "\t", "line-break": "\n"}.get(name)
    if name == "s":
        special = " " * int(element.getAttribute("c") or 1)
    return special if special is not None else "".join(plain(child) for child in element.childNodes)


def check_odf(maker: Maker, folder: pathlib.Path, count: int) -> None:
    for number in range(count):
        document = odf.opendocument.OpenDocumentText()
        for _ in range(maker.random.randint(1, 9)):
            paragraph = odf.text.P()
            for _ in range(maker.random.randint(1, 4)):
                paragraph.addElement(odf.text.Span(text=maker.line()))
                paragraph.addElement(maker.random.choice([odf.text.Tab(), odf.text.LineBreak(), odf.text.S(c=3)]))
            document.text.addElement(paragraph)
        path = folder / f"{number}.odt"
        document.save(path)
        paragraphs = odf.opendocument.load(path).text.getElementsByType(odf.text.P)
        expected = [line for element in paragraphs for line in plain(element).split("\n") if line.strip()]
        same(path.name, [texts(row)[-1] for row in rows("text", path)], expected)

        sheet = odf.opendocument.OpenDocumentSpreadsheet()
        table = odf.table.Table(name="ಒಂದು")
        made = [[None if cell is None else str(cell).replace("\n", " ") for cell in row] for row in table_rows(maker)]
        for cells in made:
            row = odf.table.TableRow()
            for cell in cells:
                element = odf.table.TableCell(valuetype="string")
                if cell is not None:
                    element.addElement(odf.text.P(text=cell))
                row.addElement(element)
            table.addElement(row)
        sheet.spreadsheet.addElement(table)
        path = folder / f"{number}.ods"
        sheet.save(path)
        check_table(path, made)


def parquet_file(maker: Maker, path: pathlib.Path, count: int) -> list[dict]:
    made = []
    for number in range(count):
        turns = maker.random.randint(1, 3)
        messages = [
            {"role": role, "content": maker.line()} for _ in range(turns) for role in ("user", "assistant")
        ]
        made.append({"messages": messages, "source": f"s{number}", "score": maker.random.choice([None, 0.5])})
    codec = maker.random.choice(["snappy", "zstd", "gzip", "none"])
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(made), path, compression=codec, row_group_size=50)
    return made


def check_parquet(maker: Maker, folder: pathlib.Path, count: int) -> None:
    for number in range(count):
        path = folder / f"{number}.parquet"
        parquet_file(maker, path, maker.random.randint(1, 200))
        table = pyarrow.parquet.read_table(path)
        for file in [path, folder / f"{number}.arrow"]:
            if file.suffix == ".arrow":
                with pyarrow.ipc.new_file(file, table.schema) as writer:
                    writer.write_table(table)
            found = [[(m["role"], m["content"]) for m in row["messages"]] for row in rows("messages", file)]
            wanted = [[(m["role"], m["content"]) for m in row["messages"]] for row in table.to_pylist()]
            same(f"{file.name}: {len(wanted)} rows", found, wanted)


def check_damages(maker: Maker, folder: pathlib.Path, damages: int) -> None:
    """Cut anywhere, the file is refused. Other bytes may lie in a text, which no sum guards: then every row is still there."""
    whole, damaged, cause = folder / "whole.parquet", folder / "damaged.parquet", "data are damaged or cut: "
    for number in range(damages):
        made = parquet_file(maker, whole, 100)
        data = bytearray(whole.read_bytes())
        if number % 6 == 0:
            damaged.write_bytes(data[: maker.random.randrange(len(data))])
            is_refused(akshara("import", "auto", damaged), f"Parquet file {number}, cut,", cause)
            continue
        at, size = maker.random.randrange(4, len(data) - 8), maker.random.choice([1, 4, 64, 400])
        size = min(size, len(data) - 8 - at)
        data[at:at + size] = maker.random.randbytes(size)
        damaged.write_bytes(data)
        result = akshara("import", "messages", damaged)
        holds = result.stdout.count(b"\n") == len(made) if result.returncode == 0 else cause in result.stderr.decode()
        check(f"Parquet file {number}, {size} other bytes", result.returncode in (0, 1) and holds,
              f"exit {result.returncode}, {result.stderr.decode()[-300:]}", note="taken" if result.returncode == 0 else "refused")


def check_mojibake(maker: Maker, folder: pathlib.Path, count: int) -> None:
    """Lines whose UTF-8 was read as Windows-1252: ftfy is the judge of what can be had back."""
    right = peer = 0
    for number in range(count):
        original = [maker.line(4, 12) for _ in range(20)]
        # Python refuses the five bytes that Windows-1252 has no character for; ftfy reads them as Windows does.
        wrong = ["".join(
            bytes([byte]).decode("windows-1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte)
            for byte in line.encode()) for line in original]
        path = folder / f"{number}.txt"
        path.write_text("\n".join(wrong) + "\n")
        found = [texts(row)[-1] for row in rows("text", path, "--encoding", "auto")]
        theirs = [ftfy.fix_encoding(line) for line in wrong]
        right += sum(a == b for a, b in zip(found, original))
        peer += sum(a == b for a, b in zip(theirs, original))
        wrong = [(ours, wanted) for ours, other, wanted in zip(found, theirs, original) if ours != wanted == other]
        check(f"{path.name}: what ftfy has back", not wrong and len(found) == len(original), wrong[:3])
    check("mojibake: at least as many lines are had back as by ftfy, and most", right >= peer > 19 * count,
          note=f"of {20 * count} lines akshara has {right}, ftfy {peer}")


def check_pdf(maker: Maker, folder: pathlib.Path, count: int) -> None:
    if shutil.which("pdftotext") is None:
        return skip("pdf", "there is no pdftotext (poppler-utils)", 2 * count)
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen import canvas
    from screenplain.export import pdf
    from screenplain.parsers import fountain

    for number in range(count):
        lines = [maker.line(3, 8).encode("ascii", "ignore").decode().strip() or "a line" for _ in range(90)]
        path = folder / f"{number}.pdf"
        page = canvas.Canvas(str(path), pagesize=A4)
        for index, line in enumerate(lines):
            if index and index % 45 == 0:
                page.showPage()
            page.drawString(72, 780 - 16 * (index % 45), " ".join(line.split()))
        page.save()
        same(path.name, [texts(row)[-1].split() for row in rows("text", path)], [line.split() for line in lines])

    # Screenplays as a real producer sets them: who speaks must be those who speak in the Fountain file.
    for number in range(count):
        source, path = folder / f"{number}.fountain", folder / f"{number}-screenplay.pdf"
        source.write_text(screenplay(maker))
        pdf.to_pdf(fountain.parse(io.StringIO(source.read_text())), str(path))
        casts = [json.loads(judge.akshara("inspect", file, "--json").stdout.split("\n")[0])["cast"] for file in [source, path]]
        check(f"{path.name}: the cast", casts[0] == casts[1] and casts[0], f"{casts[1]} instead of {casts[0]}")


def screenplay(maker: Maker) -> str:
    """English scenes in Fountain, in which everybody of a cast of four may speak."""
    def sentence() -> str:
        return " ".join(maker.random.choices("the river runs slowly past an old house and nobody looks".split(), k=9)).capitalize() + "."

    parts = []
    for scene in range(maker.random.randint(1, 4)):
        parts.append(maker.random.choice(["INT. KITCHEN - DAY", "EXT. BUS STAND - NIGHT", "INT./EXT. CAR - DUSK"]))
        parts.append(sentence())
        for _ in range(maker.random.randint(2, 8)):
            parts.append(maker.random.choice(["RAVI", "MEENA", "THE CONDUCTOR", "OLD MAN (V.O.)"]) + "\n" + sentence())
            if maker.random.random() < 0.3:
                parts.append(sentence())
    return "\n\n".join(parts) + "\n"


def check_bombs(folder: pathlib.Path) -> None:
    # Blank lines, 1 MiB of them.
    blanks = (b" " * 1023 + b"\n") * 1024
    bomb = folder / "bomb.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(BOMB):
                part.write(blanks)
    is_refused(akshara("import", "auto", bomb, limit=MEMORY_LIMIT), f"a zip bomb of {bomb.stat().st_size} bytes", "longer than 256 MiB, unpacked")
    word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for name, text in [
        ("entities.docx", f'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><w:document {word}>&c;</w:document>'),
        ("outside.docx", f'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><w:document {word}>&b;</w:document>'),
    ]:
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("word/document.xml", text)
        is_refused(akshara("import", "auto", folder / name, limit=MEMORY_LIMIT), name, "has a document type or entities of its own")
    # A sheet of few cells that would become 50,000 rows of 16,384 columns, and a row that repeats its cells.
    with zipfile.ZipFile(folder / "wide.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/></Relationships>')
        cells = '<row><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>' + '<row><c r="A2"><v>1</v></c></row>' * 50_000
        archive.writestr("xl/worksheets/s.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    is_refused(akshara("import", "auto", folder / "wide.xlsx", limit=MEMORY_LIMIT), "a sheet of 800 million cells", "the sheet `a` is too large")
    names = 'xmlns:office="o" xmlns:text="t" xmlns:table="b"'
    cell = '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
    with zipfile.ZipFile(folder / "repeated.ods", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "content.xml", f'<table:table {names} table:name="a"><table:table-row>{cell * 100_000}</table:table-row></table:table>')
    is_refused(akshara("import", "auto", folder / "repeated.ods", limit=MEMORY_LIMIT), "a row of a billion cells",
               "a row has more than 16384 cells")
    # gzip packs no better than 1 : 1032; what is unpacked is read to its end, in the memory of one line.
    with gzip.open(folder / "bomb.jsonl.gz", "wb", compresslevel=6) as stream:
        for _ in range(BOMB):
            stream.write(blanks)
    is_refused(akshara("import", "dolly", folder / "bomb.jsonl.gz", limit=MEMORY_LIMIT), "a gzip bomb", "the file has 0 records")
    zstd = subprocess.Popen(["zstd", "-q", "-3", "-o", folder / "bomb.jsonl.zst"], stdin=subprocess.PIPE)
    for _ in range(1200):  # up to 1 GiB any size is taken; behind it, no more than 500 times what is packed
        zstd.stdin.write(blanks)
    zstd.stdin.close()
    same("zstd packs the bomb", zstd.wait(), 0)
    is_refused(akshara("import", "dolly", folder / "bomb.jsonl.zst", limit=MEMORY_LIMIT), "a zstd bomb", "more than 500 times their size")


def check_shapes(folder: pathlib.Path) -> None:
    path = folder / "long.jsonl"
    with path.open("w") as file:
        file.write('{"instruction": "q", "response": "')
        for _ in range(100):
            file.write("ಅ" * 349_526)
        file.write('"}\n')
    is_refused(akshara("import", "dolly", path, limit=MEMORY_LIMIT), "a line of 100 MB", "longer than 64 MiB")
    path.write_text(json.dumps({"instruction": "q", "response": "a" * (60 << 20)}) + "\n")
    same("a line of 60 MiB", [len(text) for row in rows("dolly", path) for text in texts(row)], [1, 60 << 20])

    scene = (
        '<?xml version="1.0" encoding="{}"?><FinalDraft DocumentType="Script"><Content><Paragraph Type="Scene Heading">'
        "<Text>INT. ಮನೆ - DAY</Text></Paragraph><Paragraph Type=\"Character\"><Text>ಸೀತಾ</Text></Paragraph>"
        '<Paragraph Type="Dialogue"><Text>ಬಾ.</Text></Paragraph><Paragraph Type="Character"><Text>RAMU</Text></Paragraph>'
        '<Paragraph Type="Dialogue"><Text>బాగున్నావా?</Text></Paragraph></Content></FinalDraft>'
    )
    for name, declared, codec in [
        ("plain", "UTF-8", "utf-8"), ("marked", "UTF-8", "utf-8-sig"), ("utf16", "UTF-16", "utf-16"),
        ("utf16le", "UTF-16", "utf-16-le"), ("utf16be", "UTF-16", "utf-16-be"),
    ]:
        path = folder / f"{name}.fdx"
        mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(codec, b"")
        path.write_bytes(mark + scene.format(declared).encode(codec))
        for kind in ["fdx", "auto"]:
            same(f"{path.name} as {kind}", [texts(row)[-2:] for row in rows(kind, path, "--assistant", "*")], [["ಬಾ.", "బాగున్నావా?"]])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--damages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    documents, less = options.documents, options.documents // 4 + 1
    plays = options.documents // 10 + 1
    # What each section checks, and how often.
    sections = {
        "docx": (lambda maker, work: check_docx(maker, work, documents), documents),
        "xlsx": (lambda maker, work: check_xlsx(maker, work, documents), documents),
        "odf": (lambda maker, work: check_odf(maker, work, documents), 2 * documents),
        "parquet": (lambda maker, work: check_parquet(maker, work, less), 2 * less),
        "mojibake": (lambda maker, work: check_mojibake(maker, work, less), less + 1),
        "pdf": (lambda maker, work: check_pdf(maker, work, plays), 2 * plays),
        "damages": (lambda maker, work: check_damages(maker, work, options.damages), options.damages),
        "bombs": (lambda _, work: check_bombs(work), 8),
        "shapes": (lambda _, work: check_shapes(work), 12),
    }
    expected = 0
    for name in options.sections or sections:
        if name not in sections:
            parser.error(f"there is no section {name}; choose from {', '.join(sections)}")
        section, checks = sections[name]
        expected += checks
        with tempfile.TemporaryDirectory() as folder:
            section(Maker(options.seed), pathlib.Path(folder))
    return verdict(expected)


if __name__ == "__main__":
    sys.exit(main())
