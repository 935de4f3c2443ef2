import os
import stat

import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.files import locked, replacing


def test_file_appears_when_all_is_written(tmp_path):
    path = tmp_path / "file.txt"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.parent == tmp_path
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["file.txt"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o444 == 0o444


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(error), replacing(path) as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file.txt"]


@pytest.mark.parametrize("parent", ["missing", "file"])
def test_folder_that_cannot_be_written_to_is_an_input_error(tmp_path, parent):
    (tmp_path / "file").write_text("")
    path = tmp_path / parent / "new.txt"
    with pytest.raises(InputError, match=f"cannot write {path}") as refused, replacing(path):
        pass
    assert "\n" not in str(refused.value)


def test_a_locked_file_is_one_process_s_until_it_is_done(tmp_path):
    path = tmp_path / "config.json"
    path.touch()
    with locked(path), pytest.raises(InputError, match="another process is writing to"), locked(path):
        pass
    with locked(path):
        pass
