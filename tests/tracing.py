"""Makes TensorFlow trace faster by skipping work that tests do not need; they spend most of their time tracing."""

from typing import Any


def hasten_tracing() -> None:
    """For this process, before it traces a graph."""
    leave_out_gpu_kernels()
    ask_resources_alone()
    list_types_for_errors_alone()
    take_texts_as_they_are()


def leave_out_gpu_kernels() -> None:
    """Has Keras build recurrent layers without their second function, for a GPU, which no optimiser would put in place.

    Keras traces it, and its gradient, each time that it calls such a layer.
    """
    from tf_keras.src.layers.rnn import gru_lstm_utils

    gru_lstm_utils.function_register = lambda *_, **__: None


def ask_resources_alone() -> None:
    """Asks an operation which resources it reads and writes only where it takes any.

    TensorFlow asks each for an attribute that few have, raises an error, and catches it.
    """
    from tensorflow.python.framework import auto_control_deps_utils, dtypes
    from tensorflow.python.util import object_identity

    of_resources = auto_control_deps_utils.get_read_write_resource_inputs

    def read_and_written(operation: Any) -> Any:
        if any(tensor.dtype == dtypes.resource for tensor in operation.inputs):
            return of_resources(operation)
        return object_identity.ObjectIdentitySet(), object_identity.ObjectIdentitySet()

    auto_control_deps_utils.get_read_write_resource_inputs = read_and_written


def list_types_for_errors_alone() -> None:
    """Lists what an operation can be given, and asks how a traceback is to be shown, only where there is an error."""
    from tensorflow.python.framework import op_def_library
    from tensorflow.python.util import traceback_utils

    refuse = op_def_library._SatisfiesTypeConstraint

    def require_allowed(dtype: Any, attr_def: Any, param_name: str) -> None:
        if attr_def.HasField("allowed_values") and dtype not in attr_def.allowed_values.list.type:
            refuse(dtype, attr_def, param_name)

    op_def_library._SatisfiesTypeConstraint = require_allowed
    traceback_utils.is_traceback_filtering_enabled = lambda: False


def take_texts_as_they_are() -> None:
    """Looks for the codec of a text only where it has to be encoded or decoded."""
    from tensorflow.python.util import compat

    decoded = compat.as_text

    def as_text(text: Any, encoding: str = "utf-8") -> Any:
        return text if type(text) is str else decoded(text, encoding)

    compat.as_text = compat.as_str = as_text
