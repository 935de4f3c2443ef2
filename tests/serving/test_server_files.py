from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from tensorflow_serving.config import model_server_config_pb2

from tfrec_dl.serving.server_files import BATCHING_PARAMETERS, MONITORING, model_config, write_server_files


def parsed(text):
    """The one model of a models.config."""
    (model,) = text_format.Parse(text, model_server_config_pb2.ModelServerConfig()).model_config_list.config
    return model


def test_model_config_is_a_model_server_config_for_the_mounted_folder():
    model = parsed(model_config("gru"))
    assert (model.name, model.base_path, model.model_platform) == ("gru", "/models/gru", "tensorflow")


def test_model_config_survives_a_name_in_any_script():
    assert parsed(model_config('f"ilm-🎬')).name == 'f"ilm-🎬'


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


def monitoring_class():
    """`MonitoringConfig` of tensorflow_serving/config/monitoring_config.proto, field by field."""
    file = descriptor_pb2.FileDescriptorProto(name="monitoring.proto", package="tests", syntax="proto3")
    prometheus = file.message_type.add(name="PrometheusConfig")
    prometheus.field.add(name="enable", number=1, type="TYPE_BOOL", label="LABEL_OPTIONAL")
    prometheus.field.add(name="path", number=2, type="TYPE_STRING", label="LABEL_OPTIONAL")
    message = file.message_type.add(name="MonitoringConfig")
    message.field.add(
        name="prometheus_config",
        number=1,
        type="TYPE_MESSAGE",
        type_name=".tests.PrometheusConfig",
        label="LABEL_OPTIONAL",
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tests.MonitoringConfig"))


def test_monitoring_parses_and_names_the_path_that_prometheus_reads():
    config = text_format.Parse(MONITORING, monitoring_class()()).prometheus_config
    assert (config.enable, config.path) == (True, "/monitoring/prometheus/metrics")


def test_requests_are_logged_once_the_block_is_taken_out_of_its_comment():
    text = model_config("gru")
    assert not parsed(text).logging_config.HasField("log_collector_config")  # the stock server refuses to start with it
    block = "\n".join(line[4:] for line in text.splitlines() if line.startswith("#   "))
    logging = parsed(text.replace('"tensorflow"\n', f'"tensorflow"\n{block}\n')).logging_config
    assert logging.sampling_config.sampling_rate == 0.01
    assert logging.log_collector_config.filename_prefix == "/logs/requests"


def test_files_that_are_there_stay_and_missing_ones_are_written(tmp_path):
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "monitoring.config").write_text("mine")
    write_server_files(tmp_path / "unfinished", tmp_path, "gru")
    assert (tmp_path / "monitoring.config").read_text() == "mine"
    assert (tmp_path / "batching_parameters.txt").read_text() == BATCHING_PARAMETERS
    assert parsed((tmp_path / "models.config").read_text()).name == "gru"
