"""Says what tables of features hold."""

from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.console import console, say
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_tables import FeatureTables, HasIds
from tfrec_dl.data.catalogue.summary import Coverage


class NarratedFeatures(FeatureTables):
    """Before a source among a class's bases: the features that it reads are shown."""

    def read_items(self) -> Catalogue | None:
        """Reads and checks the items' features."""
        return narrated(super().read_items(), "items", self.items)

    def read_users(self) -> Catalogue | None:
        """Reads and checks the users' features."""
        return narrated(super().read_users(), "users", self.users)

    def coverage(self, table: HasIds, items: Catalogue | None, users: Catalogue | None) -> dict[str, Coverage]:
        """How far the features go."""
        found = super().coverage(table, items, users)
        for whose, coverage in found.items():
            say(f"{whose}: {coverage}")
        return found


def narrated(catalogue: Catalogue | None, whose: str, path: str | None) -> Catalogue | None:
    """The catalogue, its features shown."""
    if catalogue is not None:
        table = Table("feature", "kind", "filled", "values", "example", title=f"features of {whose}: {path}")
        for row in catalogue.summary():
            table.add_row(*(escape(text) for text in row))
        console().print(table)
        say(f"where a kind is wrong: --{whose[:-1]}-feature NAME=KIND, or NAME=ignore")
    return catalogue
