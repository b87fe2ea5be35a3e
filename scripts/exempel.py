"""Publish the newest run of the example: a few files to results/exempel, its table into the README."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = (
    "sammanfattning.md",
    "manifest.json",
    "budget.csv",
    "figurer/hushall_bistand.svg",
    "figurer/externa_dygn_missbruk.svg",
    "figurer/skillnader.svg",
)


def main() -> None:
    run = max((ROOT / "results" / "exempel_korning").glob("[0-9]*"))
    target = ROOT / "results" / "exempel"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name in FILES:
        shutil.copyfile(run / name, target / Path(name).name)
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


if __name__ == "__main__":
    main()
