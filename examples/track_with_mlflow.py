"""Tracks a training in MLflow: its settings, the metrics of every epoch, and the export as a model.

python examples/track_with_mlflow.py log.csv clicks/
"""

import argparse
from importlib.metadata import version as version_of
from pathlib import Path

import mlflow
import tf_keras

import tfrec_dl

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("log", help="Table of interactions.")
parser.add_argument("out", type=Path, help="Folder for the run and its export.")
parser.add_argument("--model", default="gru", help="Recipe.")
parser.add_argument("--epochs", type=int)
arguments = parser.parse_args()


class Recommendations(mlflow.pyfunc.PythonModel):
    """Recommends ten item ids for each row of the column `history`, a list of item ids, oldest first."""

    def load_context(self, context):
        self.recommender = tfrec_dl.load(context.artifacts["export"])

    def predict(self, context, model_input, params=None):
        rows = self.recommender.recommend([list(history) for history in model_input["history"]], 10)
        return [[item for item, _ in row] for row in rows]


def logged(metrics):
    """Returns the metrics under names that MLflow accepts: no @, and no name that is the folder of another."""
    numbers = {name: value for name, value in metrics.items() if isinstance(value, (int, float))}
    return {
        name.replace("@", "_at_").replace("/low", "_low").replace("/high", "_high"): value
        for name, value in numbers.items()
    }


recipe = tfrec_dl.get_recipe(arguments.model)
if arguments.epochs:
    recipe = recipe.with_settings({"epochs": arguments.epochs})
every_epoch = tf_keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: mlflow.log_metrics(logged(logs), step=epoch)
)

mlflow.set_experiment("clicks")
with mlflow.start_run():
    run = tfrec_dl.train(recipe, tfrec_dl.DataSource(arguments.log), arguments.out / "run", [every_epoch], verbose=2)
    version = tfrec_dl.export(run, arguments.out / "served")
    mlflow.log_dict(run.recipe.to_dict(), "recipe.json")
    mlflow.log_metrics(logged({name: value for name, value in run.metrics().items() if name.startswith("test/")}))
    model = mlflow.pyfunc.log_model(
        name="recommender",
        python_model=Recommendations(),
        artifacts={"export": str(version)},
        pip_requirements=[
            f"tfrec-dl=={version_of('tfrec-dl')}"
        ],  # otherwise MLflow loads the model in a process to find them
    )
print(f"load it with mlflow.pyfunc.load_model({model.model_uri!r})")
