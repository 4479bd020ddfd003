"""Make experiments, run them, and compare what came of them."""

from backend.experiments.service.changing import Changing
from backend.experiments.service.dissecting import Dissecting
from backend.experiments.service.drifting import Drifting
from backend.experiments.service.exporting import Exporting
from backend.experiments.service.gating import Gating
from backend.experiments.service.opening import Opening
from backend.experiments.service.pipelines import Pipelines
from backend.experiments.service.promoting import Promoting
from backend.experiments.service.renewing import Renewing
from backend.experiments.service.reviewing import Reviewing
from backend.experiments.service.standing import Standing


class ExperimentService(
    Renewing, Changing, Pipelines, Reviewing, Promoting, Gating, Standing, Exporting, Opening, Dissecting, Drifting
):
    """All use cases of experiments."""


__all__ = ["ExperimentService"]
