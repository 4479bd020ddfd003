"""Every statement on the tables of datasets, a file per table."""

from backend.datasets.repository.datasets import Datasets
from backend.datasets.repository.items import Items
from backend.datasets.repository.origins import Origins
from backend.datasets.repository.pairs import Pairs
from backend.datasets.repository.versions import Versions

__all__ = ["Datasets", "Items", "Origins", "Pairs", "Versions"]
