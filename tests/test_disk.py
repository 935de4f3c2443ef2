"""Full and read-only disks in one line, whichever library meets them."""

import errno
import os

import pytest

from tfrec_dl.disk import disk_explained, disk_trouble
from tfrec_dl.errors import InputError

TENSORFLOW = "/data/run/checkpoints/ckpt-1_temp/part-00000-of-00001.data-00000-of-00001.tempstate7; {} [Op:SaveV2]"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("words", [TENSORFLOW, "IO Error: Could not write file /data/run/x: {}"])
def test_every_library_s_error_of_a_disk_is_one_line_that_names_the_folder(tmp_path, code, words):
    for error in (RuntimeError(words.format(os.strerror(code))), OSError(code, os.strerror(code), "/data/run/x")):
        with pytest.raises(InputError) as explained, disk_explained(tmp_path):
            raise error
        said = str(explained.value)
        assert str(tmp_path) in said
        assert "run the same command again" in said
        assert "\n" not in said
        assert "/data/run" in disk_trouble(error)  # of itself, where nobody says which folder it is


def test_what_has_to_be_freed_is_named_where_it_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr("tfrec_dl.disk.free_bytes", lambda folder: 3_000_000)
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    said = f"no space left in {tmp_path}: free 5 MB and run the same command again"
    with pytest.raises(InputError, match=said), disk_explained(tmp_path, 7_200_000):
        raise full


@pytest.mark.parametrize("error", [ValueError("no such thing"), OSError(errno.ENOENT, "gone", "/x"), KeyError("space")])
def test_other_errors_pass_as_they_are(tmp_path, error):
    with pytest.raises(type(error)) as passed, disk_explained(tmp_path):
        raise error
    assert passed.value is error
