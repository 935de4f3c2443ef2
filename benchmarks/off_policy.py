"""How many of 100 intervals of an off-policy estimate contain the true click rate.

    python -m benchmarks.off_policy

There are two logs, both with known propensities. In one, each request shows one item out of 20. In the other, it shows
a list of three items out of eight, and a click depends on the item and its position. Each repeat draws a new log. The
model of the doubly robust estimate is fitted on another log of the same size. The true click rate of the new policy is
computed exactly.
"""

from __future__ import annotations

import argparse
from itertools import permutations

import numpy as np

from tfrec_dl.ranking.metrics.off_policy import LoggedFeedback, doubly_robust, inverse_propensity, self_normalised

USERS, TRAITS = 500, 5
EXAMINED = np.array([1.0, 0.6, 0.35])  # how often each position is looked at


def softmax(utilities: np.ndarray) -> np.ndarray:
    odds = np.exp(utilities - utilities.max(axis=-1, keepdims=True))
    return odds / odds.sum(axis=-1, keepdims=True)


class SingleItems:
    """One of 20 items a request."""

    name = "one item a request"

    def __init__(self, rng: np.random.Generator) -> None:
        self.traits = rng.normal(size=(USERS, TRAITS))
        taste = self.traits @ rng.normal(size=(TRAITS, 20)) * 0.5
        self.clicks = 1.0 / (1.0 + np.exp(3.0 - taste))[..., None]  # [users, items, positions]
        self.old = (0.9 * softmax(taste + rng.normal(size=20)) + 0.1 / 20)[..., None]
        self.new = softmax(2.0 * taste)[..., None]

    def shown(self, users: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _drawn(self.old[users, :, 0], rng)[:, None]


class Lists:
    """Three of eight items a request, in an order."""

    name = "lists of three"

    def __init__(self, rng: np.random.Generator) -> None:
        self.traits = rng.normal(size=(USERS, TRAITS))
        taste = self.traits @ rng.normal(size=(TRAITS, 8)) * 0.5
        self.clicks = EXAMINED / (1.0 + np.exp(2.0 - taste))[..., None]
        self.orders = np.array(list(permutations(range(8), len(EXAMINED))))
        self.chances = self._chances(0.7 * taste + 0.5 * rng.normal(size=8))
        self.old, self.new = self._places(self.chances), self._places(self._chances(2.0 * taste))

    def shown(self, users: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return self.orders[_drawn(self.chances[users], rng)]

    def _chances(self, utilities: np.ndarray) -> np.ndarray:
        """Plackett-Luce probability of each order [users, orders]."""
        odds = np.exp(utilities)[:, self.orders]
        left = np.exp(utilities).sum(axis=1)[:, None, None] - np.cumsum(odds, axis=2) + odds
        return np.prod(odds / left, axis=2)

    def _places(self, chances: np.ndarray) -> np.ndarray:
        """Probability of each item at each position [users, items, positions]."""
        return np.stack([chances @ (self.orders[:, [place]] == np.arange(8)) for place in range(len(EXAMINED))], axis=2)


def _drawn(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    limits = np.cumsum(chances, axis=1)
    return (rng.random((len(chances), 1)) * limits[:, -1:] > limits).sum(axis=1)


def logged(world: SingleItems | Lists, requests: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Users, items, positions, clicks and lists of the rows."""
    users = rng.integers(USERS, size=requests)
    items = world.shown(users, rng)
    places = np.broadcast_to(np.arange(items.shape[1]), items.shape)
    clicks = rng.random(items.shape) < world.clicks[users[:, None], items, places]
    lists = np.repeat(np.arange(requests), items.shape[1])
    return users[lists], items.ravel(), places.ravel(), clicks.ravel().astype(float), lists


def fitted(world: SingleItems | Lists, requests: int, rng: np.random.Generator) -> np.ndarray:
    """A linear model of the clicks of each item at each position from the traits: [users, items, positions]."""
    users, items, places, clicks, _ = logged(world, requests, rng)
    inputs = np.column_stack([world.traits, np.ones(USERS)])
    model = np.empty(world.clicks.shape)
    for item, place in np.ndindex(model.shape[1:]):
        rows = (items == item) & (places == place)
        read = inputs[users[rows]]
        weights = np.linalg.solve(read.T @ read + np.eye(TRAITS + 1), read.T @ clicks[rows])
        model[:, item, place] = np.clip(inputs @ weights, 0.0, 1.0)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for world_class in (SingleItems, Lists):
        rng = np.random.default_rng(options.seed)
        world = world_class(rng)
        positions = world.clicks.shape[2]
        truth = float((world.new * world.clicks).sum() / (USERS * positions))
        old = float((world.old * world.clicks).sum() / (USERS * positions))
        found: dict[str, list] = {"IPS": [], "SNIPS": [], "DR": []}
        for _ in range(options.repeats):
            model = fitted(world, options.requests, rng)
            users, items, places, clicks, lists = logged(world, options.requests, rng)
            log = LoggedFeedback(clicks, world.old[users, items, places], world.new[users, items, places], lists)
            expected = (world.new * model).sum(axis=1)[users, places]
            found["IPS"].append(inverse_propensity(log))
            found["SNIPS"].append(self_normalised(log))
            found["DR"].append(doubly_robust(log, model[users, items, places], expected))
        print(f"{world.name}: true CTR of the new policy {truth:.5f}, of the logging policy {old:.5f}")
        for name, estimates in found.items():
            values = np.array([estimate.value for estimate in estimates])
            hits = sum(estimate.low <= truth <= estimate.high for estimate in estimates)
            width = np.mean([estimate.high - estimate.low for estimate in estimates])
            size = np.mean([estimate.effective_sample_size for estimate in estimates])
            print(
                f"  {name:5} {hits:3} of {options.repeats} intervals contain it; mean {values.mean():.5f}, RMSE "
                f"{np.sqrt(np.mean((values - truth) ** 2)):.5f}, interval {width:.5f} wide, effective sample size "
                f"{size:.0f}, largest weight {max(estimate.largest_weight for estimate in estimates):.1f}"
            )


if __name__ == "__main__":
    main()
