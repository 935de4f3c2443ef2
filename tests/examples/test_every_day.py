"""The scripts of docs/every_day.md: the daily loop, and a training in MLflow."""

import runpy
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

import tfrec_dl
from tests.synthetic import cyclic_interactions

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(monkeypatch, name, *arguments):
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")


def test_a_day_goes_on_from_the_one_before_and_is_done_once(finished, monkeypatch, capsys, tmp_path):
    home = tmp_path / "clicks"
    shutil.copytree(finished.folder, home / "runs" / "2026-01-01")
    tfrec_dl.export(finished, home / "served")
    log, today = tmp_path / "log.csv", tmp_path / "today.csv"
    table = cyclic_interactions(users=70, items=22, length=11, noise=0.1, seed=1)
    table.to_csv(log, index=False)
    table[table["user_id"].isin(table["user_id"].unique()[:30])].to_csv(today, index=False)

    run(monkeypatch, "daily.py", log, today, home, "--day", "2026-01-02", "-k", "3")
    printed = capsys.readouterr().out
    assert "drift: " in printed
    trained = tfrec_dl.open_run(home / "runs" / "2026-01-02")
    went_on = trained.recipe.training.warm_start is not None
    assert went_on == ("ndcg" not in printed.split("drift: ")[1].splitlines()[0])
    assert (home / "served" / "2" / "saved_model.pb").exists()
    config = (home / "served" / "models.config").read_text().split()
    assert config[config.index('"canary"') + 2] == "2"
    assert config[config.index('"stable"') + 2] == "1"
    recommended = pd.read_parquet(home / "recommendations" / "2026-01-02.parquet")
    assert set(recommended["user_id"]) == set(table["user_id"])
    assert recommended["rank"].max() == 3

    with pytest.raises(SystemExit) as end:
        run(monkeypatch, "daily.py", log, today, home, "--day", "2026-01-02", "-k", "3")
    assert not end.value.code
    assert not (home / "served" / "3").exists()


def test_mlflow_has_the_epochs_the_metrics_and_a_model_that_recommends(source, monkeypatch, capsys, tmp_path):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri(f"file:{tmp_path / 'mlruns'}")
    run(monkeypatch, "track_with_mlflow.py", source.path, tmp_path / "out", "--epochs", "2")
    printed = capsys.readouterr().out
    logged = mlflow.search_runs(experiment_names=["clicks"]).iloc[0]
    metrics = tfrec_dl.open_run(tmp_path / "out" / "run").metrics()
    assert logged["metrics.test/ndcg_at_10"] == metrics["test/ndcg@10"]
    history = mlflow.MlflowClient().get_metric_history(logged["run_id"], "val_ndcg_at_10")
    assert {entry.step for entry in history} == {0, 1}
    model = mlflow.pyfunc.load_model(printed.split("load_model('")[1].split("'")[0])
    history = ["item_1", "item_2"]
    expected = tfrec_dl.load(tmp_path / "out" / "served").recommend([history], 10)
    assert model.predict(pd.DataFrame({"history": [history]})) == [[item for item, _ in row] for row in expected]
