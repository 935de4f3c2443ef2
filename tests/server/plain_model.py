"""A SavedModel that is none of ours, with what TF Serving's documentation shows: scalars, bytes, several inputs."""

from pathlib import Path

import tensorflow as tf


def save_plain_model(folder: Path, plus: float = 2.0) -> None:
    """Half plus two, and signatures with values of other types and shapes."""
    module = tf.Module()
    module.plus = tf.Variable(plus)

    def signature(**specs):
        return tf.function(input_signature=[tf.TensorSpec(*spec, name) for name, spec in specs.items()])

    @signature(x=(None, tf.float32))
    def half_plus_two(x):
        return {"y": x / 2 + module.plus}

    @signature(text=([None], tf.string), amounts=([None, None], tf.float32), number=([None], tf.int64))
    def several(text, amounts, number):
        return {
            "longer": tf.strings.join([text, "!"]),
            "same_bytes": text,
            "total": tf.reduce_sum(amounts, axis=1),
            "next": number + 1,
            "odd": number % 2 == 1,
        }

    @signature(a=([None], tf.int32), b=([None], tf.uint8), c=([None], tf.float64), d=([None], tf.bool))
    def kinds(a, b, c, d):
        return {"a": a, "b": b, "c": c, "d": d}

    @signature(few=([None], tf.float32), many=([None], tf.float32))
    def uneven(few, many):
        return {"few": few, "many": many}

    @signature(x=([None], tf.float32))
    def fails(x):
        with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(x > 0), ["x must be above 0"])]):
            return {"y": tf.identity(x)}

    @signature(x=([None], tf.float16))
    def halves(x):
        return {"y": x}

    @signature(text=([None], tf.string))
    def echo(text):
        return {"text": text}

    @signature(
        int_tensor=(None, tf.int32),
        str_tensor=(None, tf.string),
        float_tensor=(None, tf.float32),
        dbl_tensor=(None, tf.float64),
    )
    def same(int_tensor, str_tensor, float_tensor, dbl_tensor):
        given = {"int_tensor": int_tensor, "str_tensor": str_tensor, "float_tensor": float_tensor}
        return given | {"dbl_tensor": dbl_tensor, "str_tensor_bytes": str_tensor}

    @signature(int_tensor=(None, tf.int32))
    def ints(int_tensor):
        return {"int_tensor": int_tensor}

    @signature(d=(None, tf.float64))
    def doubles(d):
        return {"d": d}

    @signature(e=([None], tf.int8), f=([None], tf.int16), g=([None], tf.uint32), h=([None], tf.uint64))
    def integers(e, f, g, h):
        return {"e": e, "f": f, "g": g, "h": h}

    @signature(x=([None], tf.float32))
    def total(x):
        return {"y": tf.reduce_sum(x)}

    @signature(x=([None], tf.float32))
    def apart(x):
        return {"all": x, "first": x[:1]}

    @signature(x=([None], tf.float32))
    def complexes(x):
        return {"y": tf.complex(x, x)}

    functions = (several, kinds, uneven, fails, halves, echo, same, ints, doubles, integers, total, apart, complexes)
    named = {function.__name__: function for function in functions}
    tf.saved_model.save(module, str(folder), signatures={"serving_default": half_plus_two, **named})
