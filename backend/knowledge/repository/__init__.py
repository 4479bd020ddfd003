"""Every statement on the tables of knowledge, a file per table."""

from backend.knowledge.repository.bases import KnowledgeBases
from backend.knowledge.repository.chunks import Chunks
from backend.knowledge.repository.documents import Documents
from backend.knowledge.repository.work import DocumentWork

__all__ = ["Chunks", "DocumentWork", "Documents", "KnowledgeBases"]
