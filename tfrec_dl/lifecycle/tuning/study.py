"""A study in its folder: processes claim trials, report outcomes and clean up; no trial is lost if one is killed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError
from tfrec_dl.families.monitored import Monitored
from tfrec_dl.files import turn
from tfrec_dl.lifecycle.tuning.asked import Asked
from tfrec_dl.lifecycle.tuning.budget import Budget
from tfrec_dl.lifecycle.tuning.claimed import Claimed
from tfrec_dl.lifecycle.tuning.database import DEFAULTS, create_database, open_database, quiet_optuna, sampler
from tfrec_dl.lifecycle.tuning.extra import optuna
from tfrec_dl.lifecycle.tuning.outcome import Outcome
from tfrec_dl.lifecycle.tuning.progress import trial_line
from tfrec_dl.lifecycle.tuning.trial_folders import TrialFolders
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_config import flat_settings

DATABASE = "study.db"
TRIALS = "trials"  # folder of trial runs: those in training, and the best so far
BEST = "best"  # folder of the best run, once the study has ended
ENDED = "ended"
TURN = ".turn"
FIRST = 0  # number of the trial with the recipe's own settings
SEEDS = 1_000_003  # spacing of seeds, so that studies with other seeds have other trials

logger = logging.getLogger(__name__)


class Study:
    """A study of a recipe's settings, which several processes may work on.

    A trial belongs to the process that holds the lock of its folder. Once that process has ended, for whatever reason,
    the trial is free, and the next process that asks continues it with the same number and settings.

    Args:
        folder: folder of the study, created by `begin`.
        asked: what the study was started with.
        monitored: metric to improve.
    """

    def __init__(self, folder: Path, asked: Asked, monitored: Monitored) -> None:
        self.folder, self.asked, self.monitored = folder, asked, monitored
        self.optuna = open_database(folder / DATABASE)
        self._seed = int(flat_settings(asked.recipe.to_dict()).get("training.seed", 0))
        self._folders = TrialFolders(folder / TRIALS)

    @staticmethod
    def begin(folder: Path, asked: Asked, fingerprint: str, monitored: Monitored, defaults: Mapping[str, Any]) -> Study:
        """Creates a study, or opens the one created by the same call.

        Args:
            folder: folder of the study; created if missing.
            asked: what the study is started with.
            fingerprint: fingerprint of the data.
            monitored: metric to improve.
            defaults: maps searched settings to their values in the recipe, if these are known.

        Raises:
            InputError: if the folder holds something else.
        """
        asked.refuse_other(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with turn(folder / TURN):
            asked.refuse_other(folder)  # another process may just have created one
            asked.refuse_other_data(folder, fingerprint)
            if not (folder / DATABASE).exists():
                asked.write(folder, fingerprint)
                create_database(folder / DATABASE, monitored.mode, defaults)
        return Study(folder, asked, monitored)

    @property
    def ended(self) -> bool:
        """Whether no more trials can begin."""
        return bool(self.optuna.user_attrs.get(ENDED, False))

    @property
    def trials(self) -> list[optuna.trial.FrozenTrial]:
        """Returns all trials, ordered by number."""
        return self.optuna.get_trials(deepcopy=False)

    def best(self) -> optuna.trial.FrozenTrial | None:
        """Returns the best trial so far; None if none is complete."""
        complete = any(trial.state == optuna.trial.TrialState.COMPLETE for trial in self.trials)
        return self.optuna.best_trial if complete else None

    def recipe(self, settings: Mapping[str, Any]) -> Recipe:
        """Returns the recipe with a trial's settings."""
        return self.asked.recipe.with_settings(settings)

    def next(self, budget: Budget, told: Claimed | None = None, outcome: Outcome | None = None) -> Claimed | None:
        """Reports the outcome of this process's trial and claims the next, in one step so that others see no gap.

        Args:
            budget: budget of the study.
            told: finished trial; None for the first call.
            outcome: outcome of that trial.

        Returns:
            A trial that no process trains, or a new one; None if no work is left for this process.
        """
        with turn(self.folder / TURN), quiet_optuna():
            if told is not None and outcome is not None:
                self._tell(told, outcome, budget)
            self.release()
            self._clear()
            return self._claim(budget)

    def release(self) -> None:
        """Releases the trial that this process holds, if any, for the next process that asks."""
        self._folders.release()

    def end(self) -> bool:
        """Ends the study and moves the best run, not yet measured on the test part, to FOLDER/best.

        Returns:
            Whether the best run is there; False while other processes still work on trials.

        Raises:
            InputError: if no trial is complete.
        """
        with turn(self.folder / TURN), quiet_optuna():
            if not self.ended:
                if any(trial.state == optuna.trial.TrialState.RUNNING for trial in self.trials):
                    return False
                if self.best() is None:
                    raise InputError(f"no trial of {self.folder} could be trained to its end{self._why()}.")
                self.optuna.set_user_attr(ENDED, True)
            best = self.best()
            assert best is not None
            self._folders.move_best(best.number, self.folder / BEST)
            return True

    def _tell(self, told: Claimed, outcome: Outcome, budget: Budget) -> None:
        told.trial.set_user_attr("seconds", outcome.seconds)
        if outcome.reason is not None:
            told.trial.set_user_attr("reason", outcome.reason)
            self.optuna.tell(told.trial, state=optuna.trial.TrialState.FAIL)
        elif outcome.value is None:
            self.optuna.tell(told.trial, state=optuna.trial.TrialState.PRUNED)
        else:
            self.optuna.tell(told.trial, outcome.value)
        logger.info("%s", trial_line(self.trials, told.trial.number, self.best(), self.monitored.metric, budget))

    def _claim(self, budget: Budget) -> Claimed | None:
        state, trials = optuna.trial.TrialState, self.trials
        for left in trials:
            if left.state == state.RUNNING and self._folders.hold(left.number):
                logger.info("trial %d was interrupted: it continues", left.number)
                self._seed_sampler(left.number)
                # Optuna has no public way to reach a trial that another process has begun.
                return self._suggested(optuna.Trial(self.optuna, left._trial_id))
        begun = sum(trial.state != state.WAITING for trial in trials)
        if self.ended or not budget.allows(begun):
            return None
        self._seed_sampler(begun)
        trial = self.optuna.ask()
        self._folders.hold(trial.number)
        return self._suggested(trial)

    def _suggested(self, trial: optuna.Trial) -> Claimed:
        """Returns the trial with its settings: existing ones or newly suggested ones."""
        space = self.asked.space
        known = self.optuna.user_attrs[DEFAULTS] if trial.number == FIRST else space
        settings = {name: space[name].suggest(trial, name) for name in space if name in known}
        reported = set(self.trials[trial.number].intermediate_values)
        return Claimed(trial, settings, self._folders.run(trial.number), reported)

    def _seed_sampler(self, number: int) -> None:
        """Seeds the sampler so that a trial's settings follow from the recipe's seed, its number and earlier trials."""
        self.optuna.sampler = sampler(SEEDS * self._seed + number)

    def _clear(self) -> None:
        """Deletes the runs of finished trials other than the best."""
        best = self.best()
        over = (trial.number for trial in self.trials if trial.state.is_finished())
        self._folders.delete(number for number in over if best is None or number != best.number)

    def _why(self) -> str:
        """Returns why the last failed trial failed."""
        reasons = [trial.user_attrs["reason"] for trial in self.trials if "reason" in trial.user_attrs]
        return f": {reasons[-1].rstrip('.')}" if reasons else ""
