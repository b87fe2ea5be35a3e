"""What a tagged PDF must hold, read with pikepdf, and an open checker's word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pdfua
import pikepdf

ABLE_TO_FAIL = {pdfua.Severity.ERROR, pdfua.Severity.WARNING}


def structure(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Every element of the structure tree."""
    waiting = [pdf.Root.StructTreeRoot.K]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting.extend(node)  # type: ignore[arg-type]
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                yield node
            if "/K" in node:
                waiting.append(node.K)


def assert_tagged(path: Path) -> None:
    """Language, title, tags, an alternative text for each figure, header cells in each table, and no finding."""
    with pikepdf.open(path) as pdf:
        root = pdf.Root
        assert str(root.Lang).lower().startswith("sv")
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo["/Title"])
        roles = {str(key): str(value) for key, value in root.StructTreeRoot.get("/RoleMap", {}).items()}
        elements = list(structure(pdf))
        kinds = [roles.get(str(each.S), str(each.S)) for each in elements]
        figures = [each for each, kind in zip(elements, kinds, strict=True) if kind == "/Figure"]
        assert figures and all(len(str(each.get("/Alt", ""))) > 20 for each in figures)
        assert kinds.count("/Table") > 5 and kinds.count("/TH") >= 2 * kinds.count("/Table")
        assert "/H1" in kinds or "/H" in kinds
        for page in pdf.pages:
            fonts = page.Resources.get("/Font", {})
            assert all(_embedded(font) for font in fonts.values())
    report = pdfua.validate(path)
    found = [finding for finding in report.findings if finding.severity in ABLE_TO_FAIL]
    assert found == []


def _embedded(font: pikepdf.Object) -> bool:
    described = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    return any(key in described.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
