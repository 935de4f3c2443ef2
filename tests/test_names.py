from tfrec_dl.names import closest, nearest


def test_the_nearest_name_is_found_whatever_its_case():
    known = ["gru", "Caser", "NextItNet"]
    assert nearest("grru", known) == "gru"
    assert nearest("caser", known) == "Caser"
    assert nearest("NEXTITNT", known) == "NextItNet"
    assert nearest("transformer", known) is None
    assert nearest("anything", []) is None


def test_of_names_that_differ_in_case_alone_the_first_is_suggested():
    assert nearest("tim", ["Time", "time"]) == "Time"


def test_how_much_has_to_agree_can_be_lowered():
    assert nearest("abxxx", ["abyy"]) is None
    assert nearest("abxxx", ["abyy"], cutoff=0.4) == "abyy"


def test_a_message_ends_with_the_nearest_name_or_with_all():
    assert closest("casr", iter(["gru", "caser"])) == "did you mean 'caser'?"
    assert closest("zzz", iter(["gru", "caser"])) == "choose one of gru, caser."
