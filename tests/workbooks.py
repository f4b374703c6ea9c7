"""Spreadsheets for tests, written as XML by hand: what is inside is exactly what a test says."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1">'
    '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
DAY = 1
"""The style of a date."""


def letters(column: int) -> str:
    """3 is C."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell(row: int, column: int, value: object) -> str:
    """A cell: a number, a text, None; ("f", formula, result), ("e", error) or ("d", day as it is counted)."""
    at = f'r="{letters(column)}{row}"'
    if value is None:
        return ""
    if isinstance(value, tuple):
        kind, *rest = value
        if kind == "f":
            return f"<c {at}><f>{escape(str(rest[0]))}</f><v>{rest[1]}</v></c>"
        if kind == "e":
            return f'<c {at} t="e"><f>A1/0</f><v>{escape(str(rest[0]))}</v></c>'
        return f'<c {at} s="{DAY}"><v>{rest[0]}</v></c>'
    if isinstance(value, (int, float)):
        return f"<c {at}><v>{value}</v></c>"
    return f'<c {at} t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def sheet(rows: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> str:
    """A sheet's XML."""
    lines = "".join(
        f'<row r="{i}">{"".join(cell(i, j, value) for j, value in enumerate(row, 1))}</row>'
        for i, row in enumerate(rows, 1)
    )
    joined = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
    after = f'<mergeCells count="{len(merged)}">{joined}</mergeCells>' if merged else ""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData>{after}</worksheet>'


def write_workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[object]] | str], more: Mapping[str, bytes] | None = None
) -> Path:
    """Writes an .xlsx file of some sheets: rows, or the sheet's XML as it stands; `more` are other parts."""
    listed = "".join(f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        f"{kinds}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}'
        f'<Relationship Id="rId900" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
    }
    for i, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = rows if isinstance(rows, str) else sheet(rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in {**parts, **(more or {})}.items():
            file.writestr(name, part)
    return path


OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"


def ods_cell(value: object, repeated: int = 1) -> str:
    """A cell of an OpenDocument sheet: as `cell` has it, without its place; ("d", "2020-02-29") is a day."""
    more = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    if value is None:
        return f"<table:table-cell{more}/>"
    kind, given = "string", value
    if isinstance(value, tuple):
        kind, *rest = value
        given = rest[-1]
        if kind in ("f", "e"):
            more += f' table:formula="of:{escape(str(rest[0]))}"'
        kind = {"f": "float", "e": "string", "d": "date"}[kind]
    elif isinstance(value, (int, float)):
        kind = "float"
    if kind != "string":
        more += f' office:{"date-value" if kind == "date" else "value"}="{given}"'
    return (
        f'<table:table-cell{more} office:value-type="{kind}"><text:p>{escape(str(given))}</text:p></table:table-cell>'
    )


def ods_sheet(rows: Sequence[Sequence[object]]) -> str:
    """The rows of an OpenDocument sheet, with the empty rows and columns to its ends that programs write."""
    lines = "".join(
        f"<table:table-row>{''.join(map(ods_cell, row))}{ods_cell(None, 1000)}</table:table-row>" for row in rows
    )
    return f'{lines}<table:table-row table:number-rows-repeated="1048000">{ods_cell(None, 1024)}</table:table-row>'


def write_ods(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[object]] | str],
    more: Mapping[str, bytes] | None = None,
    before: str = "",
) -> Path:
    """Writes an .ods file of some sheets: rows, or the XML of the rows as it stands; `more` are other parts, `before` what
    stands above the XML."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{rows if isinstance(rows, str) else ods_sheet(rows)}</table:table>"
        for name, rows in sheets.items()
    )
    names = " ".join(f'xmlns:{name}="{OFFICE}{name}:1.0"' for name in ("office", "table", "text"))
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    parts: dict[str, bytes | str] = {
        "mimetype": kind,
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{OFFICE}manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" '
        'manifest:media-type="text/xml"/></manifest:manifest>',
        "content.xml": f'{before}<office:document-content {names} office:version="1.3"><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in {**parts, **(more or {})}.items():
            file.writestr(name, part)
    return path
