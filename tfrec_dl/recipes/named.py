"""The recipes by name, each with its source and its defaults."""

from tfrec_dl.adversarial.configuration import CFGANConfig, IRGANConfig
from tfrec_dl.encoders.caser import Caser
from tfrec_dl.encoders.gru import GRU
from tfrec_dl.encoders.lstm import LSTM
from tfrec_dl.encoders.next_it_net import NextItNet
from tfrec_dl.encoders.simple_rnn import SimpleRNN
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.configuration import AutoencoderConfig, ModelConfig, TrainingConfig
from tfrec_dl.stacking.configuration import DeepMember, StackedConfig

HIDASI = "Hidasi et al., ICLR 2016; Hidasi and Karatzoglou, CIKM 2018"
WHOLE_HISTORIES = TrainingConfig(epochs=50, batch_size=64, max_length=1_000, learning_rate=3e-3, patience=20)
RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("simple_rnn", HIDASI, ModelConfig(SimpleRNN())),
        Recipe("lstm", HIDASI, ModelConfig(LSTM())),
        Recipe("gru", HIDASI, ModelConfig(GRU())),
        Recipe("caser", "Tang and Wang, WSDM 2018", ModelConfig(Caser())),
        Recipe("next_it_net", "Yuan et al., WSDM 2019", ModelConfig(NextItNet())),
        Recipe("mult_dae", "Liang et al., WWW 2018", AutoencoderConfig(), WHOLE_HISTORIES),
        Recipe("irgan", "Wang et al., SIGIR 2017", IRGANConfig(ModelConfig(GRU()), ModelConfig(GRU()))),
        Recipe("cfgan", "Chae et al., CIKM 2018", CFGANConfig(), WHOLE_HISTORIES),
        Recipe(
            "stacked",
            "Wolpert, Neural Networks 1992",
            StackedConfig({"gru": DeepMember(ModelConfig(GRU())), "caser": DeepMember(ModelConfig(Caser()))}),
        ),
    )
}


def get_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        InputError: if there is none; names the nearest.
    """
    if name not in RECIPES:
        raise InputError(f"no recipe is called {name!r}: {closest(name, RECIPES)}")
    return RECIPES[name]
