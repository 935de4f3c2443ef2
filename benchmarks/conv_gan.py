"""What a GAN's discriminator learns from posters: a linear probe for genres on its frozen features.

python -m benchmarks.conv_gan
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import tensorflow as tf
import typer
from rich.console import Console
from rich.table import Table
from scipy.stats import rankdata
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import tfrec_dl  # noqa: F401  (selects Keras 2)
from tfrec_dl.adversarial.losses import ADVERSARIAL_LOSSES
from tfrec_dl.adversarial.pictures.conv_gan import ConvGAN, ConvGANConfig
from tfrec_dl.adversarial.pictures.fit import ConvGANTraining, fit_conv_gan, save_discriminator
from tfrec_dl.adversarial.pictures.grid import PictureGrid
from tfrec_dl.adversarial.pictures.monitor import PictureGANMonitorConfig
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.features.gan_features import GANFeatures
from tfrec_dl.features.image_cnn import ImageCNN

FOLDS = 5
POSITIVES = 40  # of a genre in either half, to be probed for
STRENGTHS = (1e-4, 1e-3, 1e-2)  # of the probe (scikit-learn's C), over standardised features; chosen on validation
RESAMPLES = 300  # of the pictures, for intervals
SUPERVISED = {"epochs": 40, "batch_size": 64, "learning_rate": 2e-3}  # epochs of 10, 20, 40, 60 chosen on validation

Scores = Callable[[np.ndarray, np.ndarray], np.ndarray]  # rows to learn from, rows to score -> [rows, genres]


def posters(folder: Path, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, list[str], np.ndarray]:
    """Pictures [N, H, W, 3], genres [N, G] bool, their names, and which pictures are of the half to choose by."""
    kinds: dict[str, Any] = {
        "title": "ignore",
        "release_date": "ignore",
        "genres": "ignore",
        "overview": "ignore",
        "poster": "image",
    }
    items = Catalogue.read(folder / "items.csv.gz", kinds=kinds, image_size=size)
    table = pd.read_csv(folder / "items.csv.gz", dtype=str).set_index("item_id").loc[list(items.ids)]
    present = items.columns["poster"].any(axis=(1, 2, 3))
    genres = table["genres"].fillna("").str.get_dummies("|")[present].astype(bool)
    order = np.random.default_rng(0).permutation(len(genres))
    validation = np.zeros(len(genres), dtype=bool)
    validation[order[: len(genres) // 2]] = True
    enough = (genres[validation].sum() >= POSITIVES) & (genres[~validation].sum() >= POSITIVES)
    return items.columns["poster"][present], genres.loc[:, enough].to_numpy(), list(genres.columns[enough]), validation


def out_of_fold(scores: Scores, rows: np.ndarray, count: int) -> np.ndarray:
    """[rows, count] scores of each row by what was learnt from the other folds."""
    found = np.zeros((len(rows), count))
    for learn, test in KFold(FOLDS, shuffle=True, random_state=0).split(rows):
        found[test] = scores(rows[learn], rows[test])
    return found


def auc(scores: np.ndarray, labels: np.ndarray, chosen: np.ndarray | None = None) -> float:
    """Mean over genres and folds of the area under the ROC curve; of some rows, which may come several times."""
    areas = []
    for _, test in KFold(FOLDS, shuffle=True, random_state=0).split(labels):
        rows = test if chosen is None else chosen[np.isin(chosen, test)]
        positives = labels[rows].sum(axis=0)
        ranks = rankdata(scores[rows], axis=0)
        above = (ranks * labels[rows]).sum(axis=0) - positives * (positives + 1) / 2
        with np.errstate(invalid="ignore"):
            areas.append(above / (positives * (len(rows) - positives)))
    return float(np.nanmean(areas))


def probe(features: np.ndarray, labels: np.ndarray, strength: float) -> Scores:
    """Logistic regression, one genre against the rest."""

    def scores(learn: np.ndarray, test: np.ndarray) -> np.ndarray:
        found = []
        with threadpool_limits(1):  # matrices this small are slower on two cores than on one
            for genre in labels.T:
                linear = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=300))
                found.append(linear.fit(features[learn], genre[learn]).decision_function(features[test]))
        return np.stack(found, axis=1)

    return scores


def supervised(pictures: np.ndarray, labels: np.ndarray, seed: int) -> Scores:
    """The package's picture network, trained on the genres."""

    def scores(learn: np.ndarray, test: np.ndarray) -> np.ndarray:
        tf.keras.utils.set_random_seed(seed)
        inputs = tf.keras.Input(pictures.shape[1:], dtype=tf.uint8)
        outputs = tf.keras.layers.Dense(labels.shape[1])(ImageCNN(size=pictures.shape[1:3]).vector(inputs))
        network = tf.keras.Model(inputs, outputs)
        loss = tf.keras.losses.BinaryCrossentropy(from_logits=True)
        network.compile(tf.keras.optimizers.Adam(SUPERVISED["learning_rate"]), loss)
        batch, epochs = SUPERVISED["batch_size"], SUPERVISED["epochs"]
        network.fit(pictures[learn], labels[learn].astype(np.float32), batch, epochs, verbose=0)
        predicted: np.ndarray = network.predict(pictures[test], verbose=0)
        return predicted

    return scores


def histogram(pictures: np.ndarray) -> np.ndarray:
    """[N, 48] shares of 16 levels of each colour."""
    levels = (pictures // 16).reshape(len(pictures), -1, 3)
    return np.stack([(levels == level).mean(axis=1) for level in range(16)], axis=1).reshape(len(pictures), -1)


def main(
    folder: Annotated[Path, typer.Option(help="Folder of ml-100k.")] = Path("../shared/data/ml-100k"),
    runs: Annotated[Path, typer.Option(help="Folder for discriminators and generated pictures.")] = Path(
        "runs/conv_gan"
    ),
    part: Annotated[str, typer.Option(help="'test', or 'validation' for choosing settings.")] = "test",
    seeds: Annotated[int, typer.Option(help="Runs per network.", min=1)] = 3,
    loss: Annotated[str, typer.Option(help="Adversarial loss.")] = "wasserstein",
    size: Annotated[tuple[int, int], typer.Option(help="Height and width of the pictures.")] = (48, 32),
    filters: Annotated[str, typer.Option(help="Filters in each layer of the discriminator.")] = "32,64,128",
    epochs: Annotated[int, typer.Option(help="Passes over the posters.", min=1)] = 30,
    augmentation: Annotated[float, typer.Option(help="Strength of the picture augmentation.")] = 0.1,
    discriminator_steps: Annotated[int, typer.Option(help="Discriminator steps per generator step.", min=1)] = 1,
    references: Annotated[bool, typer.Option(help="Also measure the supervised network, colors and pixels.")] = True,
) -> None:
    """Trains what is not trained yet, and prints the mean AUC over genres of one half of the posters."""
    console = Console()
    pictures, labels, names, validation = posters(folder, size)
    chosen_by, rows = np.flatnonzero(validation), np.flatnonzero(validation if part == "validation" else ~validation)
    console.print(f"{len(rows)} of {len(pictures)} posters, {labels.shape[1]} genres: {', '.join(names)}")
    config = ConvGANConfig(
        size=size,
        filters=tuple(int(each) for each in filters.split(",")),
        adversarial_loss=ADVERSARIAL_LOSSES.make(loss),
        augmentation=augmentation,
        discriminator_steps=discriminator_steps,
    )

    def probed(features: np.ndarray) -> np.ndarray:
        found = {}
        for strength in STRENGTHS:
            scores = out_of_fold(probe(features, labels, strength), chosen_by, labels.shape[1])
            found[strength] = auc(scores, labels[chosen_by])
        best = max(found, key=lambda strength: found[strength])
        return out_of_fold(probe(features, labels, best), rows, labels.shape[1])

    def discriminator(trained: bool, seed: int) -> np.ndarray:
        label = f"{loss}-{size[0]}x{size[1]}-{filters}-{augmentation}-{discriminator_steps}-{epochs}-{seed}"
        path = runs / (f"{label}.keras" if trained else f"untrained-{size[0]}x{size[1]}-{filters}-{seed}.keras")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            if trained:
                training = ConvGANTraining(epochs=epochs, seed=seed)
                if loss == "wasserstein":  # as its authors train it; a critic's accuracy says nothing
                    training = replace(training, momentum=0.0, watch=PictureGANMonitorConfig(won=None))
                grid = [PictureGrid(runs / label, every=10)]
                model = fit_conv_gan(pictures, config, training, grid, verbose=2)
            else:
                tf.keras.utils.set_random_seed(seed)
                model = ConvGAN(config)
            save_discriminator(model, path)
        features = GANFeatures(weights=str(path))
        reader = features.preparation(features.learn(pictures))
        return np.concatenate([reader(pictures[at : at + 256]).numpy() for at in range(0, len(pictures), 256)])

    found = {
        "discriminator": [probed(discriminator(True, seed)) for seed in range(seeds)],
        "the same, untrained": [probed(discriminator(False, seed)) for seed in range(seeds)],
    }
    if references:
        each = [out_of_fold(supervised(pictures, labels, seed), rows, labels.shape[1]) for seed in range(seeds)]
        found["image_cnn, supervised"] = each
        found["colours"] = [probed(histogram(pictures))]
        pixels = PCA(100, random_state=0).fit_transform(pictures.reshape(len(pictures), -1) / 255.0)
        found["pixels, 100 principal components"] = [probed(pixels)]

    generator = np.random.default_rng(0)
    resampled = [generator.integers(0, len(rows), len(rows)) for _ in range(RESAMPLES)]
    base, table = found["the same, untrained"], Table("features", "mean AUC", "of each seed", "against untrained")
    for name, repeated in found.items():
        means = [auc(scores, labels[rows]) for scores in repeated]
        difference = np.mean(means) - np.mean([auc(scores, labels[rows]) for scores in base])
        drawn = [
            np.mean([auc(scores, labels[rows], again) for scores in repeated])
            - np.mean([auc(scores, labels[rows], again) for scores in base])
            for again in resampled
        ]
        low, high = np.quantile(drawn, [0.025, 0.975])
        compared = f"{difference:+.4f} ({low:+.4f} to {high:+.4f})" if repeated is not base else ""
        table.add_row(name, f"{np.mean(means):.4f}", " ".join(f"{mean:.4f}" for mean in means), compared)
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
