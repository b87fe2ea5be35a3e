"""Publish the newest run of the example: a few files to results/exempel, its table into the README."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pikepdf

from sim.report.bilaga import draw
from sim.report.content import document_of
from sim.report.saved import load_saved
from sim.report.typst_pdf import page_pictures
from sim.settings import Rapport

ROOT = Path(__file__).resolve().parents[1]
FILES = (
    "sammanfattning.md",
    "manifest.json",
    "budget.csv",
    "figurer/hushall_forsorjningsstod_bistand.svg",
    "figurer/externa_dygn_missbruk.svg",
    "figurer/skillnader.svg",
)
DPI = 80
"""Of the picture of the bilaga's first page."""


def main() -> None:
    run = max((ROOT / "results" / "exempel_korning").glob("[0-9]*"))
    target = ROOT / "results" / "exempel"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name in FILES:
        shutil.copyfile(run / name, target / Path(name).name)
    publish_bilaga(run, target)
    summary = (target / "sammanfattning.md").read_text(encoding="utf-8")
    table = re.search(r"\n(\| Nyckeltal .*?)\n\n", summary, re.S)
    assert table is not None
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    start, end = text.index("![Hushåll"), text.index("<!-- slut exempel -->")
    figure = text[start : text.index("\n", start)]
    whole = f"{text[:start]}{figure}\n\n{table[1]}\n{text[end:]}"
    readme.write_text(whole, encoding="utf-8", newline="\n")
    print(f"Publicerat: {target.relative_to(ROOT).as_posix()}")


def publish_bilaga(run: Path, target: Path) -> None:
    """The PDF, packed to half its size and otherwise the same, and its first page as a picture."""
    with pikepdf.open(run / "bilaga.pdf") as pdf:
        packed = pikepdf.ObjectStreamMode.generate
        pdf.save(target / "bilaga.pdf", object_stream_mode=packed, recompress_flate=True, deterministic_id=True)
    saved = load_saved(run, ROOT)
    document = document_of(saved, ROOT, Rapport(), draw(saved))
    (target / "bilaga_sida_1.png").write_bytes(page_pictures(document, run, DPI)[0])


if __name__ == "__main__":
    main()
