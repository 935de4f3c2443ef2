"""Parts by name: how they are registered, found, written and read."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError
from pydantic import dataclasses as pydantic

from tfrec_dl import encoders, features, losses
from tfrec_dl.errors import InputError
from tfrec_dl.registered_fields import Registered, registered_settings
from tfrec_dl.registry import Registry


class Shape:
    pass


SHAPES: Registry[Shape] = Registry("shape")


@SHAPES.register("square")
@pydantic.dataclass(frozen=True)
class Square(Shape):
    side: int = Field(default=1, ge=1)
    colours: tuple[str, ...] = ()


@SHAPES.register("circle")
@dataclass(frozen=True)
class Circle(Shape):
    radius: float = 1.0


def _not_round(cls: type) -> str | None:
    return "no lid is round" if cls is Circle else None


@pydantic.dataclass(frozen=True)
class Picture:
    shape: Annotated[Shape, Registered(SHAPES)]
    frame: Annotated[Shape, Registered(SHAPES)] | None = None
    others: dict[str, Annotated[Shape, Registered(SHAPES, default="circle")]] = Field(default_factory=dict)
    lid: Annotated[Shape, Registered(SHAPES, refused=_not_round)] = Square()


def test_class_is_had_by_its_name_and_knows_it():
    assert SHAPES["square"] is Square
    assert (Square.name, Circle().name) == ("square", "circle")
    assert list(SHAPES) == ["square", "circle"]
    assert "triangle" not in SHAPES
    assert len(SHAPES) == 2


@pytest.mark.parametrize("name", ["", "My Shape", "Square", "a-b", "1st"])
def test_name_that_could_not_be_written_in_settings_is_refused(name):
    with pytest.raises(InputError, match="lower-case letters, digits and underscores"):
        SHAPES.register(name)(type("Other", (), {}))


def test_name_of_another_class_is_refused_and_the_same_class_again_is_not():
    with pytest.raises(InputError, match="'square' is already .*Square: rename it"):
        SHAPES.register("square")(type("Other", (Shape,), {}))
    assert SHAPES.register("square")(Square) is Square


def test_unknown_name_names_the_nearest():
    with pytest.raises(InputError, match="no shape is called 'sqare': did you mean 'square'?"):
        SHAPES["sqare"]
    with pytest.raises(InputError, match="no shape is called 'zzz': choose one of square, circle"):
        SHAPES.make("zzz")


@pytest.mark.parametrize(
    "value", [Square(side=3), {"side": 3, "name": "square"}, {"name": "square", "side": "3"}], ids=str
)
def test_part_is_made_of_its_plain_values_in_any_order(value):
    assert SHAPES.make(value) == Square(side=3)
    assert TypeAdapter(Picture).validate_python({"shape": value}) == Picture(Square(side=3))


def test_configuration_with_parts_comes_back_from_json_and_from_python():
    adapter = TypeAdapter(Picture)
    picture = Picture(Square(2, ("red", "blue")), Circle(3.0), {"a": Square(), "b": Circle()})
    assert adapter.validate_json(adapter.dump_json(picture)) == picture
    values = adapter.dump_python(picture)
    assert values["shape"] == {"name": "square", "side": 2, "colours": ("red", "blue")}
    assert adapter.validate_python(values) == picture
    assert adapter.dump_python(picture, mode="json")["shape"]["colours"] == ["red", "blue"]


def test_values_without_a_name_are_of_the_default_where_there_is_one():
    assert Picture(Square(), others={"a": {"radius": 2}}).others["a"] == Circle(2.0)
    with pytest.raises(ValidationError, match="no shape is called None"):
        Picture({"side": 2})


@pytest.mark.parametrize(
    ("values", "place", "message"),
    [
        ({"shape": "sqare"}, ("shape",), "no shape is called 'sqare': did you mean 'square'?"),
        ({"shape": {"name": "square", "side": 0}}, ("shape", "side"), "greater than or equal to 1"),
        ({"shape": 3}, ("shape",), "a value of type int is not a registered shape"),
        ({"shape": "square", "lid": "circle"}, ("lid",), "no lid is round"),
        ({"shape": "square", "lid": Circle()}, ("lid",), "no lid is round"),
    ],
    ids=str,
)
def test_wrong_part_is_refused_at_its_place(values, place, message):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Picture).validate_python(values)
    (error,) = refused.value.errors()
    assert error["loc"] == place
    assert message in error["msg"]


def test_settings_that_are_parts_are_found_in_what_holds_them():
    album = pydantic.dataclass(type("Album", (), {"__annotations__": {"pages": tuple[Picture, ...], "title": str}}))
    found = registered_settings(album)
    assert set(found) == {"shape", "frame", "others", "lid"}
    assert all(registry is SHAPES for registry in found.values())


@pytest.mark.parametrize(
    ("namespace", "name"),
    [(encoders, "GRU"), (encoders, "sequence_encoder"), (losses, "BPRMax"), (features, "ImageCNN")],
)
def test_classes_and_helpers_are_attributes_of_their_namespace(namespace, name):
    assert getattr(namespace, name).__name__ == name
    with pytest.raises(AttributeError, match="has no 'Gru'"):
        namespace.Gru  # noqa: B018
