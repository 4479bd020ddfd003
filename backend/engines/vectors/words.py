"""BM25 vectors for texts of any script."""

from __future__ import annotations

import re

import qdrant_edge as edge

# Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese: scripts that part no words by spaces.
WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
ENGLISH_WORDS, ANY_SCRIPT = edge.TokenizerType.Word, edge.TokenizerType.Multilingual


class Words:
    """Letters lose their accents and endings. The server's settings of the same names find the same tokens."""

    def __init__(self) -> None:
        self._words = edge.Bm25(edge.Bm25Config(ascii_folding=True, tokenizer=ENGLISH_WORDS))
        self._any_script = edge.Bm25(edge.Bm25Config(ascii_folding=True, tokenizer=ANY_SCRIPT))

    def of_document(self, text: str) -> edge.SparseVector:
        plain = self._words.embed_document(text)
        return _joined(plain, self._any_script.embed_document(text)) if WITHOUT_SPACES.search(text) else plain

    def of_query(self, text: str) -> edge.SparseVector:
        plain = self._words.embed_query(text)
        return _joined(plain, self._any_script.embed_query(text)) if WITHOUT_SPACES.search(text) else plain


def _joined(one: edge.SparseVector, other: edge.SparseVector) -> edge.SparseVector:
    """Take the tokens of both: the word tokenizer keeps numbers and codes whole, the other one cuts sentences."""
    weights = dict(zip(other.indices, other.values, strict=True)) | dict(zip(one.indices, one.values, strict=True))
    return edge.SparseVector(indices=list(weights), values=list(weights.values()))
