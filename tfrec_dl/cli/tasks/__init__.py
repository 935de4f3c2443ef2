"""The tasks of the command line, by the names that `--task` accepts."""

from tfrec_dl.cli.tasks.ranking import RankingCommands
from tfrec_dl.cli.tasks.retrieval import RetrievalCommands
from tfrec_dl.cli.tasks.reviews import ReviewCommands
from tfrec_dl.cli.tasks.task import TaskCommands

COMMANDS: dict[str, TaskCommands] = {
    each.name: each for each in (RetrievalCommands(), RankingCommands(), ReviewCommands())
}
"""Maps names of tasks to what the commands ask of them."""
