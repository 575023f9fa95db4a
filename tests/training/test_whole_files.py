"""Files that are written whole or not at all."""

import multiprocessing
from pathlib import Path

import pytest

from training.whole_files import whole_file


def write_in_part(path: Path) -> None:
    with whole_file(path) as temporary:
        temporary.write_text("aft")
        raise KeyboardInterrupt


def test_file_that_is_written_in_part_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        write_in_part(path)
    assert path.read_text() == "before"
    assert [*tmp_path.iterdir()] == [path]


def write(path: Path) -> None:
    with whole_file(path) as temporary:
        temporary.write_text("by another process")


def test_processes_that_write_the_same_file_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    with whole_file(path) as temporary:
        temporary.write_text("by this process")
        other = multiprocessing.get_context("spawn").Process(target=write, args=(path,))
        other.start()
        other.join()
        assert path.read_text() == "by another process"
    assert path.read_text() == "by this process"
    assert [*tmp_path.iterdir()] == [path]
