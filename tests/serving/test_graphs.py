from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

LOWERED = "_lower_using_switch_merge"


def test_large_branches_are_functions_that_are_called_and_small_ones_part_of_the_graph(version):
    """What a request does not ask for is then not passed through."""
    saved = SavedModel.FromString((version / "saved_model.pb").read_bytes())
    functions = saved.meta_graphs[0].graph_def.library.function
    branches = [node for function in functions for node in function.node_def if LOWERED in node.attr]
    apart = {node.name for node in branches if not node.attr[LOWERED].b}
    assert {"called", "called_1"} <= apart
    assert all(name.startswith("called") for name in apart)
    assert any(node.attr[LOWERED].b for node in branches)
