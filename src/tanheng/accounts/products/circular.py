"""The circular footprint formula: burdens and credits of recycled content, recycling, energy recovery and disposal."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from tanheng.accounts.formula import method
from tanheng.errors import QuestionError

method(
    "circular footprint",
    function="circular_footprint",
    en="Circular footprint formula",
    zh="循环足迹公式",
    formula=r"(1 - R_1) E_V + R_1 (\mathsf{A} E_{rec} + (1 - \mathsf{A}) E_V q_{in})"
    r" + (1 - \mathsf{A}) R_2 (E_{EoL} - E_V^* q_{out})"
    r" + (1 - \mathsf{B}) R_3 (E_{ER} - H (X_{heat} E_{heat} + X_{elec} E_{elec})) + (1 - R_2 - R_3) E_D",
    symbols=r"\mathsf{A} \mathsf{B} R_1 R_2 R_3 E_V E_{rec} E_{EoL} E_V^* q_{in} q_{out} E_{ER} H X_{heat}"
    r" X_{elec} E_{heat} E_{elec} E_D",
    source="Commission Recommendation (EU) 2021/2279, Annex I, 4.4.8.1",
)


@dataclass(frozen=True, kw_only=True)
class Circularity:
    """What the circular footprint formula is asked of one material, per unit of material, all ``E`` in one unit.

    ``E_V``: making virgin material; ``E_rec``: making recycled material, from collection on; ``E_recEoL``: recycling
    at the end of life; ``E_V_star``: virgin material that the recycled one replaces (None: the same as ``E_V``);
    ``E_ER``: recovering energy; ``E_D``: disposing of the rest; ``E_heat``, ``E_elec``: the heat and the electricity
    that recovered energy replaces, per unit of energy. ``R1``: recycled content; ``R2``, ``R3``: shares recycled and
    burnt for energy at the end of life. ``A``: share of burdens and credits of recycling that falls to the user of
    recycled material, ``B``: that of energy recovery to its user. ``q_in``, ``q_out``: quality of the recycled material
    going in and coming out, relative to virgin. ``LHV``: lower heating value per unit of material, ``X_heat``,
    ``X_elec``: efficiencies. The Recommendation gives A by material (0.2 to 0.8; 0.5 where it names none) and B = 0.
    Raises QuestionError for a share, a quality or an efficiency that is not from 0 to 1, for shares that add up to
    more than 1, for a negative heating value, and for an E that is no finite number.
    Source: Commission Recommendation (EU) 2021/2279, Annex I, 4.4.8.1 and 4.4.8.2.
    """

    A: float
    E_V: float
    E_rec: float = 0.0
    E_recEoL: float = 0.0
    E_V_star: float | None = None
    E_ER: float = 0.0
    E_D: float = 0.0
    E_heat: float = 0.0
    E_elec: float = 0.0
    R1: float = 0.0
    R2: float = 0.0
    R3: float = 0.0
    B: float = 0.0
    q_in: float = 1.0
    q_out: float = 1.0
    LHV: float = 0.0
    X_heat: float = 0.0
    X_elec: float = 0.0

    def __post_init__(self) -> None:
        for name in ("A", "B", "R1", "R2", "R3", "q_in", "q_out", "X_heat", "X_elec"):
            _require(0 <= getattr(self, name) <= 1, f"{name} is {getattr(self, name):g}", "it is a share, from 0 to 1")
        for name in ("E_V", "E_rec", "E_recEoL", "E_V_star", "E_ER", "E_D", "E_heat", "E_elec"):
            value = getattr(self, name)
            _require(value is None or abs(value) < float("inf"), f"{name} is {value}", "give it, or 0")
        _require(0 <= self.LHV < float("inf"), f"LHV is {self.LHV:g}", "a heating value is 0 or more")
        for one, other, why in (
            ("R2", "R3", "no more can be recycled and burnt than there is"),
            ("X_heat", "X_elec", "no more energy can be recovered than there is"),
        ):
            total = getattr(self, one) + getattr(self, other)
            _require(total <= 1 + 1e-12, f"{one} and {other} add up to {total:g}", why)  # 0.7 + 0.2 + 0.1 as doubles

    @property
    def virgin_replaced(self) -> float:
        """E*_V: that of the material which the recycled one replaces."""
        return self.E_V if self.E_V_star is None else self.E_V_star

    @property
    def cut_off(self) -> Circularity:
        """The same with A = 1: who uses recycled material bears its recycling, who leaves it has no credit."""
        return dataclasses.replace(self, A=1.0)

    @property
    def substitution(self) -> Circularity:
        """The same with A = 0: recycled content counts as virgin, recycling at the end of life is credited in full."""
        return dataclasses.replace(self, A=0.0)


@dataclass(frozen=True)
class CircularFootprint:
    """The lines of the formula, in the unit of its E; credits are zero or less where what they replace is a burden.

    ``material``: virgin material, (1 − R1) E_V; ``recycled_content``: R1 [A E_rec + (1 − A) E_V q_in]; ``recycling``:
    (1 − A) R2 E_recEoL, with ``recycling_credit``; ``energy_recovery``: (1 − B) R3 E_ER, with ``energy_credit``;
    ``disposal``: (1 − R2 − R3) E_D.
    """

    material: float
    recycled_content: float
    recycling: float
    energy_recovery: float
    disposal: float
    recycling_credit: float
    energy_credit: float

    @property
    def burdens(self) -> float:
        """All lines but the credits."""
        return self.material + self.recycled_content + self.recycling + self.energy_recovery + self.disposal

    @property
    def credits(self) -> float:
        """What is avoided elsewhere: beside the burdens, never inside them."""
        return self.recycling_credit + self.energy_credit

    @property
    def net(self) -> float:
        """What the Recommendation calls the result: burdens and credits together."""
        return self.burdens + self.credits

    @property
    def by_stage(self) -> dict[str, float]:
        """The burdens by the stages of a product system, and its line of credits."""
        return {
            "production": self.material + self.recycled_content,
            "disposal": self.energy_recovery + self.disposal,
            "recycling": self.recycling,
            "credit": self.credits,
        }


def circular_footprint(of: Circularity) -> CircularFootprint:
    """The circular footprint of one material, per unit of it, its credits apart.

    Its two limits are ``circular_footprint(of.cut_off)`` (A = 1) and ``circular_footprint(of.substitution)`` (A = 0).
    Source: Commission Recommendation (EU) 2021/2279, Annex I, 4.4.8.1.

    >>> bottle = Circularity(A=0.5, R1=0.4, R2=0.6, E_V=2.0, E_rec=0.5, E_recEoL=0.5, E_D=0.1, q_out=0.9)
    >>> result = circular_footprint(bottle)
    >>> round(result.burdens, 12), round(result.credits, 12), round(result.net, 12)
    (1.89, -0.54, 1.35)
    >>> circular_footprint(bottle.cut_off).credits
    0.0
    """
    recycled, recovered = (1 - of.A) * of.R2, (1 - of.B) * of.R3
    replaced = of.LHV * (of.X_heat * of.E_heat + of.X_elec * of.E_elec)
    return CircularFootprint(
        material=(1 - of.R1) * of.E_V,
        recycled_content=of.R1 * (of.A * of.E_rec + (1 - of.A) * of.E_V * of.q_in),
        recycling=recycled * of.E_recEoL,
        energy_recovery=recovered * of.E_ER,
        disposal=(1 - of.R2 - of.R3) * of.E_D,
        recycling_credit=0.0 - recycled * of.virgin_replaced * of.q_out,  # 0.0 rather than -0.0
        energy_credit=0.0 - recovered * replaced,
    )


def _require(right: bool, what: str, hint: str) -> None:
    if not right:
        raise QuestionError(what, where="circular footprint", hint=hint)
