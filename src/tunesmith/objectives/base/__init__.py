"""What objectives share; a change here retrains every phase."""

from tunesmith.objectives.base.bound import Bound, Numbers, Sums
from tunesmith.objectives.base.objective import TrainingObjective
from tunesmith.objectives.base.setting import Setting

__all__ = ["Bound", "Numbers", "Setting", "Sums", "TrainingObjective"]
