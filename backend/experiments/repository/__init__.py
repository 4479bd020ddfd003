"""Every statement on experiments: what operators ask for, and what the engine writes."""

from backend.experiments.repository.cells import Cells
from backend.experiments.repository.codes import Codes
from backend.experiments.repository.experiments import Experiments
from backend.experiments.repository.ownership import Ownership
from backend.experiments.repository.pace import Pace
from backend.experiments.repository.told import keep_in_log

__all__ = ["Cells", "Codes", "Experiments", "Ownership", "Pace", "keep_in_log"]
