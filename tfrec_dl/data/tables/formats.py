"""Recognizes a file's format by its first bytes and its name, so that errors name it and the remedy."""

from pathlib import Path

from tfrec_dl.errors import InputError
from tfrec_dl.names import nearest

UNPACK = "unpack it"
SAVE = "save the table as CSV or Parquet"
SIGNATURES: dict[bytes, tuple[str, str]] = {
    b"PK\x03\x04": ("a ZIP archive", UNPACK),
    b"PK\x05\x06": ("an empty ZIP archive", UNPACK),
    b"BZh": ("compressed with bzip2", UNPACK),
    b"\xfd7zXZ\x00": ("compressed with xz", UNPACK),
    b"\x28\xb5\x2f\xfd": ("compressed with Zstandard", UNPACK),
    b"\x04\x22\x4d\x18": ("compressed with LZ4", UNPACK),
    b"\x1f\x9d": ("compressed with compress", UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", UNPACK),
    b"Rar!": ("a RAR archive", UNPACK),
    b"ARROW1": ("a Feather file", SAVE),
    b"FEA1": ("a Feather file", SAVE),
    b"ORC": ("an ORC file", SAVE),
    b"Obj\x01": ("an Avro file", SAVE),
    b"\x89HDF": ("an HDF5 file", SAVE),
    b"SQLite format 3": ("an SQLite database", SAVE),
    b"\xd0\xcf\x11\xe0": ("an Excel file", SAVE),
    b"\x80\x02": ("a pickle", SAVE),
    b"\x80\x03": ("a pickle", SAVE),
    b"\x80\x04": ("a pickle", SAVE),
    b"\x80\x05": ("a pickle", SAVE),
    b"RDX": ("an R data file", SAVE),
    b"\x93NUMPY": ("a NumPy file", SAVE),
}
NAMES: dict[str, tuple[str, str]] = {
    ".xlsx": ("an Excel file", SAVE),
    ".ods": ("a spreadsheet", SAVE),
    ".npz": ("a NumPy file", SAVE),
    ".json": ("JSON", SAVE),
    ".jsonl": ("JSON", SAVE),
    ".ndjson": ("JSON", SAVE),
    ".tar": ("a tar archive", UNPACK),
    ".tgz": ("a tar archive", UNPACK),
    ".pkl": ("a pickle", SAVE),
    ".pickle": ("a pickle", SAVE),
    ".feather": ("a Feather file", SAVE),
}
LONGEST = max(map(len, SIGNATURES))


def first_bytes(path: Path) -> bytes:
    """Returns the first bytes of a table, after checking that there is a readable one.

    Raises:
        InputError: if there is no such file, or it is a folder, a pipe or a device, empty, or in an unsupported format.
    """
    if (path / "prepared.json").exists():
        raise InputError(
            f"{str(path)!r} is a prepared folder, which `tfrec-dl train` reads for retrieval: give the table itself"
        )
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a folder: name a CSV or Parquet file in it")
    if not path.exists():
        raise InputError(_missing(path))
    if not path.is_file():  # reading would wait for a pipe, and can read it only once
        raise InputError(f"{str(path)!r} is a pipe or a device, and a table is read more than once: save it as a file")
    with path.open("rb") as file:
        start = file.read(LONGEST)
    if not start:
        raise InputError(f"{str(path)!r} is empty: it needs a header and at least one row")
    _refuse_other_formats(path, start)
    return start


def _refuse_other_formats(path: Path, start: bytes) -> None:
    by_content = next((each for signature, each in SIGNATURES.items() if start.startswith(signature)), None)
    suffixes = [suffix for suffix in map(str.lower, path.suffixes) if suffix != ".gz"]
    what, remedy = NAMES.get(suffixes[-1] if suffixes else "", by_content) or ("", "")
    if what:
        raise InputError(f"{str(path)!r} is {what}, and tables are CSV (also gzip) or Parquet: {remedy}")


def _missing(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"no file {str(path)!r}: there is no folder {str(folder)!r}"
    near = nearest(path.name, (entry.name for entry in folder.iterdir()), cutoff=0.5)
    return f"no file {str(path)!r}: {f'did you mean {near!r}?' if near else 'check the name and the folder'}"
