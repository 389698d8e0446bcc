"""Texts for parity tests, written for them: each with what makes it worth having."""

from evalkit.records import Batch

# (hypothesis, references): English, accents, other scripts, repeats, empties, one word, marks.
SEGMENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "The harbour closed at noon because the wind had risen.",
        ("The port closed at midday, for the wind had risen.", "At noon the harbour was closed."),
    ),
    (
        "Three of the twenty-seven ferries, worth $1,200.50 each, didn't sail.",
        ("Three of 27 ferries did not sail; each is worth $1,200.50.",),
    ),
    (
        "A naïve façade of the café reminded Zoë of Málaga.",
        ("The naive facade of the café reminded Zoë of Malaga.", "Zoë thought of Málaga."),
    ),
    ("the the the the the the the", ("the cat is on the mat", "there is a cat on the mat")),
    ("", ("An empty output still has a reference.",)),
    ("Nothing was expected here.", ("",)),
    ("", ("",)),
    ("Word", ("word",)),
    ("Word", ("Word", "Word", "Other")),
    ("Yes , it was tokenised .", ("Yes, it was tokenised.",)),
    ("Der Zug fährt über die Brücke.", ("Der Zug fuhr über die Brücke.",)),
    ("Η γέφυρα άνοιξε ξανά σήμερα.", ("Η γέφυρα ξανάνοιξε σήμερα.",)),
    ("Мост снова открыт для движения.", ("Мост вновь открыт для движения.", "Мост открыт.")),
    ("桥梁今天重新开放。", ("大桥今天重新开放。",)),
    ("橋は今日ふたたび開いた。", ("橋は今日また開通した。",)),
    ("पुल आज फिर खुल गया।", ("पुल आज दोबारा खुला।",)),
    ("أعيد فتح الجسر اليوم.", ("فتح الجسر من جديد اليوم.",)),
    ("(Hi) \"there\": what's up?! #1 -- it's 5-6 p.m.", ("'Hi' there; what is up at 5-6pm?",)),
    ("&quot;Tea&quot; &amp; biscuits &lt;free&gt;", ('"Tea" & biscuits <free>',)),
    ("on the mat sat the cat while rain fell", ("the cat sat on the mat while rain fell",)),
    (
        "b c d e f g h a and then some more words follow here",
        ("a b c d e f g h and then some other words follow", "h g f e d c b a"),
    ),
    ("  leading   and trailing  spaces \t", ("leading and trailing spaces",)),
    ("First line.\nSecond line is here.", ("First line here.\nThe second line.",)),
    ("🙂 emoji 👍🏽 and ½ signs ™", ("emoji 👍🏽 and 1/2 signs",)),
    ("running runners ran relational flies", ("runner running runs relate fly",)),
    ("short", ("a very much longer reference than the hypothesis could ever hope to match",)),
    (
        "a hypothesis that goes on and on and on and on and on without any end in sight at all",
        ("it goes on",),
    ),
)

SUMMARIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "The ferries stayed in port.\nThe wind was too strong, officials said.",
        (
            "Officials kept the ferries in port.\nThe wind was too strong.",
            "Strong wind kept ferries in.",
        ),
    ),
    (
        "the cat sat on the mat\nthe dog lay on the rug\nthe bird sang",
        ("the dog sat on the mat\nthe cat lay on the rug", "a bird sang\n\non the mat"),
    ),
    ("a b c a b c\nc b a\na a a", ("c b a c b a\na b c\nb b b",)),
    ("x y z w\nw z y x", ("w x y z\nz y x w\nx w", "x\ny\nz\nw")),
    ("\n\none\n \ntwo", ("one two\n",)),
)


def batch(items: tuple[tuple[str, tuple[str, ...]], ...] = SEGMENTS) -> Batch:
    return Batch(
        hypotheses=tuple(hypothesis for hypothesis, _ in items),
        references=tuple(references for _, references in items),
    )


def streams(references: tuple[tuple[str, ...], ...]) -> list[list[str | None]]:
    """References as sacrebleu's corpus functions want them: by reference, None where missing."""
    most = max(len(found) for found in references)
    return [
        [found[rank] if rank < len(found) else None for found in references] for rank in range(most)
    ]
