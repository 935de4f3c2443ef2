from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def test_no_module_imports_itself_through_others():
    """Also not under TYPE_CHECKING or inside a function."""
    graph = grimp.build_graph("tfrec_dl", exclude_type_checking_imports=False, cache_dir=None)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        pytest.fail("circle of imports: " + " > ".join(error.args[1]))
