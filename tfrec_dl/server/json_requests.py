"""Conversion of JSON predict requests to arrays, by the rules of TF Serving's `json_tensor.cc`."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tfrec_dl.server.json_errors import parse_error, shown
from tfrec_dl.server.json_tensors import is_object, tensor_of
from tfrec_dl.server.statuses import RequestError, invalid

Infos = Mapping[str, Any]  # maps names of a signature's inputs to `TensorInfo`


def parsed(body: bytes) -> dict[str, Any]:
    """Returns the JSON object of a request.

    Bytes in texts that are not UTF-8 are kept (`surrogateescape`), as in TF Serving.

    Raises:
        RequestError: if the body is not a JSON object.
    """
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    try:
        document = json.loads(body.decode("utf-8-sig", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise parse_error(error) from error
    if not isinstance(document, dict):
        raise invalid(f"JSON Value: {shown(document)} Is not object")
    return document


def signature_name(document: Mapping[str, Any]) -> str:
    """Returns the signature that a request names; "" if it names none."""
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid(
            f"JSON Value: {shown(document)} not formatted correctly. 'signature_name' key must be a string value."
        )
    return name


def arrays_of(document: Mapping[str, Any], infos: Infos) -> dict[str, np.ndarray]:
    """Returns the inputs of a predict request, given in rows ("instances") or columns ("inputs").

    Raises:
        RequestError: if they do not match the signature.
    """
    if not infos:
        raise invalid(f"Failed to get input map for signature: {signature_name(document) or 'DEFAULT'}")
    if "instances" in document and "inputs" in document:
        raise invalid(
            f"JSON Value: {shown(document)} Not formatted correctly expecting only one of 'inputs' or 'instances' keys "
            "to exist "
        )
    try:
        if "instances" in document:
            return _of_instances(document, infos)
        if "inputs" in document:
            return _of_inputs(document["inputs"], infos)
    except RecursionError as error:
        raise invalid("JSON Parse error: Nested too deeply") from error
    raise invalid("Missing 'inputs' or 'instances' key")


def _of_instances(document: Mapping[str, Any], infos: Infos) -> dict[str, np.ndarray]:
    instances = document["instances"]
    if not isinstance(instances, list):
        raise invalid(f"JSON Value: {shown(document)} Excepting 'instances' to be an list/array")
    if not instances:
        raise invalid(f"JSON Value: {shown(document)} No values in 'instances' array")
    if not isinstance(instances[0], dict) and len(infos) > 1:
        raise invalid(
            "instances is a plain list, but expecting list of objects as multiple input tensors required as per "
            "tensorinfo_map"
        )
    if is_object(instances[0]):
        return _stacked(_of_objects(instances, infos), infos)
    name = next(iter(infos))
    found: list[np.ndarray] = []
    for number, instance in enumerate(instances):
        if is_object(instance):
            raise invalid(f"Expecting value/list but got object at item {number} of input list")
        found.append(_instance_tensor(instance, name, infos, found[:1], f"element: {number}"))
    return _stacked({name: found}, infos)


def _of_objects(instances: list[Any], infos: Infos) -> dict[str, list[np.ndarray]]:
    found: dict[str, list[np.ndarray]] = {name: [] for name in infos}
    for number, instance in enumerate(instances):
        if not is_object(instance):
            raise invalid(f"Expecting object but got list at item {number} of input list")
        for name, value in instance.items():
            where = f"element: {number} key: {name}"
            found.setdefault(name, []).append(_instance_tensor(value, name, infos, found.get(name, [])[:1], where))
        if instance.keys() != infos.keys():
            raise invalid(
                f"Failed to process element: {number} of 'instances' list. JSON object: {shown(instance)} keys must be "
                f"equal to: {','.join(sorted(infos))}"
            )
    return found


def _instance_tensor(value: Any, name: str, infos: Infos, first: list[np.ndarray], where: str) -> np.ndarray:
    """Returns the tensor of one instance, which must have the shape of the first one's."""
    try:
        if name not in infos:
            raise invalid(f"JSON object: does not have named input: {name}")
        found = tensor_of(value, infos[name].dtype)
        if first and first[0].size != found.size:
            raise invalid(f"Expecting tensor size: {first[0].size} but got: {found.size}")
        if first and first[0].shape != found.shape:
            shapes = ["[" + ",".join(map(str, each.shape)) + "]" for each in (first[0], found)]
            raise invalid(f"Expecting shape {shapes[0]} but got: {shapes[1]}")
    except RequestError as error:
        text = f"Failed to process {where} of 'instances' list. Error: {error.code.name}: {error.message}"
        raise RequestError(error.code, text) from error
    return found


def _stacked(found: Mapping[str, list[np.ndarray]], infos: Infos) -> dict[str, np.ndarray]:
    return {name: np.stack(rows) for name, rows in found.items() if name in infos}


def _of_inputs(inputs: Any, infos: Infos) -> dict[str, np.ndarray]:
    if not is_object(inputs):
        if len(infos) > 1:
            raise invalid(
                "inputs is a plain value/list, but expecting an object as multiple input tensors required as per "
                "tensorinfo_map"
            )
        return {name: tensor_of(inputs, info.dtype) for name, info in infos.items()}
    for name in infos:
        if name not in inputs:
            raise invalid(f"Missing named input: {name} in 'inputs' object.")
    return {name: tensor_of(inputs[name], info.dtype) for name, info in infos.items()}
