"""The sanity gate as a whole: each kind is found where it is, and not where it is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.corpus.glossary import Term
from evalkit.guard.finding import KINDS, Task
from evalkit.guard.gate import Findings, Outputs, examine, likely_language

SOURCE = "Die Fähre nach Osterholm fährt heute nicht, weil der Wind zu stark ist."
GOOD = "The ferry to Osterholm is not running today because the wind is too strong."


def found(
    text: str,
    source: str | None = SOURCE,
    *references: str,
    language: str | None = "en",
    **more: object,
) -> list[str]:
    """Kinds of the findings in one output."""
    outputs = Outputs(
        texts=(text,),
        sources=None if source is None else (source,),
        references=(references,) if references else None,
        language=language,
        **more,  # type: ignore[arg-type]
    )
    return [finding.kind for finding in examine(outputs).found]


CASES = [
    ("", SOURCE, ["empty"], "nothing"),
    (" \u200b\ufeff\n", SOURCE, ["empty"], "nothing to see"),
    (SOURCE, SOURCE, ["copied-source"], "a copy"),
    (SOURCE.replace(",", "").lower(), SOURCE, ["copied-source"], "nearly a copy"),
    ("Le vent est trop fort et le bac ne part pas ce matin pour les îles.", SOURCE,
     ["wrong-language"], "French"),
    ("The ferry to Osterholm не ходит today because the wind is strong.", SOURCE,
     ["wrong-script", "wrong-script"], "two words of Russian"),
    ("フェリーは今日は運休です。風が強いためです。", SOURCE, ["wrong-language"], "Japanese"),
    ("The wind is too strong, too strong, too strong, too strong.", SOURCE, ["loop"], "a loop"),
    ("The ferry is not running today because the", SOURCE, ["cut-ending"], "ends in an article"),
    ("The ferry to Osterholm is not running today,", SOURCE, ["cut-ending"], "ends in a comma"),
    ("Dear {{name}}, the ferry is not running.", None, ["leftover"], "a template"),
    ("The ferry <unk> is not running.", SOURCE, ["leftover"], "a model token"),
    ("As an AI language model, I cannot say when ferries run.", SOURCE, ["leftover"], "a phrase"),
    ("Sure! Here is the translation: The ferry is late.", SOURCE, ["leftover"], "an echo"),
    ("The ferr@@ y is not running today.", SOURCE, ["leftover"], "sub-words"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "source", "kinds", "why"), CASES, ids=[case[3] for case in CASES])
def test_what_is_wrong_with_the_output_itself(
    text: str, source: str | None, kinds: list[str], why: str
) -> None:
    assert found(text, source) == kinds, why


KEPT = [
    ("Um 14:30 kamen 1.200 Leute.", "At 2:30 p.m. 1,200 people came.", []),
    ("Es kamen 1.200 Leute.", "2,100 people came.", ["number"]),
    ("Es kamen 120 Leute.", "People came.", ["number"]),
    ("Es kamen 27 Leute.", "Twenty-seven people came.", []),
    ("Es kamen 3 Leute.", "Some people came.", []),
    ("参加者は１２万人です。", "There are 120,000 participants.", []),
    ("参加者は4億5000万人です。", "There are 450 million participants.", []),
    ("Он родился в 1987 году, цена 2,5 млн.", "He was born in 1987, the price is 2.5 million.", []),
    ("В 90-х годах", "In the 1990s", []),
    ("В 70-х годах", "In the seventies", []),
    ("Tel. 0421 123-456", "Phone: 0421 12 34 56", []),
    ("发布于10月3日", "Published on October 3", []),
    ("我在YouTube上看到了iPhone。", "I saw the iPhone on YouTube.", []),
    ("我在YouTube上看到了iPhone。", "I saw the phone on YouTube.", ["name"]),
    ("第XXI届", "The 21st edition", []),
    ("Sie schrieb auf LinkedIn.", "She wrote on Linkedin.", []),
    ("Sie schrieb auf LinkedIn.", "She wrote it there.", ["name"]),
    ("Größe 105х195 (кириллица)", "Size 105x195", []),
    ("Siehe https://example.org/a_b, Seite 5.", "See https://example.org/a_b, page 5.", []),
    ("Siehe https://example.org/a_b.", "See https://example.org/a-b.", ["url"]),
    ("Siehe http://www.Example.org/.", "See https://example.org.", []),
    ("Mail an info@example.org!", "Mail us!", ["url"]),
    ("{0} von {1} Dateien", "{0} of {1} files", []),
    ("{0} von {1} Dateien", "{1} of {0} files", []),
    ("{0} von {1} Dateien", "{0} of {0} files", ["placeholder", "placeholder"]),
    ("Hallo %s, %d Nachrichten", "Hello %s, messages", ["placeholder"]),
    ("Zu 100 % sicher", "100% sure", []),
    ("Hallo %(name)s", "Hello {name}", ["placeholder", "placeholder"]),
    ("Hallo ${user.name}!", "Hello ${user.name}!", []),
    ("<b>Achtung</b>: heiß", "<b>Mind</b>: hot", []),
    ("<b>Achtung</b>: heiß", "<b>Mind: hot", ["tag"]),
    ('<a title="Hilfe">hier</a>', '<a title="Help">here</a>', []),
    ("a < b", "a < b", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text", "kinds"), KEPT, ids=[case[1] for case in KEPT])
def test_what_a_translation_must_keep(source: str, text: str, kinds: list[str]) -> None:
    assert found(text, source) == kinds


FINE = [
    (GOOD, SOURCE),
    ("", ""),
    ("Osterholm", "Osterholm"),
    ("Windows 11 Pro", "Windows 11 Pro"),
    ("No, no, no!", "Nein, nein, nein!"),
    ("Very, very good.", "Sehr, sehr gut."),
    ("Ha ha ha ha ha ha!", "Ha ha ha ha ha ha!"),
    ("Wait ......... what -----?", "Warte ......... was -----?"),
    ("Summary: it was late.", "Zusammenfassung: Es war spät."),
    ("Because it was raining,", "Weil es regnete,"),
    ("What are you thinking of", "Woran denkst du"),
    ("The word “東京” means Tokyo.", "Das Wort „東京“ heißt Tokio."),
    ("It is 5 µm wide, i.e. α.", "Es ist 5 µm breit, also α."),
    ("Use {{name}} here.", "Hier {{name}} benutzen."),
]


@pytest.mark.parametrize(("text", "source"), FINE)
def test_what_is_fine(text: str, source: str) -> None:
    assert found(text, source) == []


def test_what_a_reference_does_alike_is_no_slip() -> None:
    assert found("It came at noon.", "Es kam um 12:15 Uhr.") == ["number"]
    assert found("It came at noon.", "Es kam um 12:15 Uhr.", "It arrived at noon.") == []
    assert found("It said そうです.", "Es sagte es.", "It said そうです.") == []


def test_a_source_in_the_language_asked_for_is_no_copy() -> None:
    quoted = "They were lying in the sand and waited for what the sea would bring them."
    assert found(quoted, quoted) == []
    assert found(quoted, quoted, language="de") == ["copied-source"]


def test_other_languages_and_scripts() -> None:
    russian = "Паром сегодня не ходит, потому что ветер слишком сильный для него."
    assert found(russian, SOURCE, language="ru") == []
    assert found(GOOD, SOURCE, language="ru") == ["wrong-language"]
    assert found("Паром сегодня 今日 не ходит из-за ветра.", SOURCE, language="ru") == [
        "wrong-script"
    ]
    assert found("フェリーは今日Osterholmへ行きません。", None, language="ja") == []
    assert found("Сьогодні iPhone коштує дорого.", None, language="uk") == []
    assert found(GOOD, None, language=None) == []


def test_spans_point_at_the_stretch() -> None:
    text = "The ferry <unk> is not running, not running, not running."
    spans = {f.kind: text[f.start : f.end] for f in examine(Outputs(texts=(text,))).found}
    assert spans == {"leftover": "<unk>", "loop": "not running, not running, not running"}


def test_inline_tags_and_stopped_outputs() -> None:
    outputs = Outputs(
        texts=("Hello you", "It goes on and on"),
        sources=("Hallo du", "Es geht weiter"),
        tags=(('<g id="1">',), ()),
        source_tags=(('<x id="2">', '<g id="1">'), ()),
        stopped=frozenset({1}),
    )
    result = examine(outputs)
    assert [(f.kind, f.item, f.message) for f in result.found] == [
        ("tag", 0, 'The inline tag <x id="2"> is not there.'),
        ("cut-ending", 1, "The output ends where its generator reached the length limit."),
    ]


def test_a_short_output_without_its_stop_is_cut() -> None:
    sources = [
        f"Dies ist der Satz Nummer {word} und er ist ziemlich lang." for word in "abcdefghijkl"
    ]
    texts = [f"This is sentence {word} and it is rather long." for word in "abcdefghijkl"]
    texts[4] = "This is sentence"
    result = examine(Outputs(texts=texts, sources=sources, language="en"))
    assert [(f.kind, f.item) for f in result.found] == [("cut-ending", 4)]


TERMS = (
    Term("Sicherung", ("fuse", "circuit breaker")),
    Term("Aurora", ("Aurora",), exact=True),
    Term("保険", ("insurance",)),
)


@pytest.mark.parametrize(
    ("source", "text", "messages"),
    [
        ("Die Sicherung ist durch.", "The fuse has blown.", []),
        ("die SICHERUNG", "two Circuit  Breakers", []),
        ("Die Sicherung ist durch.", "The lock is broken.",
         ["“Sicherung” should be “fuse” or “circuit breaker”."]),
        ("Die Sicherungen sind durch.", "The locks are broken.", []),
        ("Aurora sinkt.", "The aurora is setting.", ["“Aurora” should be “Aurora”."]),
        ("aurora sinkt.", "Dawn is setting.", []),
        ("これは保険です。", "This is a guarantee.", ["“保険” should be “insurance”."]),
        ("Sicherung", "refuse", ["“Sicherung” should be “fuse” or “circuit breaker”."]),
    ],
)  # fmt: skip
def test_glossary(source: str, text: str, messages: list[str]) -> None:
    result = examine(Outputs(texts=(text,), sources=(source,), terms=TERMS))
    assert [f.message for f in result.found if f.kind == "term"] == messages


def test_a_summary_may_leave_out_but_not_make_up() -> None:
    article = "The mayor, Ana Silva, opened the bridge in Porto on Monday. It cost 12 million. " * 3
    fine = "Ana Silva opened a bridge."
    wrong = "The mayor, Ana Silva, opened it with Carla Gomes for 15 million."

    def kinds(text: str) -> list[str]:
        return found(text, article, task="summary")

    assert kinds(fine) == []
    assert kinds(wrong) == ["name", "name", "number"]
    assert kinds(article) == ["copied-source"]
    assert kinds("See www.example.org for the bridge.") == ["url"]


def test_what_could_not_be_looked_for_is_said() -> None:
    result = examine(Outputs(texts=("x", "y"), skipped=frozenset({1})))
    assert result.n == 1
    assert result.unchecked["number"] == "no sources"
    assert result.unchecked["wrong-language"] == "the language is not known"
    assert result.unchecked["term"] == "no glossary"
    assert set(result.n_items) | set(result.unchecked) == set(KINDS)
    with_terms = examine(Outputs(texts=("x",), terms=TERMS))
    assert with_terms.unchecked["term"] == "no sources"
    summary = examine(Outputs(texts=("x",), sources=("x",), task="summary", language="de"))
    assert "tag" in summary.unchecked
    assert "name" in summary.unchecked


def test_counts_are_of_outputs_not_of_findings() -> None:
    result = examine(Outputs(texts=("<unk> a <unk>", "b <unk>", "c"), language="en"))
    assert len(result.found) == 3
    assert result.n_items["leftover"] == 2
    assert isinstance(result, Findings)


def test_nothing_and_misaligned() -> None:
    assert examine(Outputs(texts=())).found == ()
    with pytest.raises(ValueError, match="2 outputs but 1 sources"):
        Outputs(texts=("a", "b"), sources=("a",))


PIECES = st.sampled_from(
    ["", " ", "a ", "the ", "12", "1,200.5 ", "５", "٣٤", "万", "k", "{0}", "%s", "<b>", "</b>",
     "<", "@", "www.", "https://a.b/c", "x@y.zz", "東京", "пока ", "iPhone ", "&amp;", "\0",
     "\u202e", "no, no, no, ", "9" * 5000, "…", "-", "(", "²", "①"]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join),
    st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join),
    st.sampled_from(["en", "ru", "ja", None]),
    st.sampled_from(["translation", "summary"]),
)
def test_any_text_is_looked_at_and_every_stretch_lies_in_it(
    text: str, source: str, language: str | None, task: Task
) -> None:
    outputs = Outputs(
        texts=(text,), sources=(source,), references=((source, text),), language=language, task=task
    )
    for finding in examine(outputs).found:
        assert finding.kind in KINDS
        assert finding.message
        if finding.start is not None and finding.end is not None:
            assert 0 <= finding.start < finding.end <= len(text)


def test_likely_language() -> None:
    assert likely_language([GOOD, "It was a very long day for everybody."]) == "en"
    assert likely_language(["Der Wind ist heute zu stark für die Fähre."] * 500) == "de"
    assert likely_language(["1", "2"]) is None
