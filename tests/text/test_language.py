"""Languages of self-written texts, and the benefit of the doubt."""

import subprocess
import sys

import pytest

from evalkit.text.language import UNKNOWN, detect, language_name, not_in

FOREIGN = [
    ("fr", "Le capitaine a déclaré que les bateaux ne partiraient pas avant demain matin."),
    ("de", "Der Kapitän sagte, dass die Schiffe nicht vor morgen früh auslaufen würden."),
    ("es", "El capitán dijo que los barcos no saldrían del puerto antes de mañana."),
    ("it", "Il capitano ha detto che le navi non partiranno prima di domani mattina."),
    ("nl", "De kapitein zei dat de schepen niet voor morgenochtend zouden vertrekken."),
    ("pl", "Kapitan powiedział, że statki nie wypłyną z portu przed jutrzejszym rankiem."),
    ("tr", "Kaptan, gemilerin yarın sabahtan önce limandan ayrılmayacağını söyledi."),
    ("ar", "قال القبطان إن السفن لن تغادر الميناء قبل صباح الغد بسبب الرياح."),
    ("zh", "船长说，因为风太大，船要到明天早上才能离开港口。"),
    ("ja", "船長は、風が強いので船は明日の朝まで港を出ないと言った。"),
    ("ru", "Капитан сказал, что корабли не выйдут из порта до завтрашнего утра."),
    ("hi", "कप्तान ने कहा कि जहाज कल सुबह से पहले बंदरगाह नहीं छोड़ेंगे।"),
]
ENGLISH = [
    ("The harbour master said that no ship would leave before the wind had dropped.", "plain"),
    ("THE HARBOUR MASTER SAID THAT NO SHIP WOULD LEAVE BEFORE THE MORNING.", "capitals"),
    ("the harbour master said that no ship would leave before the morning", "no capitals"),
    ("In the port it was hold yesterday a meeting for to discuss of the ships.", "clumsy MT"),
    ("Was by the captain said the ships not will go out before of tomorrow.", "foreign order"),
    ("He have make the decision of that the peoples must to wait in the port.", "bad grammar"),
    ("Ministers Żółkiewski, Müller-Lüdenscheidt and Ó Briain met Nguyễn Văn Đức.", "names"),
    ("Xu Zhiyong, Okonkwo Chukwuemeka and Giovanni Bellavista sailed to Rotterdam.", "more names"),
    ("She calls it la dolce vita, he calls it savoir-vivre and a good lunch.", "loan words"),
    ("Dr. M. K. Brown, 12 Rue Haute, 1000 Brussels, Belgium", "an address"),
]


@pytest.mark.parametrize(("code", "text"), FOREIGN, ids=[code for code, _ in FOREIGN])
def test_foreign_text_is_named_and_refused(code: str, text: str) -> None:
    found = detect(text)
    assert found.code == code
    assert 0.5 < found.confidence <= 1.0
    refused = not_in(text, ["en"])
    assert refused is not None
    assert (refused.code, refused.name) == (code, language_name(code))
    assert not_in(text, ["en", code]) is None


@pytest.mark.parametrize(("text", "reason"), ENGLISH, ids=[reason for _, reason in ENGLISH])
def test_english_of_any_quality_passes(text: str, reason: str) -> None:
    assert not_in(text, ["en"]) is None, reason


@pytest.mark.parametrize("text", [text for text, _ in ENGLISH[:6]])
def test_clumsy_english_is_still_english(text: str) -> None:
    assert detect(text).code == "en"
    assert not_in(text, ["de", "fr"]) is not None


def test_a_few_small_letters_do_not_hide_what_capitals_say() -> None:
    assert detect("THE MASTER SAID (via radio) THAT NO SHIP WOULD LEAVE TODAY.").code == "en"
    refused = not_in("LE CAPITAINE A DIT QUE LES BATEAUX NE PARTIRAIENT PAS (demain)", ["en"])
    assert refused is not None
    assert refused.code == "fr"


def test_a_text_with_a_good_part_in_the_language_passes() -> None:
    german = FOREIGN[1][1]
    mixed = f"{german} The captain said that the ships will stay in the port today."
    assert detect(mixed).code == "de"
    assert not_in(mixed, ["en"]) is None
    assert not_in(f"{german} Stay in port.", ["en"]) is not None


@pytest.mark.parametrize("text", ["Bonjour", "Guten Tag", "Der Kapitän sagte nichts", "да", ""])
def test_under_five_words_nothing_is_refused(text: str) -> None:
    assert not_in(text, ["en"]) is None


@pytest.mark.parametrize("text", ["", "   ", "12 34 56 78 90 12", "... !!! ??? — “ ”", "😀 😀 😀"])
def test_a_text_without_words_has_no_language(text: str) -> None:
    assert detect(text) == UNKNOWN
    assert not_in(text, ["en"]) is None


def test_regional_codes_and_unknown_ones() -> None:
    german = FOREIGN[1][1]
    assert not_in(german, ["de-AT"]) is None
    assert not_in(german, ["en-GB"]) is not None
    assert not_in(german, ["tlh"]) is None, "a language it has no model of can't be ruled out"
    with pytest.raises(ValueError, match="no languages"):
        not_in(german, [])


def test_the_model_is_loaded_on_first_use_only() -> None:
    command = "import sys, evalkit.text.language; print('py3langid' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
