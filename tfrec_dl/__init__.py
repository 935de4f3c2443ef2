"""Deep-learning recommenders on TensorFlow: from a table of interactions to recommendations in TF Serving."""

from tfrec_dl._keras import select_keras_2

select_keras_2()
