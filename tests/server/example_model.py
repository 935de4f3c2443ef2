"""A SavedModel of TensorFlow 1 that classifies and regresses `tf.Example`s, after `saved_model_half_plus_two`."""

from pathlib import Path

import tensorflow as tf

tf1 = tf.compat.v1


def save_example_model(folder: Path) -> None:
    """y = x / 2 + 2, y2 = x / 2 + 3, y3 = x2 / 2 + 3; and signatures that give back features, or are not in order."""
    with tf1.Graph().as_default(), tf1.Session() as session:
        serialized = tf1.placeholder(tf.string, [None], name="tf_example")
        features = {
            "x": tf.io.FixedLenFeature([1], tf.float32, [0.0]),
            "x2": tf.io.FixedLenFeature([1], tf.float32, [0.0]),
            "class": tf.io.VarLenFeature(tf.string),
            "score": tf.io.VarLenFeature(tf.float32),
            "count": tf.io.VarLenFeature(tf.int64),
        }
        found = tf.io.parse_example(serialized, features)
        x, x2 = tf.identity(found["x"], "x"), tf.identity(found["x2"], "x2")
        half = tf1.get_variable("a", initializer=0.5)
        y, y2, y3 = (tf.identity(half * of + plus) for of, plus in ((x, 2.0), (x, 3.0), (x2, 3.0)))
        classes = tf.sparse.to_dense(found["class"])
        scores = tf.sparse.to_dense(found["score"])
        counts = tf.cast(tf.sparse.to_dense(found["count"]), tf.float32)
        both = {"classes": classes, "scores": scores}
        signatures = {
            "serving_default": _signature("predict", {"x": x}, {"y": y}),
            "regress_x_to_y": _signature("regress", {"inputs": serialized}, {"outputs": y}),
            "regress_x_to_y2": _signature("regress", {"inputs": serialized}, {"outputs": y2}),
            "regress_x2_to_y3": _signature("regress", {"inputs": x2}, {"outputs": y3}),
            "classify_x_to_y": _signature("classify", {"inputs": serialized}, {"scores": y}),
            "classify_x2_to_y3": _signature("classify", {"inputs": x2}, {"scores": y3}),
            "classes_and_scores": _signature("classify", {"inputs": serialized}, both),
            "classes": _signature("classify", {"inputs": serialized}, {"classes": classes}),
            "counts": _signature("classify", {"inputs": serialized}, {"scores": counts}),
            "flat_scores": _signature("classify", {"inputs": serialized}, {"scores": y[:, 0]}),
            "fewer_scores": _signature("classify", {"inputs": serialized}, {"scores": y[:1]}),
            "text_scores": _signature("classify", {"inputs": serialized}, {"scores": tf.strings.as_string(y)}),
            "number_classes": _signature("classify", {"inputs": serialized}, {"classes": y}),
            "one_score": _signature("classify", {"inputs": serialized}, {"classes": classes, "scores": y}),
            "no_scores": _signature("classify", {"inputs": serialized}, {"other": y}),
            "flat_outputs": _signature("regress", {"inputs": serialized}, {"outputs": y[:, 0]}),
            "two_outputs": _signature("regress", {"inputs": serialized}, {"outputs": tf.concat([y, y2], axis=1)}),
            "fewer_outputs": _signature("regress", {"inputs": serialized}, {"outputs": y[:1]}),
            "text_outputs": _signature("regress", {"inputs": serialized}, {"outputs": tf.strings.as_string(y)}),
            "no_outputs": _signature("regress", {"inputs": serialized}, {"other": y}),
            "several_outputs": _signature("regress", {"inputs": serialized}, {"outputs": y, "other": y2}),
        }
        session.run(tf1.global_variables_initializer())
        builder = tf1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(session, ["serve"], signatures)
        builder.save()


def _signature(method, inputs, outputs):
    infos = [
        {name: tf1.saved_model.build_tensor_info(tensor) for name, tensor in each.items()} for each in (inputs, outputs)
    ]
    return tf1.saved_model.build_signature_def(*infos, f"tensorflow/serving/{method}")
