"""The profile of a prepared folder is that of its table, where everybody is tested on."""

from tfrec_dl.data.prepared.source import PreparedSource
from tfrec_dl.data.source import DataSource


def test_profiles_of_the_folder_and_of_the_table_agree(folder, path):
    prepared, table = PreparedSource(str(folder.path)).read().profile(), DataSource(str(path)).read().profile()
    assert (prepared.users, prepared.interactions, prepared.tested) == (table.users, table.interactions, table.tested)
    assert prepared.popular == table.popular
    assert prepared.length_edges[1:] == table.length_edges[1:]
    assert sum(prepared.lengths.counts[:2]) == sum(table.lengths.counts[:2])  # one interaction is as two
    assert prepared.lengths.counts[2:] == table.lengths.counts[2:]
    for mine, other in zip(prepared.popularity.counts, table.popularity.counts, strict=True):
        assert abs(mine - other) <= 5  # those of the users who are not tested on
