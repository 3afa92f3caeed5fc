"""Review: a person accepts, edits or rejects the rows proposed for the next round, or writes some.

What the improve loop needs are three functions: `read_proposals`, `read_decisions`, `settle`.
"""

__all__ = ["Decisions", "Proposal", "Settled", "read_decisions", "read_proposals", "settle"]

from tunesmith.review.decision import Decisions, read_decisions
from tunesmith.review.proposal import Proposal, read_proposals
from tunesmith.review.settle import Settled, settle
