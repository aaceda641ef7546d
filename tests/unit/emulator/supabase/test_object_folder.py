"""What is stored is there after a restart; what is not finished leaves nothing."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from emulator.supabase.object_folder import ObjectFolder, StoredObject

AT = "2026-12-01T10:00:00.000+00:00"
OBJECT = StoredObject(
    bucket_id="b",
    name="t/1.png",
    id="1",
    version="",
    size=0,
    content_type="image/png",
    cache_control="no-cache",
    etag="",
    created_at=AT,
    updated_at=AT,
)


def put(folder: ObjectFolder, content: bytes, name: str = OBJECT.name) -> StoredObject:
    with folder.new_content() as new:
        new.file.write(content)
        stored = replace(OBJECT, name=name, version=new.version, size=len(content))
        folder.put(stored, new)
    return stored


def files(path: Path) -> set[str]:
    return {each.name for each in path.iterdir()}


def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    stored = put(ObjectFolder(tmp_path), b"photo")
    again = ObjectFolder(tmp_path)
    assert again.find("b", "t/1.png") == stored
    assert again.objects("b") == [stored]
    assert again.content(stored).read_bytes() == b"photo"


def test_content_that_was_not_finished_leaves_nothing(tmp_path: Path) -> None:
    folder = ObjectFolder(tmp_path)
    with suppress(OSError), folder.new_content() as new:
        new.file.write(b"half")
        raise OSError
    assert files(tmp_path) == set()


def test_another_upload_replaces_the_content(tmp_path: Path) -> None:
    folder = ObjectFolder(tmp_path)
    first, second = put(folder, b"first"), put(folder, b"second")
    assert first.version != second.version
    assert folder.content(second).read_bytes() == b"second"
    assert len(files(tmp_path)) == 2


def test_a_crash_leaves_the_old_object_or_the_new_one(tmp_path: Path) -> None:
    """Once the new content is there and its description is not; and once the old content is left."""
    folder = ObjectFolder(tmp_path)
    old = put(folder, b"old")
    (tmp_path / "00000000-new-content").write_bytes(b"new")
    assert ObjectFolder(tmp_path).content(old).read_bytes() == b"old"
    new = put(folder, b"new")
    folder.content(old).write_bytes(b"old")
    again = ObjectFolder(tmp_path)
    assert again.objects("b") == [new]
    assert len(files(tmp_path)) == 2


def test_names_that_look_like_paths_stay_in_the_folder(tmp_path: Path) -> None:
    folder = ObjectFolder(tmp_path / "inside")
    names = ["a", "a/b", "../../etc/passwd", "x" * 1000]
    for name in names:
        put(folder, name.encode(), name)
    again = ObjectFolder(tmp_path / "inside")
    assert {each.name for each in again.objects("b")} == set(names)
    assert files(tmp_path) == {"inside"}
    for stored in again.objects("b"):
        again.remove(stored)
    assert files(tmp_path / "inside") == set()
