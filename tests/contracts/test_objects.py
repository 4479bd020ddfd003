"""What every store of objects promises."""

from pathlib import Path

import pytest

from backend.engines.objects.directory import DirectoryObjects
from backend.errors import InvalidInput, NotFound
from backend.ports.objects import ObjectStore


@pytest.fixture(params=["directory"])
def store(tmp_path: Path):
    return DirectoryObjects(tmp_path / "objects")


@pytest.fixture
def given(tmp_path: Path):
    path = tmp_path / "given.bin"
    path.write_bytes(b"0123456789" * 100_000)
    return path


async def test_an_object_comes_back_as_it_was_given(store: ObjectStore, given: Path):
    assert await store.put("prj_1/documents/doc_1", given) == 1_000_000
    assert b"".join([block async for block in store.read("prj_1/documents/doc_1")]) == given.read_bytes()
    assert await store.size("prj_1/documents/doc_1") == 1_000_000
    async with store.open("prj_1/documents/doc_1") as path:
        assert path.read_bytes() == given.read_bytes()


async def test_the_source_stays_where_it_is(store: ObjectStore, given: Path):
    await store.put("a/b", given)
    assert given.exists()


async def test_putting_again_replaces(store: ObjectStore, given: Path, tmp_path: Path):
    await store.put("a/b", given)
    second = tmp_path / "second"
    second.write_bytes(b"new")
    await store.put("a/b", second)
    assert b"".join([block async for block in store.read("a/b")]) == b"new"


async def test_a_missing_object_is_not_found(store: ObjectStore):
    assert not await store.exists("a/b")
    with pytest.raises(NotFound):
        await store.size("a/b")
    with pytest.raises(NotFound):
        _ = [block async for block in store.read("a/b")]
    with pytest.raises(NotFound):
        async with store.open("a/b"):
            pass


async def test_deleting_is_repeatable(store: ObjectStore, given: Path):
    await store.put("a/b", given)
    await store.delete("a/b")
    await store.delete("a/b")
    assert not await store.exists("a/b")


async def test_deleting_under_a_prefix_spares_its_neighbours(store: ObjectStore, given: Path):
    for key in ("p/1/a", "p/1/b/c", "p/10/a"):
        await store.put(key, given)
    await store.delete_under("p/1")
    await store.delete_under("p/none")
    assert [await store.exists(key) for key in ("p/1/a", "p/1/b/c", "p/10/a")] == [False, False, True]


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "..", "a/../b", "a/..", "a//b", "a/", ".hidden", "a\\b", "a\0b", "a b", "a" * 300, "é"]
)
async def test_a_key_that_could_lead_elsewhere_is_refused(store: ObjectStore, given: Path, key: str):
    with pytest.raises(InvalidInput):
        await store.put(key, given)
    with pytest.raises(InvalidInput):
        await store.delete_under(key)


async def test_a_put_that_fails_leaves_the_old_object_and_no_remains(store: ObjectStore, given: Path, tmp_path: Path):
    await store.put("a/b", given)
    with pytest.raises(IsADirectoryError):
        await store.put("a/b", tmp_path)
    assert await store.size("a/b") == 1_000_000
    assert [path for path in tmp_path.rglob(".unfinished/*") if path.is_file()] == []
