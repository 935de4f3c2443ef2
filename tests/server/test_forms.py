"""TF Serving's documented requests, by its pages and its own tests, as docs/serving_forms.md shows them."""

import json
import shutil

import grpc
import httpx2 as httpx
import pytest
from google.protobuf import text_format
from tensorflow_serving.apis import get_model_metadata_pb2, model_service_pb2_grpc, prediction_service_pb2_grpc

from docs.serving_forms import GROUPS, PAGE, forms_page
from tests.server.example_model import save_example_model
from tests.server.forms.form import RestForm
from tfrec_dl.server.local_server import LocalServer, ServerSettings
from tfrec_dl.serving.server_files import model_server_config

FORMS = {f"{group.title}: {form.name}": form for group in GROUPS for form in group.forms}
REST = {name: form for name, form in FORMS.items() if isinstance(form, RestForm)}
GRPC = {name: form for name, form in FORMS.items() if not isinstance(form, RestForm)}
RESERVED = "!#$%&'()*+,/:;=?@[]"


@pytest.fixture(scope="module")
def server(plain, tmp_path_factory):
    """A server of the models that docs/serving_forms.md names."""
    folder = tmp_path_factory.mktemp("forms")
    save_example_model(folder / "half_plus_two" / "123")
    for version in "12":
        shutil.copytree(folder / "half_plus_two" / "123", folder / "two" / version)
    (folder / "broken" / "1").mkdir(parents=True)
    (folder / "broken" / "1" / "saved_model.pb").write_bytes(b"noise")
    config = model_server_config()
    models = config.model_config_list.config
    for name in ("half_plus_two", "two", "broken"):
        models.add(name=name, base_path=name, model_platform="tensorflow")
    models[1].model_version_policy.all.SetInParent()
    models[1].version_labels.update(stable=1, canary=2)
    models.add(name="half", base_path=str(plain), model_platform="tensorflow")
    models.add(name=f"modelname{RESERVED}", base_path="half_plus_two").version_labels[f"latest{RESERVED}"] = 123
    file = folder / "models.config"
    file.write_text(text_format.MessageToString(config))
    with LocalServer(file, ServerSettings(port=0, grpc_port=0)) as server:
        yield server


@pytest.fixture(scope="module")
def client(server):
    with httpx.Client(base_url=server.url) as client:
        yield client


@pytest.fixture(scope="module")
def stubs(server):
    with grpc.insecure_channel(server.grpc_address) as channel:
        services = (prediction_service_pb2_grpc.PredictionServiceStub, model_service_pb2_grpc.ModelServiceStub)
        yield [service(channel) for service in services]


def test_each_form_has_a_name_of_its_own():
    assert len(FORMS) == sum(len(group.forms) for group in GROUPS) >= 200


def test_the_page_shows_what_is_asked_here():
    # When a form is new: python -m docs.serving_forms
    assert PAGE.read_text(encoding="utf-8") == forms_page()


@pytest.mark.parametrize("form", REST.values(), ids=REST)
def test_rest(client, form):
    body = form.body if isinstance(form.body, str) or form.body is None else json.dumps(form.body)
    answer = client.request(form.method, form.path, content=body)
    assert answer.headers["content-type"] == "application/json"
    assert answer.status_code == form.status, answer.text
    found = answer.json()
    if isinstance(form.answer, str):
        assert list(found) == ["error"]
        assert form.answer in found["error"]
        assert len(found["error"]) < 6000
    elif form.whole:
        assert as_text(found) == as_text(form.answer)
    else:
        assert as_text(part(found, form.answer)) == as_text(form.answer)


@pytest.mark.parametrize("form", GRPC.values(), ids=GRPC)
def test_grpc(stubs, form):
    (call,) = [getattr(stub, form.call) for stub in stubs if hasattr(stub, form.call)]
    if isinstance(form.answer, str):
        with pytest.raises(grpc.RpcError) as error:
            call(form.request)
        assert (error.value.code().name, form.answer in error.value.details()) == (form.code, True), error.value
    elif isinstance(form.answer, tuple):
        model, names = form.answer
        response = call(form.request)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        response.metadata["signature_def"].Unpack(signatures)
        assert response.model_spec == model
        assert set(names) <= set(signatures.signature_def)
    else:
        assert call(form.request) == form.answer


def as_text(value):
    """What tells 3 from 3.0, and NaN from all else."""
    return json.dumps(value, sort_keys=True)


def part(found, wanted):
    """As much of an answer as is wanted."""
    if isinstance(wanted, dict):
        return {name: part(found[name], each) for name, each in wanted.items()}
    if isinstance(wanted, list):
        return [part(one, each) for one, each in zip(found, wanted, strict=True)]
    return found
