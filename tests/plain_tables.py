"""Plain tables for tests, written out by hand: Kitzes 2013 as a folder, and the same with something wrong in it."""

from __future__ import annotations

from pathlib import Path

KITZES = {
    "Z.csv": ",,one,two\n,,all,all\none,all,8,5\ntwo,all,4,2\n",
    "Y.csv": ",,one,two\n,,final,final\none,all,3,0\ntwo,all,0,6\n",
    "F.csv": ",one,two\n,all,all\nCO2,8,4\n",
    "about.toml": 'name = "Kitzes 2013"\nyear = 2013\ncurrency = "USD"\n\n[units]\nCO2 = "t"\n',
}


def kitzes_folder(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """Write Kitzes 2013 (production 8 / 4, consumption 4.8 / 7.2) into ``folder``; None leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**KITZES, **(changes or {})}.items():
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` with its bytes, to see that nothing was changed or left behind."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
