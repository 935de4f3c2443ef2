"""Answers to predict requests, for both REST and gRPC."""

from collections.abc import Sequence

import numpy as np

from tfrec_dl.server import json_answers, json_requests
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.loaded_version import Arrays, LoadedVersion
from tfrec_dl.server.models import Models, ModelSpec
from tfrec_dl.server.statuses import invalid


def predict(
    version: LoadedVersion, signature: str, inputs: Arrays, limits: Limits, outputs: Sequence[str] = ()
) -> dict[str, np.ndarray]:
    """Returns the outputs of a signature.

    Args:
        version: version that answers.
        signature: name of the signature; "" is TensorFlow's default.
        inputs: inputs of the request.
        limits: limits on the inputs.
        outputs: requested outputs; empty for all.

    Raises:
        RequestError: if the inputs do not match the signature or exceed a limit, or the signature fails.
    """
    wanted, offered = version.signature_def(signature).inputs, version.signature_def(signature).outputs
    if inputs.keys() != wanted.keys():
        raise invalid(_mismatch(sorted(inputs), sorted(wanted)))
    for name in outputs:
        if name not in offered:
            listed = ",".join(sorted(offered))
            raise invalid(
                f"output tensor alias not found in signature: {name} Outputs expected to be in the set {{{listed}}}."
            )
        if outputs.count(name) > 1:
            raise invalid(f"duplicate output tensor alias: {name}")
    limits.check(inputs, version.items)
    found = version.run(signature, inputs)
    return {name: found[name] for name in outputs or found}


def predict_json(models: Models, spec: ModelSpec, body: bytes, limits: Limits) -> bytes:
    """Returns the answer to a predict request over REST.

    Raises:
        RequestError: as in `predict`, or if the body cannot be read, or the model does not exist.
    """
    document = json_requests.parsed(body)
    signature = json_requests.signature_name(document)
    with models.use(spec) as version:
        inputs = json_requests.arrays_of(document, version.signature_def(signature).inputs)
        found = predict(version, signature, inputs, limits)
    return json_answers.in_rows(found) if "instances" in document else json_answers.in_columns(found)


def _mismatch(given: list[str], wanted: list[str]) -> str:
    extra, missing = (sorted(set(one) - set(other)) for one, other in ((given, wanted), (wanted, given)))
    if len(given) == len(wanted):
        listed = ",".join(wanted)
        return f"input tensor alias not found in signature: {extra[0]}. Inputs expected to be in the set {{{listed}}}."
    return (
        f"input size does not match signature: {len(given)}!={len(wanted)} len({{{','.join(given)}}}) != "
        f"len({{{','.join(wanted)}}}). Sent extra: {{{','.join(extra)}}}. "
        f"Missing but required: {{{','.join(missing)}}}."
    )
