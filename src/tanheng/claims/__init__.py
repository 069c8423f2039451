"""Claims: published numbers as data files, what computes them, and the verdict of every dataset at hand."""

from tanheng.claims.claim import Claim, ClaimFile, Printed, names, read_claims
from tanheng.claims.datasets import Dataset, Datasets, Regional
from tanheng.claims.measures import MEASURES, Computed, Measure
from tanheng.claims.messages import dataset_title, unit_title
from tanheng.claims.verdict import VERDICTS, Verdict, check, verdict_frame

__all__ = [
    "MEASURES",
    "VERDICTS",
    "Claim",
    "ClaimFile",
    "Computed",
    "Dataset",
    "Datasets",
    "Measure",
    "Printed",
    "Regional",
    "Verdict",
    "check",
    "dataset_title",
    "names",
    "read_claims",
    "unit_title",
    "verdict_frame",
]
