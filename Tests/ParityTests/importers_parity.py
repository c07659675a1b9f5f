#!/usr/bin/env python3
"""Compares what `akshara import` reads with what other libraries read from the same files, and feeds it hostile ones.

    AKSHARA_BINARY=.build/release/akshara importers_parity.py [--documents 40] [--cuts 200] [--seed 1] [SECTION…]

Peers: python-docx, openpyxl, odfpy, pyarrow, ftfy, and reportlab and screenplain as makers of PDFs (tools/parity-requirements.txt).
Sections: docx, xlsx, odf, parquet, mojibake, pdf, cuts (a Parquet file cut at so many places), bombs (zip, gzip and zstd, with a limit of
memory), shapes (one line of 100 MB, FDX in UTF-16 and with a mark). All by default. Exit status 1 if anything differs.
"""

import argparse
import gzip
import io
import json
import os
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

ROOT = pathlib.Path(__file__).resolve().parents[2]
AKSHARA = os.environ.get("AKSHARA_BINARY", str(ROOT / ".build/release/akshara"))
MEMORY_LIMIT = 3 << 30
WORDS = (
    "ನಮಸ್ಕಾರ ಕನ್ನಡ ಪುಸ್ತಕವನ್ನು ಓದುತ್ತಾನೆ ಶ್ರೀಮತಿ ಕ್ಷಮಿಸಿ నమస్కారం తెలుగు పుస్తకం చదువుతున్నాడు "
    "ఎక్కడికి the house of café naïve “quoted” it's 42 3.5% a,b x;y <s> & [INST]"
).split()

faults = 0
checks = 0


def check(is_right: bool, what: str) -> None:
    global faults, checks
    checks += 1
    if not is_right:
        faults += 1
        print(f"DIFFERS: {what}")


def akshara(*arguments, limit: int | None = None) -> subprocess.CompletedProcess:
    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    return subprocess.run(
        [AKSHARA, *map(str, arguments)], capture_output=True, preexec_fn=bound if limit else None, timeout=300
    )


def rows(*arguments) -> list[dict]:
    """The conversations that an import gives; none if it is refused."""
    result = akshara("import", *arguments)
    check(result.returncode == 0, f"import {arguments} is refused: {result.stderr.decode()[-400:]}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def texts(conversation: dict) -> list[str]:
    found = []
    for message in conversation["messages"]:
        content = message["content"]
        found.append(content if isinstance(content, str) else "".join(part["text"] for part in content))
    return found


def is_refused(result: subprocess.CompletedProcess, what: str) -> None:
    """An error must be a sentence, not a crash."""
    check(result.returncode in (1, 2), f"{what}: exit {result.returncode}, {result.stderr.decode()[-300:]}")


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
        found = [texts(row)[-1] for row in rows("text", path)] if expected else []
        check(found == expected, f"{path.name}: {found!r} instead of {expected!r}")


def table_rows(maker: Maker) -> list[list]:
    """A header and rows, of texts with numbers among them."""
    made = [["prompt", "completion", "note"]]
    for _ in range(maker.random.randint(1, 9)):
        answer = maker.random.choice([maker.line(), maker.line() + "\n" + maker.line(), 7, 2.5, 10**12])
        made.append([maker.line(), answer, maker.random.choice([None, maker.line(1, 2)])])
    return made


def check_table(path: pathlib.Path, expected: list[list]) -> None:
    found = [texts(row) for row in rows("completion", path)]
    wanted = [[str(row[0]), str(row[1])] for row in expected[1:]]
    check(found == wanted, f"{path.name}: {found!r} instead of {wanted!r}")


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
        found = [texts(row)[-1] for row in rows("text", path)]
        check(found == expected, f"{path.name}: {found!r} instead of {expected!r}")

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
            check(found == wanted, f"{file.name}: the messages differ")


def check_cuts(maker: Maker, folder: pathlib.Path, cuts: int) -> None:
    path = folder / "whole.parquet"
    parquet_file(maker, path, 400)
    whole = path.read_bytes()
    for number in range(cuts):
        cut = folder / "cut.parquet"
        cut.write_bytes(whole[: len(whole) * number // cuts])
        is_refused(akshara("import", "auto", cut), f"a Parquet file cut at {number}/{cuts}")


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
        for ours, other, wanted in zip(found, theirs, original):
            check(ours == wanted or other != wanted, f"mojibake: {ours!r} instead of {wanted!r}, which ftfy finds")
        check(len(found) == len(original), f"{path.name}: {len(found)} lines of {len(original)}")
    print(f"mojibake: of {20 * count} lines akshara has {right} back, ftfy {peer}")


def check_pdf(maker: Maker, folder: pathlib.Path, count: int) -> None:
    if shutil.which("pdftotext") is None:
        print("pdf: skipped, there is no pdftotext (poppler-utils)")
        return
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
        found = [texts(row)[-1].split() for row in rows("text", path)]
        check(found == [line.split() for line in lines], f"{path.name}: the lines differ")

    # Screenplays as a real producer sets them: who speaks must be those who speak in the Fountain file.
    for number in range(count):
        source, path = folder / f"{number}.fountain", folder / f"{number}-screenplay.pdf"
        source.write_text(screenplay(maker))
        pdf.to_pdf(fountain.parse(io.StringIO(source.read_text())), str(path))
        casts = []
        for file in [source, path]:
            result = akshara("inspect", file, "--json")
            check(result.returncode == 0, f"inspect {file.name}: {result.stderr.decode()[-300:]}")
            casts.append(json.loads(result.stdout.splitlines()[0])["cast"] if result.returncode == 0 else {})
        check(casts[0] == casts[1] and casts[0], f"{path.name}: the cast is {casts[1]} instead of {casts[0]}")


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
            for _ in range(1024):
                part.write(blanks)
    is_refused(akshara("import", "auto", bomb, limit=MEMORY_LIMIT), f"a zip bomb of {bomb.stat().st_size} bytes")
    word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for name, text in [
        ("entities.docx", f'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><w:document {word}>&c;</w:document>'),
        ("outside.docx", f'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><w:document {word}>&b;</w:document>'),
    ]:
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("word/document.xml", text)
        is_refused(akshara("import", "auto", folder / name, limit=MEMORY_LIMIT), name)
    # A sheet of few cells that would become 50,000 rows of 16,384 columns, and a row that repeats its cells.
    with zipfile.ZipFile(folder / "wide.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/></Relationships>')
        cells = '<row><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>' + '<row><c r="A2"><v>1</v></c></row>' * 50_000
        archive.writestr("xl/worksheets/s.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    is_refused(akshara("import", "auto", folder / "wide.xlsx", limit=MEMORY_LIMIT), "a sheet of 800 million cells")
    names = 'xmlns:office="o" xmlns:text="t" xmlns:table="b"'
    cell = '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
    with zipfile.ZipFile(folder / "repeated.ods", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "content.xml", f'<table:table {names} table:name="a"><table:table-row>{cell * 100_000}</table:table-row></table:table>')
    is_refused(akshara("import", "auto", folder / "repeated.ods", limit=MEMORY_LIMIT), "a row of a billion cells")
    with gzip.open(folder / "bomb.jsonl.gz", "wb", compresslevel=6) as stream:
        for _ in range(1200):
            stream.write(blanks)
    is_refused(akshara("import", "dolly", folder / "bomb.jsonl.gz", limit=MEMORY_LIMIT), "a gzip bomb")
    zstd = subprocess.Popen(["zstd", "-q", "-3", "-o", folder / "bomb.jsonl.zst"], stdin=subprocess.PIPE)
    for _ in range(1200):
        zstd.stdin.write(blanks)
    zstd.stdin.close()
    zstd.wait()
    is_refused(akshara("import", "dolly", folder / "bomb.jsonl.zst", limit=MEMORY_LIMIT), "a zstd bomb")


def check_shapes(folder: pathlib.Path) -> None:
    path = folder / "long.jsonl"
    with path.open("w") as file:
        file.write('{"instruction": "q", "response": "')
        for _ in range(100):
            file.write("ಅ" * 349_526)
        file.write('"}\n')
    result = akshara("import", "dolly", path, limit=MEMORY_LIMIT)
    is_refused(result, "a line of 100 MB")
    check(b"longer than 64 MiB" in result.stderr, f"a line of 100 MB: {result.stderr.decode()[-300:]}")
    path.write_text(json.dumps({"instruction": "q", "response": "a" * (60 << 20)}) + "\n")
    check(len(rows("dolly", path)) == 1, "a line of 60 MiB")

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
            found = [texts(row) for row in rows(kind, path, "--assistant", "*")]
            check(found == [["ಬಾ.", "బాగున్నావా?"]] or [t[-2:] for t in found] == [["ಬಾ.", "బాగున్నావా?"]], f"{path.name} as {kind}: {found}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sections = ["docx", "xlsx", "odf", "parquet", "mojibake", "pdf", "cuts", "bombs", "shapes"]
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for section in options.sections or sections:
        with tempfile.TemporaryDirectory() as folder:
            work, maker, before = pathlib.Path(folder), Maker(options.seed), checks
            match section:
                case "docx": check_docx(maker, work, options.documents)
                case "xlsx": check_xlsx(maker, work, options.documents)
                case "odf": check_odf(maker, work, options.documents)
                case "parquet": check_parquet(maker, work, options.documents // 4 + 1)
                case "mojibake": check_mojibake(maker, work, options.documents // 4 + 1)
                case "pdf": check_pdf(maker, work, options.documents // 10 + 1)
                case "cuts": check_cuts(maker, work, options.cuts)
                case "bombs": check_bombs(work)
                case "shapes": check_shapes(work)
                case _: parser.error(f"there is no section {section}; choose from {', '.join(sections)}")
            print(f"{section}: {checks - before} checks", flush=True)
    print(f"{checks} checks, {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
