"""A sheet of a workbook whose numbers are written with as many digits as they need to be read back to the last bit."""

from __future__ import annotations

from collections.abc import Iterable

from xlsxwriter.worksheet import Worksheet


class ExactSheet(Worksheet):  # type: ignore[misc]
    """A worksheet of xlsxwriter, which writes 16 digits of a number; 17 are needed."""

    def _xml_number_element(self, number: float, attributes: Iterable[tuple[str, object]] = ()) -> None:
        given = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{given}><v>{float(number)!r}</v></c>")
