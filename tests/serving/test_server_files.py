from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from tensorflow_serving.config import model_server_config_pb2

from tfrec_dl.serving.server_files import BATCHING_PARAMETERS, model_config


def test_model_config_is_a_model_server_config_for_the_mounted_folder():
    config = text_format.Parse(model_config("gru"), model_server_config_pb2.ModelServerConfig())
    (model,) = config.model_config_list.config
    assert (model.name, model.base_path, model.model_platform) == ("gru", "/models/gru", "tensorflow")


def test_model_config_survives_a_name_in_any_script():
    config = text_format.Parse(model_config('f"ilm-🎬'), model_server_config_pb2.ModelServerConfig())
    assert config.model_config_list.config[0].name == 'f"ilm-🎬'


def batching_parameters_class():
    """`BatchingParameters` of tensorflow_serving/servables/tensorflow/session_bundle_config.proto, field by field."""
    file = descriptor_pb2.FileDescriptorProto(name="batching.proto", package="tests", syntax="proto3")
    wrapped = file.message_type.add(name="Int64Value")
    wrapped.field.add(name="value", number=1, type="TYPE_INT64", label="LABEL_OPTIONAL")
    message = file.message_type.add(name="BatchingParameters")
    fields = ("max_batch_size", "batch_timeout_micros", "max_enqueued_batches", "num_batch_threads")
    for number, name in enumerate(fields, start=1):
        message.field.add(
            name=name, number=number, type="TYPE_MESSAGE", type_name=".tests.Int64Value", label="LABEL_OPTIONAL"
        )
    message.field.add(name="pad_variable_length_inputs", number=7, type="TYPE_BOOL", label="LABEL_OPTIONAL")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tests.BatchingParameters"))


def test_batching_parameters_parse_and_leave_padding_to_the_client():
    parameters = text_format.Parse(BATCHING_PARAMETERS, batching_parameters_class()())
    assert parameters.max_batch_size.value == 64
    assert not parameters.pad_variable_length_inputs
