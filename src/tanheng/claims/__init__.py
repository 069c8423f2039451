"""Claims: published numbers as data files, what computes them, and the verdict of every dataset at hand."""

from tanheng.claims.claim import Claim, ClaimFile, names, read_claims
from tanheng.claims.measures import Computed
from tanheng.claims.verdict import VERDICTS, Verdict, check, verdict_frame

__all__ = ["VERDICTS", "Claim", "ClaimFile", "Computed", "Verdict", "check", "names", "read_claims", "verdict_frame"]
