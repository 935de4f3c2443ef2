"""A client without Python: `examples/c_client/replay.c` sends requests to an export through TensorFlow's C API.

python -m benchmarks.c_client saved_models/gru/1 --count 100000
python -m benchmarks.c_client --rules 10000 --count 100000
"""

import os
import re
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.timing import machine, print_table
from tfrec_dl.serving.run_saved_model import Arrays, Request

# After benchmarks.timing, which selects Keras 2.
import tensorflow as tf  # isort: skip
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel  # isort: skip

SOURCE = Path(__file__).parents[1] / "examples" / "c_client" / "replay.c"
LIBRARIES = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")


def compile_client(program: Path) -> None:
    """Compiles the client against the headers of TensorFlow's wheel.

    The libraries, of a gigabyte, would keep the linker for seconds: empty functions in files of the same names stand in
    for them.
    """
    functions = sorted(set(re.findall(r"\bTF_\w+(?=\()", SOURCE.read_text())))
    with tempfile.TemporaryDirectory() as folder:
        stand_in = Path(folder, "stand_in.c")
        stand_in.write_text("".join(f"void {name}(void) {{}}\n" for name in functions))
        for name in LIBRARIES:
            subprocess.run(
                ["gcc", "-shared", "-fPIC", f"-Wl,-soname,{name}", "-o", f"{folder}/{name}", stand_in], check=True
            )
        command = ["gcc", "-O2", "-o", program, SOURCE, "-I", tf.sysconfig.get_include(), "-Wl,--no-as-needed"]
        libraries = [f"-L{folder}", *(f"-l:{name}" for name in LIBRARIES), "-lpthread"]
        subprocess.run([*command, *libraries, f"-Wl,-rpath,{tf.sysconfig.get_lib()}"], check=True)


def requests_of(version: Path) -> list[Request]:
    """The warm-up requests of a version folder."""
    from tfrec_dl.serving.warm_up import WARM_UP_FILE, read_warm_up

    return [
        (each.model_spec.signature_name, {name: tf.make_ndarray(value) for name, value in each.inputs.items()})
        for each in read_warm_up(version / WARM_UP_FILE)
    ]


def write_requests(path: Path, version: Path, requests: Sequence[Request]) -> list[list[str]]:
    """Writes requests as the client reads them.

    Args:
        path: of the file.
        version: the version folder, whose signatures name the tensors.
        requests: signature and inputs of each.

    Returns:
        For each request the names of its outputs, in the order of the answer.
    """
    saved = SavedModel.FromString((version / "saved_model.pb").read_bytes())
    signatures = saved.meta_graphs[0].signature_def
    parts, names = [_number(len(requests))], []
    for name, inputs in requests:
        signature = signatures[name]
        parts.append(_number(len(inputs)))
        for key, array in inputs.items():
            info = signature.inputs[key]
            parts += [_place(info.name), _number(info.dtype), _number(array.ndim), *map(_number, array.shape)]
            if info.dtype == tf.string.as_datatype_enum:
                parts += [_text(each) for each in array.ravel()]
            else:
                parts.append(array.astype(tf.dtypes.as_dtype(info.dtype).as_numpy_dtype).tobytes())
        names.append(sorted(signature.outputs))
        parts += [_number(len(names[-1])), *(_place(signature.outputs[key].name) for key in names[-1])]
    path.write_bytes(b"".join(parts))
    return names


def read_answers(path: Path, names: Sequence[Sequence[str]]) -> list[Arrays]:
    """The client's answers, with the names that `write_requests` gave."""
    content, at = path.read_bytes(), 4

    def number() -> int:
        nonlocal at
        at += 4
        return int(struct.unpack_from("<I", content, at - 4)[0])

    def tensor() -> np.ndarray:
        nonlocal at
        dtype = tf.dtypes.as_dtype(number())
        shape = [number() for _ in range(number())]
        if dtype == tf.string:
            values = np.empty(int(np.prod(shape)), object)
            for place in range(len(values)):
                size = number()
                values[place], at = content[at : at + size], at + size
            return values.reshape(shape)
        values = np.frombuffer(content, dtype.as_numpy_dtype, int(np.prod(shape)), at).reshape(shape)
        at += values.nbytes
        return values

    return [{name: tensor() for name in each} for each in names]


def ask(
    program: Path, asked: Mapping[Path, Sequence[Request]], config: tf.compat.v1.ConfigProto | None = None
) -> dict[Path, list[Arrays]]:
    """What the client answers to requests to several version folders, each once, in sessions with the options given."""
    with tempfile.TemporaryDirectory() as folder:
        options = Path(folder, "config")
        options.write_bytes((config or tf.compat.v1.ConfigProto()).SerializeToString())
        files = {version: [Path(folder, f"{n}{kind}") for kind in "ra"] for n, version in enumerate(asked)}
        names = {version: write_requests(files[version][0], version, asked[version]) for version in asked}
        arguments = [path for version in asked for path in (version, *files[version])]
        subprocess.run([program, *arguments], check=True, env={**os.environ, "SESSION_CONFIG": str(options)})
        return {version: read_answers(files[version][1], names[version]) for version in asked}


def replay(program: Path, version: Path, requests: Sequence[Request], count: int, threads: int) -> list[float]:
    """Threads, requests, requests a second, p50 and p99 in milliseconds, megabytes before and after."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder, "requests")
        write_requests(asked, version, requests)
        command = [program, version, asked, "-", str(count), str(threads)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(value) for value in done.stdout.splitlines()[-1].split()]


def requests_with_rules(items: int) -> list[Request]:
    """A request of each kind of rule, and of all of them, to the export of `benchmarks.rules`."""
    from benchmarks.rules import RULES, K, history_of
    from tfrec_dl.serving.names import RECOMMEND_WITH_RULES
    from tfrec_dl.serving.rules.requests import rule_tensors

    history = np.array([history_of(items, 50)], object)
    rules = [{name: each.numpy() for name, each in rule_tensors([rule], [[]], K).items()} for rule in RULES.values()]
    return [(RECOMMEND_WITH_RULES, {"history": history, **each}) for each in rules]


def _number(value: int) -> bytes:
    return struct.pack("<I", value)


def _text(value: str | bytes) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _number(len(content)) + content


def _place(tensor: str) -> bytes:
    operation, _, place = tensor.partition(":")
    return _text(operation) + _number(int(place or 0))


def main(
    version: Annotated[Path, typer.Argument(help="Version folder of an export.")] = Path("saved_models/gru/1"),
    signature: Annotated[
        str, typer.Option(help="Signature whose warm-up requests are repeated; 'all' for every signature.")
    ] = ("serving_default"),
    rules: Annotated[
        int,
        typer.Option(help="Instead, send requests with each kind of rule to an export with this many items.", min=0),
    ] = 0,
    count: Annotated[int, typer.Option(help="Requests for each number of threads.", min=1)] = 100_000,
    threads: Annotated[list[int] | None, typer.Option(help="Numbers of threads, measured separately.")] = None,
) -> None:
    """Prints requests a second, latencies and memory, by default with 1, 2 and 8 threads."""
    with tempfile.TemporaryDirectory() as folder:
        if rules:
            from benchmarks.rules import export_with_attributes

            version, requests = export_with_attributes(Path(folder, "gru"), rules), requests_with_rules(rules)
            print(f"gru of {rules:,} items, rules of each kind: {count:,} requests; {machine()}\n")
        else:
            requests = [each for each in requests_of(version) if signature in ("all", each[0])]
            print(f"{version}, {signature}: {count:,} requests of 1 and 8 histories each; {machine()}\n")
        program = Path(folder, "replay")
        compile_client(program)
        rows = []
        for number in threads or (1, 2, 8):
            found = replay(program, version, requests, count, number)
            rows.append([int(found[0]), *(f"{value:.2f}" for value in found[2:])])
    print_table(["threads", "requests/s", "p50, ms", "p99, ms", "MB before", "MB after"], rows)


if __name__ == "__main__":
    typer.run(main)
