"""What is wanted of a file of trade, which may be larger than memory: years and products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from tanheng.errors import InputError


@dataclass(frozen=True)
class Wanted:
    """``years`` and ``products`` to read, None for all; a code of digits also wants all codes that begin with it."""

    years: frozenset[int] | None = None
    products: tuple[str, ...] | None = None

    @classmethod
    def of(cls, years: int | Iterable[int] | None = None, products: str | Sequence[str] | None = None) -> Wanted:
        """Of one year or several, of one product or several."""
        chosen = None if years is None else frozenset([years] if isinstance(years, int) else years)
        names = None if products is None else (products,) if isinstance(products, str) else tuple(products)
        return cls(chosen, names)

    def part(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of ``frame`` (with year and product) that are wanted, categories as texts."""
        if self.years is not None:
            frame = frame[frame["year"].isin(self.years)]
        if self.products is not None:
            codes = [product for product in frame["product"].unique() if self._wants(str(product))]
            frame = frame[frame["product"].isin(codes)]
        texts = [name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)]
        return frame.astype(dict.fromkeys(texts, "str"))

    def _wants(self, product: str) -> bool:
        return any(product == name or (name.isdigit() and product.startswith(name)) for name in self.products or ())

    def require_some(self, frame: pd.DataFrame, where: str) -> None:
        """Raise InputError where nothing that is wanted was there."""
        if frame.empty:
            of = [f"of {', '.join(map(str, sorted(self.years)))}"] if self.years else []
            of += [f"in {', '.join(self.products)}"] if self.products else []
            what = f"holds no trade {' '.join(of)}".rstrip()
            raise InputError(what, where=where, hint="see which years and products it has, or download it again")


ALL = Wanted()
