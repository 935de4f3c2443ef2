"""Files in a retrieval run from which its model is rebuilt without its data."""

from tfrec_dl.data.dataset import Dataset
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fitted_features import load_fitted
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.runs.checkpoints import restore_best
from tfrec_dl.runs.run_folder import RunFolder


def save_vocabulary(run: RunFolder, dataset: Dataset) -> None:
    """Writes the features, then the vocabulary, of a newly started run; existing files stay."""
    # After the configuration, by which a resumed call recognizes the folder as its own.
    for name, catalogue in dataset.features.items():
        if catalogue is not None and not (run.folder / f"{name}.parquet").exists():
            catalogue.save(run.folder / f"{name}.parquet")
    path, vocabulary = run.folder / "vocabulary.txt", dataset.split.vocabulary
    if not path.exists():
        vocabulary.save(path)
    elif Vocabulary.load(path).ids.tolist() != vocabulary.ids.tolist():
        raise InputError(f"{path} is not the vocabulary of the run's data: delete {run.folder} and train again.")


def vocabulary_of(run: RunFolder) -> Vocabulary:
    """Reads the items of a retrieval run and their training counts.

    Raises:
        InputError: if the run has none, or the file is damaged.
    """
    return Vocabulary.load(run.folder / "vocabulary.txt")


def trained_model(recipe: Recipe, run: RunFolder) -> RetrievalModel:
    """Returns a network with the best weights of a run.

    Args:
        recipe: recipe of the network: the run's own, or that of its generator.
        run: run whose weights are read.

    Raises:
        InputError: if it is not trained yet, or cannot be read.
    """
    features = run.features()
    model: RetrievalModel = build_model(
        recipe, vocabulary_of(run), features["items"], features["users"], load_fitted(run.folder)
    )
    restore_best(model, run.folder)
    return model
