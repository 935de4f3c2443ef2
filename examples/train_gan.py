"""Trains IRGAN over a GRU: `python examples/train_gan.py --epochs 10 --adversarial-epochs 5`.

Export needs the extra `serving`: pip install "tfrec_dl[demo,serving]".
"""

import argparse
import tempfile
from pathlib import Path

import tfrec_dl
from tfrec_dl.data import demo_table

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--epochs", type=int, default=10, help="epochs of the generator's pre-training")
parser.add_argument("--adversarial-epochs", type=int, default=5)
parser.add_argument("--out", type=Path, help="folder for the run and the export (default: a new temporary one)")
arguments = parser.parse_args()
out = arguments.out or Path(tempfile.mkdtemp())
out.mkdir(parents=True, exist_ok=True)

# Any table with user_id, item_id and, optionally, timestamp.
frame = demo_table()
frame[["user_id", "item_id", "timestamp"]].to_csv(out / "table.csv", index=False)

# The generator, a GRU, is first trained like any other recommender, then against a discriminator that starts as its
# copy. If killed, the same call continues. Meanwhile, tensorboard --logdir shows the losses of both sides.
recipe = tfrec_dl.get_recipe("irgan").with_settings(
    {
        "epochs": arguments.epochs,
        "adversarial_epochs": arguments.adversarial_epochs,
        "adversarial_patience": arguments.adversarial_epochs,
    }
)
run = tfrec_dl.train(recipe, tfrec_dl.DataSource(str(out / "table.csv")), out / "run")

# The run's model is the generator of the best epoch on validation. out/run/start holds the pre-trained generator.
split = run.split()
start = tfrec_dl.evaluate(tfrec_dl.Run.open(out / "run" / "start").model(), split.test, split.vocabulary)
adversarial = tfrec_dl.evaluate(run.model(), split.test, split.vocabulary)
gain = tfrec_dl.paired_difference(adversarial, start, "ndcg@10")
for name, report in (("pre-trained", start), ("adversarial", adversarial)):
    metrics = report.means()
    print(f"{name:16} ndcg@10 {metrics['ndcg@10']:.4f}  coverage@10 {metrics['coverage@10']:.4f}")
print(f"{'difference':16} ndcg@10 {gain.difference:+.4f} ({gain.low:+.4f} to {gain.high:+.4f}, p {gain.p:.3f})")

# The index and the server treat it like any other recommender.
version = tfrec_dl.export(run.model(), out / "export")
titles = dict(zip(frame["item_id"].astype(str), frame["title"], strict=True))
history = frame[frame["user_id"] == frame["user_id"].iloc[0]].sort_values("timestamp")["item_id"].astype(str).tolist()
print(f"{version}: after {titles[history[-1]]}")
for item, score in tfrec_dl.load(version).recommend([history], k=5)[0]:
    print(f"  {score:8.3f}  {titles[item]}")
