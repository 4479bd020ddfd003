"""The headers that the door sets, and which scripts they allow."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from console.door.headers import hashes_of, secured


def test_only_the_inline_scripts_of_the_export_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "index.html").write_text('<script>let a\n= 1</script><script src="/x.js"></script><script></script>')
    (tmp_path / "flows" / "index.html").write_text('<script type="module" async="">import "/b.js"</script>')
    expected = {
        f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'"
        for text in (b"let a\n= 1", b'import "/b.js"')
    }
    assert set(hashes_of(tmp_path)) == expected


def test_a_page_that_did_not_change_keeps_the_policy_of_a_page() -> None:
    """The policy of a 304, which has no content type, replaces the one kept with the page."""
    page = dict(secured([(b"content-type", b"text/html; charset=utf-8")], "/", is_secure=False))
    unchanged = dict(secured([(b"etag", b"1")], "/", is_secure=False))
    assert unchanged[b"content-security-policy"] == page[b"content-security-policy"]
